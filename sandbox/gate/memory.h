#pragma once
/// Another process' memory, by process_vm_readv(2) only: /proc/PID/mem and environ close for callers that are
/// not dumpable.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

/// The caller's memory cannot be read as the kernel would: the errno that the call itself would return.
struct CallerError {
  int error_number;
};

/// What cannot be judged: why, in words.
struct Unjudgeable {
  std::string reason;
};

/// All strings of an exec together; Linux fs/exec.c, bprm_stack_limits(): 3/4 of _STK_LIM.
inline constexpr std::size_t max_strings = 6 * 1024 * 1024;

/// To be used for one moment of the process: what was read is not read again.
class Memory {
 public:
  explicit Memory(pid_t tid) : tid_(tid) {}

  /// Exactly `size` bytes. All of these throw CallerError: EFAULT for an unmapped address, EACCES when the
  /// caller cannot be read at all.
  [[nodiscard]] std::string bytes(std::uint64_t address, std::size_t size) const;
  /// Up to `limit` bytes from the address on, as far as its pages are there: at least one.
  [[nodiscard]] std::string some(std::uint64_t address, std::size_t limit) const;
  /// Up to the NUL; ENAMETOOLONG past `limit` bytes with it.
  [[nodiscard]] std::string path(std::uint64_t address, std::size_t limit) const;
  /// A NULL-terminated vector of strings, as execve takes them. Past the kernel's own limits: E2BIG. NULL is
  /// empty.
  [[nodiscard]] std::vector<std::string> strings(std::uint64_t address) const;

 private:
  struct Piece {
    std::uint64_t address;
    std::size_t size;
  };
  /// Reads the piece, or takes it from what was read last: the strings of an exec often share a page.
  std::size_t read(const Piece& piece, std::string& buffer) const;
  /// Reads the pieces one after the other into one buffer; the bytes that could be read.
  std::size_t read(const std::vector<Piece>& pieces, std::string& buffer) const;
  std::vector<std::uint64_t> pointers(std::uint64_t address) const;

  pid_t tid_;
  mutable std::uint64_t block_address_ = 0;
  mutable std::string block_;
};

}  // namespace sandbox
