// Forks for ever; every process forks on. Says in file argument 2 how often fork was refused.
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <new>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  void* shared =
      ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* refused = new (shared) std::atomic<int>(0);
  const pid_t leader = ::getpid();
  ::signal(SIGTERM, SIG_IGN);
  while (*refused < 100) {
    if (::fork() < 0) ++*refused;
  }
  if (::getpid() != leader)
    for (;;) ::fork();
  std::FILE* file = std::fopen(argv[2], "w");
  if (file == nullptr) return 1;
  std::fprintf(file, "%d", refused->load());
  std::fclose(file);
  return 0;
}
