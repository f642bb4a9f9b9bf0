#include "sandbox/launcher/turn_wire.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// MAX_ARG_STRINGS is no limit in practice; the kernel takes at most a quarter of the stack's, 6 MiB.
constexpr std::size_t max_program = 16 * 1024 * 1024;
constexpr const char* what = "a turn's program";

/// Counts, then directory, words and variables, a NUL behind each.
struct Header {
  std::uint32_t argv, env;
};

void append(std::string& bytes, std::string_view string) {
  if (string.find('\0') != std::string_view::npos)
    throw sys::Error(sys::Kind::invalid, "starting a command: a word or variable has a NUL byte in it");
  bytes.append(string).push_back('\0');
}

}  // namespace

sys::Fd pack(const TurnProgram& program) {
  if (program.argv.empty()) throw sys::Error(sys::Kind::invalid, "starting a command: it has no words");
  const Header header{static_cast<std::uint32_t>(program.argv.size()),
                      static_cast<std::uint32_t>(program.env.size())};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  append(bytes, program.cwd);
  for (const std::string& word : program.argv) append(bytes, word);
  for (const std::string& variable : program.env) append(bytes, variable);
  if (bytes.size() > max_program) throw sys::SysError(E2BIG, "starting a command of {} bytes", bytes.size());
  sys::Fd file(::memfd_create("turn", MFD_CLOEXEC));
  if (!file) throw sys::SysError(errno, "making room for {}", what);
  sys::write_all(file.get(), bytes, what);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw sys::SysError(errno, "rewinding {}", what);
  return file;
}

TurnProgram unpack(int fd) {
  const std::string bytes = sys::read_all(fd, max_program, what);
  Header header{};
  if (bytes.size() < sizeof header) throw sys::Error(sys::Kind::internal, "reading {}: too short", what);
  std::memcpy(&header, bytes.data(), sizeof header);
  std::size_t at = sizeof header;
  const auto next = [&] {
    const std::size_t end = bytes.find('\0', at);
    if (end == std::string::npos) throw sys::Error(sys::Kind::internal, "reading {}: it is cut off", what);
    const std::size_t begin = std::exchange(at, end + 1);
    return bytes.substr(begin, end - begin);
  };
  TurnProgram program;
  program.cwd = next();
  for (std::uint32_t i = 0; i < header.argv; ++i) program.argv.push_back(next());
  for (std::uint32_t i = 0; i < header.env; ++i) program.env.push_back(next());
  if (program.argv.empty() || at != bytes.size())
    throw sys::Error(sys::Kind::internal, "reading {}: its counts are wrong", what);
  return program;
}

}  // namespace sandbox
