// Changes a file, or what lies beside it, for as long as it can: writer HOW FILE. It says "ready" in
// FILE.ready.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

std::string file;

int open_it() { return ::open(file.c_str(), O_RDWR | O_CREAT, 0644); }

/// By a directory: a file would be open for writing for a moment.
void tell_ready() { ::mkdir((file + ".ready").c_str(), 0755); }

char* map(int fd, int protection, int kind) {
  if (::ftruncate(fd, 4096) != 0) return nullptr;
  void* const memory = ::mmap(nullptr, 4096, protection, kind, fd, 0);
  ::close(fd);
  return static_cast<char*>(memory);
}

void write_byte(int fd, int round) {
  const char byte = static_cast<char>('a' + round % 26);
  [[maybe_unused]] const ssize_t written = ::pwrite(fd, &byte, 1, round % 64);
}

void hold(int fd) {
  tell_ready();
  for (int round = 0;; ++round) {
    write_byte(fd, round);
    ::usleep(300);
  }
}

void map_shared() {
  volatile char* const bytes = map(open_it(), PROT_READ | PROT_WRITE, MAP_SHARED);
  tell_ready();
  for (int round = 0;; ++round) {
    bytes[round % 64] = static_cast<char>('a' + round % 26);
    ::usleep(300);
  }
}

void map_private() {
  map(open_it(), PROT_READ, MAP_PRIVATE);
  tell_ready();
  for (;;) ::pause();
}

/// Nobody has it open while it is on its way.
void send_to_itself() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) return;
  int fd = open_it();
  char byte = 'x', control[CMSG_SPACE(sizeof fd)] = {};
  iovec bytes{&byte, 1};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  *header = {CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(ends[0], &message, 0) != 1) return;
  ::close(fd);
  tell_ready();
  ::usleep(200'000);
  message.msg_controllen = sizeof control;
  if (::recvmsg(ends[1], &message, 0) != 1) return;
  std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  hold(fd);
}

void open_and_close() {
  tell_ready();
  for (int round = 0;; ++round) {
    const int fd = open_it();
    if (fd < 0) continue;
    write_byte(fd, round);
    ::close(fd);
  }
}

void fork_and_open() {
  tell_ready();
  for (int round = 0;; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      const int fd = open_it();
      if (fd >= 0) write_byte(fd, round);
      ::usleep(500);
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
}

/// From inside of a directory, whose path it never says again.
void make_files() {
  const std::size_t slash = file.rfind('/');
  if (::chdir(file.substr(0, slash).c_str()) != 0) return;
  tell_ready();
  for (int round = 0;; ++round) {
    const std::string name = "made" + std::to_string(round % 50);
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT, 0644);
    if (fd >= 0) ::close(fd);
    ::rename(name.c_str(), (name + ".moved").c_str());
    ::mkdir((name + ".d").c_str(), 0755);
    ::chmod((name + ".moved").c_str(), round % 2 == 0 ? 0600 : 0644);
    ::rmdir((name + ".d").c_str());
    ::symlink("x", "link");
    ::unlink("link");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  ::signal(SIGTERM, SIG_IGN);
  const std::string how = argv[1];
  file = argv[2];
  if (how == "holds") hold(open_it());
  if (how == "maps") map_shared();
  if (how == "maps-private") map_private();
  if (how == "sends") send_to_itself();
  if (how == "opens") open_and_close();
  if (how == "forks") fork_and_open();
  if (how == "makes") make_files();
  return 1;
}
