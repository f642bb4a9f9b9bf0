#include "sandbox/gate/built.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "sandbox/gate/memory.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// Linux fs/binfmt_elf.c, create_elf_tables(): the stack pointer stands at argc; behind it lie the pointers
/// to the arguments, NULL, those to the environment, NULL, and the auxiliary vector.
class FirstStack {
  /// At once, so that what a program is mostly given comes along.
  static constexpr std::size_t ahead = 12288;

 public:
  FirstStack(const Memory& memory, std::uint64_t pointer) : memory_(memory), next_(pointer) {
    const std::uint64_t argc = word();
    first_argument_ = argc > 0 ? peek() : 0;
    next_ += (argc + 1) * sizeof(std::uint64_t);
    first_variable_ = peek();
    while (word() != 0) {
    }
    for (std::uint64_t type = word(); type != AT_NULL; type = word()) {
      const std::uint64_t value = word();
      if (type == AT_EXECFN) fingerprint_.vector.second = value;
      if (type == AT_RANDOM) fingerprint_.vector.first = value;
    }
    fingerprint_.strings = {arguments(), environment()};
  }

  [[nodiscard]] std::uint64_t arguments() const { return first_argument_; }
  /// The strings lie in one piece: arguments, environment, the name.
  [[nodiscard]] std::uint64_t environment() const { return first_variable_ != 0 ? first_variable_ : name(); }
  [[nodiscard]] std::uint64_t name() const { return fingerprint_.vector.second; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }

 private:
  std::uint64_t peek() {
    if (next_ < start_ || next_ + sizeof(std::uint64_t) > start_ + words_.size()) {
      start_ = next_;
      words_ = memory_.some(next_, ahead);
    }
    std::uint64_t value = 0;
    if (words_.size() < sizeof value) throw CallerError{EFAULT};
    std::memcpy(&value, words_.data() + (next_ - start_), sizeof value);
    return value;
  }
  std::uint64_t word() {
    const std::uint64_t value = peek();
    next_ += sizeof value;
    return value;
  }

  const Memory& memory_;
  std::uint64_t next_;
  std::uint64_t start_ = 0;
  std::string words_;  // a piece of the stack, from start_
  std::uint64_t first_argument_ = 0, first_variable_ = 0;
  Fingerprint fingerprint_;
};

std::uint64_t stack_pointer(pid_t pid) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, reinterpret_cast<void*>(sizeof info), &info) < 0)
    throw sys::SysError(errno, "asking for the stack of process {}", pid);
  return info.stack_pointer;
}

}  // namespace

Built read_built(pid_t pid, bool with_environment) {
  struct stat facts {};
  if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &facts) != 0)
    throw sys::SysError(errno, "looking at the image of process {}", pid);
  const Memory memory(pid);
  Built built;
  built.device = facts.st_dev;
  built.inode = facts.st_ino;
  const FirstStack stack(memory, stack_pointer(pid));
  built.fingerprint = stack.fingerprint();
  const std::uint64_t args_size = stack.environment() - stack.arguments();
  const std::uint64_t env_size = stack.name() - stack.environment();
  if (args_size > max_strings || env_size > max_strings) throw CallerError{EFAULT};
  built.args = memory.bytes(stack.arguments(), args_size);
  if (with_environment) built.env = memory.bytes(stack.environment(), env_size);
  built.name = memory.path(stack.name(), PATH_MAX + sizeof "/dev/fd/-2147483648/");
  return built;
}

bool is_as_judged(const Built& built, const Expected& expected, const std::vector<std::string>& env,
                  bool with_environment) {
  if (built.device != expected.device || built.inode != expected.inode) return false;
  if (built.args != expected.args || built.name != expected.name) return false;
  if (!with_environment) return true;
  std::string judged;
  for (const std::string& entry : env) judged.append(entry).push_back('\0');
  return built.env == judged;
}

}  // namespace sandbox
