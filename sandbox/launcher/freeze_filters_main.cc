/// Run by the build: freeze_filters > filters.inc
#include <linux/filter.h>

#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "sandbox/launcher/filter.h"
#include "sandbox/sys/error.h"

namespace {

void print_frozen(const char* name, sandbox::FilterKind kind) {
  const std::string program = sandbox::compile_filter(kind);
  std::vector<sock_filter> statements(program.size() / sizeof(sock_filter));
  std::memcpy(statements.data(), program.data(), program.size());
  std::printf("constexpr sock_filter %s[] = {\n", name);
  for (const sock_filter& statement : statements)
    std::printf("    {0x%x, %u, %u, 0x%x},\n", unsigned{statement.code}, unsigned{statement.jt},
                unsigned{statement.jf}, statement.k);
  std::puts("};");
}

}  // namespace

int main() {
  try {
    print_frozen("unconfined", sandbox::FilterKind::unconfined);
    print_frozen("confined", sandbox::FilterKind::confined);
    print_frozen("offline", sandbox::FilterKind::offline);
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const sys::Error& error) {
    std::fprintf(stderr, "freeze_filters: %s\n", error.what());
    return 1;
  }
}
