/// Run by the build: freeze_filters > filters.inc
#include <linux/filter.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/launcher/filter.h"
#include "sandbox/sys/error.h"

namespace {

void print_frozen(const std::string& name, sandbox::FilterKind kind, bool gated) {
  const std::string program = sandbox::compile_filter(kind, gated);
  std::vector<sock_filter> statements(program.size() / sizeof(sock_filter));
  std::memcpy(statements.data(), program.data(), program.size());
  std::printf("constexpr sock_filter %s[] = {\n", name.c_str());
  for (const sock_filter& statement : statements)
    std::printf("    {0x%x, %u, %u, 0x%x},\n", unsigned{statement.code}, unsigned{statement.jt},
                unsigned{statement.jf}, statement.k);
  std::puts("};");
}

}  // namespace

int main() {
  try {
    for (const bool gated : {true, false}) {
      const std::string prefix = gated ? "gated_" : "ungated_";
      print_frozen(prefix + "unconfined", sandbox::FilterKind::unconfined, gated);
      print_frozen(prefix + "confined", sandbox::FilterKind::confined, gated);
      print_frozen(prefix + "by_name", sandbox::FilterKind::by_name, gated);
      print_frozen(prefix + "offline", sandbox::FilterKind::offline, gated);
      print_frozen(prefix + "nested", sandbox::FilterKind::nested, gated);
      print_frozen(prefix + "nested_by_name", sandbox::FilterKind::nested_by_name, gated);
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const sys::Error& error) {
    std::fprintf(stderr, "freeze_filters: %s\n", error.what());
    return 1;
  }
}
