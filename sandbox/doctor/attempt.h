#pragma once
/// Trying something in a process of its own, so that nothing of it stays in this one.

#include <cstdint>
#include <functional>
#include <string>

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"

namespace sandbox {

struct Attempt {
  bool done = false;
  int error_number = 0;  ///< of the system call that failed, where it was one
  std::string text;      ///< what the step said, or the sentence of what failed
};

/// The step runs in a forked child; what it throws becomes the sentence. A child that ends without a word, or
/// is still there after five seconds, has failed.
Attempt attempt(const std::function<std::string()>& step);

/// The same in a new user namespace and these others (CLONE_NEW*), as this user: built as the launcher builds
/// them.
Attempt attempt_in_namespaces(std::uint64_t others, const User& user,
                              const std::function<std::string()>& step);

/// A process that only stands there, to be looked at, until its owner goes.
class Bystander {
 public:
  explicit Bystander(std::uint64_t namespaces);
  [[nodiscard]] pid_t pid() const { return child_.pid(); }

 private:
  sys::Pipe lifeline_ = sys::make_pipe();
  sys::Child child_;
};

/// This process' own ids.
User own_user();

}  // namespace sandbox
