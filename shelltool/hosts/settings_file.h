#pragma once
/// A settings file of somebody else's program: read whole, and replaced at once or not at all.

#include <string>
#include <vector>

namespace shelltool {

struct FileContent {
  bool exists = false;
  std::string bytes;
};

/// Links are followed. Throws sys::Error for what is no regular file, larger than 64 MiB, or a link to
/// nothing.
FileContent read_settings_file(const std::string& path);

/// Writes a draft beside it and renames: nobody sees half of it. What is there keeps its mode and owner, and
/// a link stays a link; what is new is 0600. Throws sys::Error, and nothing has changed then.
void replace_settings_file(const std::string& path, const std::string& bytes);

/// The directories on the way to the file that are not there, the outermost first; they are made, 0700.
std::vector<std::string> make_way_to(const std::string& path);

}  // namespace shelltool
