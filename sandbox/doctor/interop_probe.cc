#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "sandbox/doctor/probes.h"
#include "sandbox/launcher/machine_files.h"

namespace sandbox {
namespace {

bool is_wsl(const std::string& root) {
  std::string release = read_if_there(root + "/proc/sys/kernel/osrelease");
  std::transform(release.begin(), release.end(), release.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return release.find("microsoft") != std::string::npos;
}

}  // namespace

std::optional<Finding> probe_interop(const std::string& root) {
  if (!is_wsl(root)) return std::nullopt;
  // Where systemd runs it is registered a second time, by the other name.
  for (const char* entry : {"WSLInterop", "WSLInterop-late"}) {
    const std::string path = fmt::format("/proc/sys/fs/binfmt_misc/{}", entry);
    const std::string known = read_if_there(root + path);
    if (!known.starts_with("enabled")) continue;
    const std::size_t at = known.find("interpreter ");
    const std::string rest = at == std::string::npos ? "" : known.substr(at + 12);
    return Finding{Feature::interop, State::degraded,
                   fmt::format("{} starts Windows programs ({})", rest.substr(0, rest.find('\n')), path),
                   fmt::format("sudo sh -c 'echo 0 > {}'", path)};
  }
  return Finding{Feature::interop, State::ok, "off: Windows programs cannot be started", ""};
}

}  // namespace sandbox
