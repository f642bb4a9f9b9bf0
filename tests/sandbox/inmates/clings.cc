// Leaves processes behind in every way that is hard to find again, all with its first argument as a mark:
// in their own session, orphaned, stopped, ignoring signals, and a chain that forks and exits for ever.
#include <unistd.h>
#include <csignal>
#include <cstring>

namespace {

void ignore_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_IGN);
}

[[noreturn]] void stay() {
  for (;;) ::pause();
}

[[noreturn]] void hop() {
  for (;;)
    if (::fork() > 0) ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  ignore_signals();
  if (argc < 2) return 2;
  if (::fork() == 0) stay();
  if (::fork() == 0) {
    ::setsid();
    if (::fork() == 0) stay();  // an orphan in its own session
    ::_exit(0);
  }
  if (::fork() == 0) {
    ::raise(SIGSTOP);
    stay();
  }
  if (::fork() == 0) {
    ::setsid();
    hop();
  }
  if (argc > 2 && std::strcmp(argv[2], "stay") == 0) stay();
  ::usleep(50'000);
  return 0;
}
