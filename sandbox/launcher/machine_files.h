#pragma once
/// What the kernel and the system say of themselves in files.

#include <string>

namespace sandbox {

/// Empty where there is none, or it cannot be read: this kernel has no such switch.
std::string read_if_there(const std::string& path);

/// Where the kernel shows a setting: "/proc/sys/user/max_user_namespaces".
std::string setting_path(std::string name);

}  // namespace sandbox
