#include "sandbox/launcher/machine_files.h"

#include <algorithm>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

std::string read_if_there(const std::string& path) {
  try {
    return sys::read_file(path, 4096);
  } catch (const sys::Error&) {
    return {};
  }
}

std::string setting_path(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return "/proc/sys/" + name;
}

}  // namespace sandbox
