#pragma once
/// What gatehouse wrote into a host's settings, kept in the state directory, so that it can be taken back.

#include <optional>
#include <string>
#include <vector>

#include "shelltool/hosts/settings.h"
#include "shelltool/hosts/settings_file.h"

namespace shelltool {

struct RecordedFile {
  std::string path;
  FileContent before;                    ///< as it was: the backup
  std::string written;                   ///< as gatehouse left it
  std::vector<Change> changes;           ///< from the one to the other
  std::vector<std::string> directories;  ///< made for it, the outermost first
};
using Record = std::vector<RecordedFile>;

/// `directory` is the host's own, below the state directory. Nothing is there: an empty record. Throws
/// sys::Error for one that cannot be read.
Record load_record(const std::string& directory);
/// An empty record removes the directory.
void save_record(const std::string& directory, const Record& record);
/// Where the file's backup lies.
std::string backup_of(const std::string& directory, const RecordedFile& file);

}  // namespace shelltool
