// Changes of files outside the workspace, one kind of system call after the other.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::outside;

void write_by_mapping(const Scene& at) {
  const int fd = ::open(at.outside("victim").c_str(), O_RDWR);
  void* const memory = fd < 0 ? MAP_FAILED : ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED) std::memcpy(memory, "mapped", 6);
}

void bind_socket(const Scene& at) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  at.outside("new").copy(name.sun_path, sizeof name.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
}

/// As setfacl -m u:$USER:rwx writes it.
void give_by_acl(const Scene& at) {
  struct Entry {
    std::uint16_t tag, rights;
    std::uint32_t id;
  };
  constexpr std::uint16_t owner = 1, named = 2, group = 4, mask = 16, other = 32, all = 7, some = 4;
  constexpr std::uint32_t nobody_named = 0xffffffff;
  struct {
    std::uint32_t version = 2;
    Entry entries[5] = {{owner, all, nobody_named},
                        {named, all, ::getuid()},
                        {group, some, nobody_named},
                        {mask, all, nobody_named},
                        {other, some, nobody_named}};
  } const acl;
  ::setxattr(at.outside("victim").c_str(), "system.posix_acl_access", &acl, sizeof acl, 0);
}

/// With no more than the right to read: an ioctl of the file system.
void set_flags(const Scene& at) {
  const int fd = ::open(at.outside("victim").c_str(), O_RDONLY);
  int flags = 0;
  if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) return;
  flags |= FS_NODUMP_FL;
  ::ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

void copy_by_kernel(const Scene& at, bool is_range) {
  put("source", "copied");
  const int from = ::open("source", O_RDONLY), to = ::open(at.outside("victim").c_str(), O_WRONLY);
  if (is_range)
    ::copy_file_range(from, nullptr, to, nullptr, 6, 0);
  else
    ::sendfile(to, from, nullptr, 6);
}

void link_nameless(const Scene& at) {
  const int fd = ::open(at.outside("").c_str(), O_TMPFILE | O_WRONLY, 0600);
  write_to(fd, "nameless");
  const std::string name = "/proc/self/fd/" + std::to_string(fd);
  ::linkat(AT_FDCWD, name.c_str(), AT_FDCWD, at.outside("new").c_str(), AT_SYMLINK_FOLLOW);
}

void change_mode_of_place(const Scene& at) {
  const int fd = ::open(at.outside("victim").c_str(), O_PATH);
  constexpr int fchmodat2_call = 452;  // Linux 6.6
  if (::syscall(fchmodat2_call, fd, "", 0777, AT_EMPTY_PATH) != 0)
    ::chmod(("/proc/self/fd/" + std::to_string(fd)).c_str(), 0777);
}

void set_times(const Scene& at) {
  const timespec times[2] = {{1, 0}, {1, 0}};
  ::utimensat(AT_FDCWD, at.outside("victim").c_str(), times, 0);
}

/// Ends when somebody else opens the file for writing: he waits for it, 45 s at most.
void lease(const Scene& at) {
  const int fd = ::open(at.home(".bashrc").c_str(), O_RDONLY);
  ::signal(SIGIO, SIG_IGN);
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) == 0) hold();
}

void lock(const Scene& at) {
  const int fd = ::open(at.outside("victim").c_str(), O_RDONLY);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) hold();
}

const Attack table[] = {
    {"files.write", outside, Fails::confined,
     [](const Scene& at) { put_with(at.outside("victim"), "w", 0); }},
    {"files.append", outside, Fails::confined,
     [](const Scene& at) { put_with(at.outside("victim"), "w", O_APPEND); }},
    {"files.empty", outside, Fails::confined,
     [](const Scene& at) { put_with(at.outside("victim"), "", O_TRUNC); }},
    {"files.truncate", outside, Fails::confined,
     [](const Scene& at) { ::truncate(at.outside("victim").c_str(), 1) == 0 ? void() : void(); }},
    {"files.create", outside, Fails::confined, [](const Scene& at) { put(at.outside("new"), "new"); }},
    {"files.nameless", outside, Fails::confined, link_nameless, "a file system with files without names"},
    {"files.unlink", outside, Fails::confined,
     [](const Scene& at) { ::unlink(at.outside("victim").c_str()); }},
    {"files.mkdir", outside, Fails::confined,
     [](const Scene& at) { ::mkdir(at.outside("new").c_str(), 0755); }},
    {"files.rmdir", outside, Fails::confined, [](const Scene& at) { ::rmdir(at.outside("empty").c_str()); }},
    {"files.mkfifo", outside, Fails::confined,
     [](const Scene& at) { ::mkfifo(at.outside("new").c_str(), 0600); }},
    {"files.device", outside, Fails::confined,
     [](const Scene& at) { ::mknod(at.outside("new").c_str(), S_IFCHR | 0600, 0x103); }, "root"},
    {"files.socket", outside, Fails::confined, bind_socket},
    {"files.rename", outside, Fails::confined,
     [](const Scene& at) { ::rename(at.outside("victim").c_str(), at.outside("new").c_str()); }},
    {"files.take", outside, Fails::confined,
     [](const Scene& at) { ::rename(at.outside("victim").c_str(), "taken"); }},
    {"files.replace", outside, Fails::confined,
     [](const Scene& at) { put("mine", "mine") && ::rename("mine", at.outside("victim").c_str()) == 0; }},
    {"files.exchange", outside, Fails::confined,
     [](const Scene& at) {
       put("mine", "mine") &&
           ::renameat2(AT_FDCWD, "mine", AT_FDCWD, at.outside("victim").c_str(), RENAME_EXCHANGE) == 0;
     }},
    {"files.move-directory", outside, Fails::confined,
     [](const Scene& at) { ::rename(at.outside("").c_str(), (at.place() + "/moved").c_str()); }},
    {"files.chmod", outside, Fails::confined,
     [](const Scene& at) { ::chmod(at.outside("victim").c_str(), 0777); }},
    {"files.chmod-place", outside, Fails::confined, change_mode_of_place},
    {"files.chown", outside, Fails::confined,
     [](const Scene& at) {
       ::chown(at.outside("victim").c_str(), ::getuid(), ::getgid()) == 0 ? void() : void();
     }},
    {"files.utimes", outside, Fails::confined, set_times},
    {"files.setxattr", outside, Fails::confined,
     [](const Scene& at) { ::setxattr(at.outside("victim").c_str(), "user.new", "x", 1, 0); },
     "a file system with attributes"},
    {"files.removexattr", outside, Fails::confined,
     [](const Scene& at) { ::removexattr(at.outside("victim").c_str(), "user.kept"); },
     "a file system with attributes"},
    {"files.acl", outside, Fails::confined, give_by_acl, "a file system with lists of access"},
    {"files.flags", outside, Fails::confined, set_flags, "a file system with flags"},
    {"files.punch", outside, Fails::confined,
     [](const Scene& at) {
       ::fallocate(::open(at.outside("victim").c_str(), O_WRONLY), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                   0, 4);
     }},
    {"files.map", outside, Fails::confined, write_by_mapping},
    {"files.copy-range", outside, Fails::confined, [](const Scene& at) { copy_by_kernel(at, true); }},
    {"files.sendfile", outside, Fails::confined, [](const Scene& at) { copy_by_kernel(at, false); }},
    {"files.lock", goal::locked, Fails::confined, lock},
    {"files.lease", goal::leased, Fails::confined, lease},
};

}  // namespace

std::span<const Attack> files() { return table; }

}  // namespace attacks
