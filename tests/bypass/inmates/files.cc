// Which file: descriptors, directories, anonymous files, paths that are hard to read.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "raw.h"

namespace raw {
namespace {

char word[] = "x";
char* one_word[] = {word, nullptr};
char* no_words[] = {nullptr};

void exec_at(int dir, const char* path, int flags) {
  syscall(SYS_execveat, dir, path, one_word, no_words, flags);
}

std::string parent_of(const char* path) {
  const std::string whole = path;
  return whole.substr(0, whole.rfind('/'));
}

int memory_file(const char* canary, unsigned flags) {
  const int from = open(canary, O_RDONLY | O_CLOEXEC);
  const int file = memfd_create("bird", flags);
  struct stat facts {};
  fstat(from, &facts);
  for (off_t left = facts.st_size; left > 0;) {
    const ssize_t sent = sendfile(file, from, nullptr, static_cast<std::size_t>(left));
    if (sent <= 0) break;
    left -= sent;
  }
  close(from);
  return file;
}

int memory_script(const char* canary) {
  const int file = memfd_create("script", 0);
  const std::string line = "#!" + std::string(canary) + "\n";
  (void)!write(file, line.data(), line.size());
  return file;
}

void exec_path_of(int fd) { exec_plainly(("/proc/self/fd/" + std::to_string(fd)).c_str()); }

/// The file comes from another process, in a message.
int received_descriptor(const char* canary) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) return -1;
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  in_child([&] {
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int file = open(canary, O_RDONLY);
    memcpy(CMSG_DATA(header), &file, sizeof file);
    sendmsg(sockets[0], &message, 0);
  });
  int file = -1;
  if (recvmsg(sockets[1], &message, 0) == 1) memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof file);
  return file;
}

constexpr Way ways[] = {
    {"execve", exec_plainly},
    {"execveat-received-descriptor",
     [](const char* canary) { exec_at(received_descriptor(canary), "", AT_EMPTY_PATH); }},
    {"execveat-absolute", [](const char* canary) { exec_at(AT_FDCWD, canary, 0); }},
    {"execveat-absolute-odd-directory", [](const char* canary) { exec_at(-77, canary, 0); }},
    {"execveat-descriptor", [](const char* canary) { exec_at(open(canary, O_RDONLY), "", AT_EMPTY_PATH); }},
    {"execveat-descriptor-cloexec",
     [](const char* canary) { exec_at(open(canary, O_RDONLY | O_CLOEXEC), "", AT_EMPTY_PATH); }},
    {"execveat-path-descriptor",
     [](const char* canary) { exec_at(open(canary, O_PATH), "", AT_EMPTY_PATH); }},
    {"execveat-high-descriptor",
     [](const char* canary) { exec_at(fcntl(open(canary, O_PATH), F_DUPFD, 1000), "", AT_EMPTY_PATH); }},
    {"execveat-directory",
     [](const char* canary) { exec_at(open(parent_of(canary).c_str(), O_PATH), "canary", 0); }},
    {"execveat-directory-dots",
     [](const char* canary) {
       exec_at(open(parent_of(canary).c_str(), O_PATH), ".//./canary", AT_EMPTY_PATH);
     }},
    {"execveat-no-follow", [](const char* canary) { exec_at(AT_FDCWD, canary, AT_SYMLINK_NOFOLLOW); }},
    {"execveat-root-directory", [](const char* canary) { exec_at(open("/", O_PATH), canary + 1, 0); }},
    {"execveat-proc-directory",
     [](const char* canary) { exec_at(open("/proc/self/root", O_PATH), canary + 1, 0); }},
    {"fexecve", [](const char* canary) { fexecve(open(canary, O_RDONLY), one_word, no_words); }},
    {"working-directory",
     [](const char* canary) {
       if (chdir(parent_of(canary).c_str()) == 0) exec_plainly("canary");
     }},
    {"working-directory-by-descriptor",
     [](const char* canary) {
       if (fchdir(open(parent_of(canary).c_str(), O_PATH)) == 0) exec_plainly("canary");
     }},
    {"memory-file", [](const char* canary) { exec_at(memory_file(canary, 0), "", AT_EMPTY_PATH); }},
    {"memory-file-cloexec",
     [](const char* canary) { exec_at(memory_file(canary, MFD_CLOEXEC), "", AT_EMPTY_PATH); }},
    {"memory-file-path", [](const char* canary) { exec_path_of(memory_file(canary, 0)); }},
    {"memory-file-sealed",
     [](const char* canary) {
       const int file = memory_file(canary, MFD_ALLOW_SEALING);
       fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
       exec_at(file, "", AT_EMPTY_PATH);
     }},
    {"memory-script", [](const char* canary) { exec_at(memory_script(canary), "", AT_EMPTY_PATH); }},
    {"memory-script-path", [](const char* canary) { exec_path_of(memory_script(canary)); }},
    {"unnamed-file",
     [](const char* canary) {
       const int from = open(canary, O_RDONLY), file = open(".", O_TMPFILE | O_RDWR, 0755);
       if (file < 0) cannot("no O_TMPFILE on this file system");
       while (sendfile(file, from, nullptr, 1 << 20) > 0) continue;
       const int readable = open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY);
       close(file);
       exec_at(readable, "", AT_EMPTY_PATH);
     }},
    {"longest-path",
     [](const char* canary) {
       std::string path = canary;
       while (path.size() + 2 < 4096) path.insert(0, "/.");
       exec_plainly(path.c_str());
     }},
    {"deleted-working-directory",
     [](const char* canary) {
       if (mkdir("gone", 0700) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0) exec_plainly(canary);
     }},
    {"link-made-just-before",
     [](const char* canary) {
       for (int i = 0; i < 100; ++i) {
         unlink("link");
         (void)!symlink(i % 2 == 0 ? "/bin/true" : canary, "link");
         in_child([] { exec_plainly("link"); });
       }
     }},
};

}  // namespace

std::span<const Way> file_ways() { return ways; }

}  // namespace raw
