#pragma once
/// What refuses namespaces on this machine, as far as its files tell.

#include <string>

namespace sandbox {

struct NamespaceLimit {
  enum class By {
    nothing,    ///< that is known
    sysctl,     ///< `setting` has to be `value`
    apparmor,   ///< only programs with a profile that says so may make them
    container,  ///< what started it says what is let through
    filter,     ///< of system calls, whosever it is
  };
  By by = By::nothing;
  std::string what;  ///< "user.max_user_namespaces is 0"
  std::string mend;  ///< one command, or for a container what it is to be started with; empty: none is known
  std::string setting = {}, value = {};
};

/// The machine's files are looked for below `root`.
NamespaceLimit limit_on_namespaces(const std::string& root = {});

/// The AppArmor profile that lets gatehouse make user namespaces: its name, which a process in it sees.
inline constexpr const char* apparmor_profile = "gatehouse";

/// Of this process; "gatehouse" where /proc does not tell.
std::string own_program();

}  // namespace sandbox
