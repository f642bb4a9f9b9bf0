#pragma once
/// What launch() and the process that it starts say to each other until the command is ready.

#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/error.h"

namespace sandbox {

/// The first byte of a packet.
enum class Tag : char {
  // downwards
  tree = 't',  ///< text: a path; one descriptor: an id-mapped copy of the mounts there
  go = 'g',    ///< those were all; in the doctor's attempts: the id maps are written
  // upwards
  born = 'b',     ///< text: the pid of the sandbox's first process, one descriptor: a pidfd of it
  note = 'n',     ///< text: a sentence for Launched::missing
  refused = 'r',  ///< text: errno and sentence; this machine refuses namespaces
  failed = 'x',   ///< text: errno and sentence
  inside = 'i',   ///< two descriptors: of the user and the network namespace, where ports are published
  tmp = 'm',      ///< one descriptor: of the private /tmp, which has a limit
  ready = 'y',    ///< descriptors: a pidfd of the command, and, but for a guest, the seccomp listener,
                  ///< and where there are any, the doors of the network
};

struct Letter {
  Tag tag{};
  std::string text;
  std::vector<sys::Fd> fds;
};

void tell(sys::Channel& channel, Tag tag, std::string_view text = {}, const std::vector<int>& fds = {});
/// As `refused` or `failed`, with the errno, if there is one.
void tell_failure(sys::Channel& channel, const std::exception& error) noexcept;
struct Failure {
  int error_number = 0;
  std::string sentence;
};
Failure failure_of(const Letter& letter);
/// Nothing when the other side is gone.
std::optional<Letter> hear(sys::Channel& channel);
/// The next letter, which must be this one.
Letter expect(sys::Channel& channel, Tag tag);

/// A step that only fails where namespaces are refused: the machine's limit, not a mistake.
class Refused : public sys::Error {
 public:
  Refused(int error_number, const std::string& sentence)
      : sys::Error(sys::Kind::unsupported, sentence), error_number_(error_number) {}
  [[nodiscard]] int error_number() const { return error_number_; }

 private:
  int error_number_;
};

/// For the first steps that need a privilege in the new namespaces: where those are restricted (AppArmor, a
/// container's masked /proc), they can be made, and this is what the kernel refuses.
template <class Step>
void founding(Step step) {
  try {
    step();
  } catch (const sys::SysError& error) {
    if (error.error_number() != EPERM && error.error_number() != EACCES) throw;
    throw Refused(error.error_number(), error.what());
  }
}

}  // namespace sandbox
