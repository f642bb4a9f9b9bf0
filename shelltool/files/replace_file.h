#pragma once
/// New contents for files, all of them or none: whoever looks sees the old or the new, also when we are
/// killed.
///
/// A file is replaced by exchanging it with a new one that has all of its attributes: mode, owner, extended
/// attributes and ACLs. Where no new file can have them (another owner, hard links, a mount point, a
/// directory that is not writable), or where names cannot be exchanged, it is overwritten in place; the
/// journal keeps what stood there.

#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/spot.h"

namespace shelltool::files {

struct Replacement {
  enum class Kind { write, remove };
  Kind kind = Kind::write;
  const Spot* spot = nullptr;
  std::string content;
  /// Whose attributes a file gets that was not there; none: those of any new file.
  const Pinned* like = nullptr;
  /// What the file has, where that is known.
  const std::string* was = nullptr;
};

/// The caller has asked whether the spots may be written. Throws FileError when nothing was changed: what is
/// there is no regular file, it is not what was pinned, there is no room, or the kernel refuses. The spots
/// are out of date then and afterwards. A content larger than 256 MB is not overwritten in place.
void replace_files(const std::vector<Replacement>& replacements, Journal& journal);

/// The same as a part of what is done together, see settle.h.
void put_files(const std::vector<Replacement>& replacements, Journal& journal);

/// For what stands there for the time being. Throws FileError.
std::string new_temporary_name();
bool is_temporary_name(std::string_view name);

}  // namespace shelltool::files
