#include "sandbox/launcher/turn_wire.h"

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"

namespace sandbox {
namespace {

/// MAX_ARG_STRINGS is no limit in practice; the kernel takes at most a quarter of the stack's, 6 MiB.
constexpr std::size_t max_program = 16 * 1024 * 1024;
constexpr const char* what = "a turn's program";

bool has_nul(const std::string& string) { return string.find('\0') != std::string::npos; }

}  // namespace

template <class Wire>
void carry(Wire& wire, TurnProgram& program) {
  auto& [argv, env, cwd] = program;
  wire(argv), wire(env), wire(cwd);
}

sys::Fd pack(const TurnProgram& program) {
  if (program.argv.empty()) throw sys::Error(sys::Kind::invalid, "starting a command: it has no words");
  if (has_nul(program.cwd) || std::any_of(program.argv.begin(), program.argv.end(), has_nul) ||
      std::any_of(program.env.begin(), program.env.end(), has_nul))
    throw sys::Error(sys::Kind::invalid, "starting a command: a word or variable has a NUL byte in it");
  const std::string bytes = sys::packed(program);
  if (bytes.size() > max_program) throw sys::SysError(E2BIG, "starting a command of {} bytes", bytes.size());
  return sys::in_memory(bytes, what);
}

TurnProgram unpack(int fd) {
  auto program = sys::unpacked<TurnProgram>(sys::read_all(fd, max_program, what));
  if (program.argv.empty()) throw sys::Error(sys::Kind::internal, "reading {}: it has no words", what);
  return program;
}

}  // namespace sandbox
