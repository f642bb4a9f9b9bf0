#pragma once
/// The operation behind the record of commands: what a workspace has, as find() sees it, in names and times.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/judge.h"

namespace shelltool::files {

/// Hands out the regular files that are not ignored, in no trash and nothing that a tool makes for the time
/// being, from the root, until `take` returns false; whether it was all of them, in time. `path` begins with
/// the root's true name. Throws FileError.
struct SeenEntry {
  int directory = -1;      ///< the root
  std::string_view below;  ///< from there
  std::string path;
};
bool each_file(const std::string& root, std::chrono::steady_clock::time_point deadline,
               const std::function<bool(const SeenEntry& entry)>& take);

struct SeenFile {
  std::string path;  ///< absolute
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0, born_ns = 0;  ///< ctime, and birth: 0 where it is not known
  std::uint32_t mode = 0;                    ///< permissions
};
struct LookOverResult {
  std::vector<SeenFile> files;
  bool is_whole = true;  ///< false: there are more than 20,000, or it took longer than a second
};
struct LookOverRequest {
  std::vector<std::string> roots;  ///< links are followed
};
/// Names and times of the regular files that are not ignored. Throws FileError.
LookOverResult look_over(const LookOverRequest& request, const Judge& judge);

template <class Wire>
void carry(Wire& wire, SeenFile& file) {
  auto& [path, inode, changed_ns, born_ns, mode] = file;
  wire(path), wire(inode), wire(changed_ns), wire(born_ns), wire(mode);
}
template <class Wire>
void carry(Wire& wire, LookOverResult& result) {
  auto& [files, is_whole] = result;
  wire(files), wire(is_whole);
}
template <class Wire>
void carry(Wire& wire, LookOverRequest& request) {
  auto& [roots] = request;
  wire(roots);
}

}  // namespace shelltool::files
