// Starts a program (argument 1: an absolute path, argument 2: "i386" or "x32") by a foreign system call ABI.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

constexpr long x32_bit = 0x40000000;
constexpr long x32_execve = x32_bit + 520;
constexpr int i386_execve = 11;

struct Low {  // below 4 GB, for 32-bit pointers
  char path[4096];
  std::uint32_t argv[2];
};

[[noreturn]] void exec_i386(Low* low) {
  long result = i386_execve;
  // NOLINTNEXTLINE: there is no other way to say int 0x80
  asm volatile("int $0x80" : "+a"(result) : "b"(low->path), "c"(low->argv), "d"(0) : "memory");
  ::_exit(40);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  auto* low = static_cast<Low*>(
      ::mmap(nullptr, sizeof(Low), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
  if (low == MAP_FAILED) return 2;
  std::strncpy(low->path, argv[1], sizeof low->path - 1);
  low->argv[0] = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(low->path));
  const pid_t child = ::fork();
  if (child == 0 && std::strcmp(argv[2], "i386") == 0) exec_i386(low);
  if (child == 0) {
    ::syscall(x32_execve, low->path, low->argv, nullptr);
    ::_exit(40);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) std::printf("%s killed by %d\n", argv[2], WTERMSIG(status));
  if (WIFEXITED(status)) std::printf("%s exited with %d\n", argv[2], WEXITSTATUS(status));
  return 0;
}
