#pragma once
/// The mounts of this process' namespace, as /proc/self/mountinfo lists them: also those that others cover.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct ListedMount {
  std::uint64_t number = 0;  ///< see mount_number()
  dev_t device = 0;          ///< of its file system, as /proc/PID/maps names it
  std::string path;
  bool is_writable = false;
};

/// Throws sys::Error.
std::vector<ListedMount> list_mounts();
/// The same of a text in the form of mountinfo.
std::vector<ListedMount> read_mount_list(std::string_view text);

}  // namespace sandbox
