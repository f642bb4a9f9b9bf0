/// For libFuzzer: any bytes as a rules file, which is taken or refused, and then decides.
///   CXX=clang++ meson setup fuzz -Dcpp_args=-fsanitize=fuzzer-no-link,address
///   -Dcpp_link_args=-fsanitize=address ninja -C fuzz rules_fuzz && fuzz/tests/rules_fuzz CORPUS
///   examples/policies

#include "tests/unit/policy/events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const policy::RuleSet rules = tests::rules(text);
    static const sandbox::ExecEvent event = tests::event_of("git push -f origin main");
    if (tests::verdict(rules, event) != tests::verdict(rules, event)) __builtin_trap();
  } catch (const config::BadInput& error) {
    if (error.place().file.empty()) __builtin_trap();
  }
  return 0;
}
