#pragma once
/// Moves, copies, deletes, directories, links and modes: all of a call are checked and judged before the
/// first is done, and all are taken back when one fails nevertheless.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"

namespace shelltool::files {

struct FileOp {
  enum class Kind : std::uint8_t { move, copy, remove, make_directory, link, change_mode };
  Kind kind = Kind::move;
  std::string path;  ///< absolute, or below the request's directory; of a link, what it leads to
  std::string to;  ///< where it goes; of a link, its own name; of change_mode, the mode as chmod(1) takes it
  bool overwrite = false;  ///< a file or link that stands at `to` goes to the trash
  bool recursive = false;  ///< a directory with what is in it; of make_directory, parents too
};

struct FileOpsRequest {
  std::vector<FileOp> ops;
  std::string directory;           ///< absolute
  std::vector<std::string> roots;  ///< true names of directories that have a trash of their own
  bool dry_run = false;
};

struct DoneOp {
  FileOp::Kind kind = FileOp::Kind::move;
  std::string path, to;  ///< true names; of change_mode, `to` is the new mode in octal digits
  std::string trash;     ///< where what was deleted or replaced is now; empty: nowhere
  bool replaces = false;
  std::uint64_t entries = 0;  ///< that are concerned, with the one itself
};

struct FileOpsResult {
  std::vector<DoneOp> ops;  ///< one for each, in their order
};

/// Throws FileError with the number of the operation; nothing is changed then.
FileOpsResult file_ops(const FileOpsRequest& request, const Judge& judge, Journal& journal);

template <class Wire>
void carry(Wire& wire, FileOp& op) {
  auto& [kind, path, to, overwrite, recursive] = op;
  wire(kind), wire(path), wire(to), wire(overwrite), wire(recursive);
}
template <class Wire>
void carry(Wire& wire, FileOpsRequest& request) {
  auto& [ops, directory, roots, dry_run] = request;
  wire(ops), wire(directory), wire(roots), wire(dry_run);
}
template <class Wire>
void carry(Wire& wire, DoneOp& op) {
  auto& [kind, path, to, trash, replaces, entries] = op;
  wire(kind), wire(path), wire(to), wire(trash), wire(replaces), wire(entries);
}
template <class Wire>
void carry(Wire& wire, FileOpsResult& result) {
  auto& [ops] = result;
  wire(ops);
}

}  // namespace shelltool::files
