// plain_gate COMMAND…: what a gate is without verification. It reads path and words of every exec, refuses
// the forbidden ones, and lets the kernel read them again for the others (SECCOMP_USER_NOTIF_FLAG_CONTINUE).
// It exists to show that the race is real.

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

int install_filter() {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{4, code};
  return static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

union Control {
  char bytes[CMSG_SPACE(sizeof(int))];
  cmsghdr header;
};

void send_fd(int socket, int fd) {
  char byte = 0;
  iovec data{&byte, 1};
  Control control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  sendmsg(socket, &message, 0);
}

int receive_fd(int socket) {
  char byte = 0;
  iovec data{&byte, 1};
  Control control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
  int fd;
  memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
  return fd;
}

/// Enough for this race: the paths and words are short and lie inside one page.
void read_text(pid_t process, std::uint64_t address, char (&text)[16]) {
  const iovec to{text, sizeof text - 1};
  const iovec from{reinterpret_cast<void*>(address), sizeof text - 1};
  memset(text, 0, sizeof text);
  process_vm_readv(process, &to, 1, &from, 1, 0);
}

bool is_forbidden(const seccomp_notif& asked) {
  const auto process = static_cast<pid_t>(asked.pid);
  char path[16], word[16];
  read_text(process, asked.data.args[0], path);
  std::uint64_t words[2] = {};
  const iovec to{words, sizeof words};
  const iovec from{reinterpret_cast<void*>(asked.data.args[1]), sizeof words};
  process_vm_readv(process, &to, 1, &from, 1, 0);
  read_text(process, words[1], word);
  return strcmp(path, "./forbidden") == 0 || strcmp(word, "forbidden") == 0;
}

void judge_one(int listener) {
  seccomp_notif asked{};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return;
  seccomp_notif_resp answer{};
  answer.id = asked.id;
  if (is_forbidden(asked)) {
    answer.error = -EACCES;
  } else {
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  }
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

}  // namespace

int main(int argc, char** argv) {
  int sockets[2];
  if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return 2;
  const pid_t child = fork();
  if (child == 0) {
    const int listener = install_filter();
    send_fd(sockets[1], listener);
    close(listener);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  close(sockets[1]);
  const int listener = receive_fd(sockets[0]);
  if (listener < 0) return 77;
  pollfd ready{listener, POLLIN, 0};
  while (poll(&ready, 1, -1) >= 0 && (ready.revents & POLLHUP) == 0) judge_one(listener);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
