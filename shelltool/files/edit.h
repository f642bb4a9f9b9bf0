#pragma once
/// Changes one file: parts of it, or all of it.

#include <string>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"
#include "shelltool/files/text_edit.h"

namespace shelltool::files {

struct EditRequest {
  std::string path;  ///< absolute
  std::vector<TextEdit> edits;
  std::string if_version;  ///< of what is to be changed, or the beginning of it; empty: any
  bool dry_run = false;
};

struct WriteRequest {
  std::string path;  ///< absolute; missing directories are made
  std::string content;
  std::string if_version;  ///< of what is to be replaced; "none": nothing may be there; empty: anything may
};

struct ChangeResult {
  std::string path;  ///< the file's true name
  bool is_new = false;
  std::string version, version_before;
  std::uint64_t size = 0;
  std::uint64_t places = 0;     ///< that edits replaced
  bool is_before_lost = false;  ///< it was there and is too large to be kept, see journal.h
  std::string diff;
};

/// Where the path is the file's true name.
std::vector<Touch> expected_touches(const EditRequest& request);

/// Throw FileError, and nothing is changed then; see text_edit.h and replace_file.h. "stale": it is another
/// version.
ChangeResult edit(const EditRequest& request, const Judge& judge, Journal& journal);
/// An existing text keeps its encoding, byte order mark and line ends, see in_form_of(), and every file all
/// but its content.
ChangeResult write(const WriteRequest& request, const Judge& judge, Journal& journal);

template <class Wire>
void carry(Wire& wire, TextEdit& edit) {
  auto& [before, after, all] = edit;
  wire(before), wire(after), wire(all);
}
template <class Wire>
void carry(Wire& wire, EditRequest& request) {
  auto& [path, edits, if_version, dry_run] = request;
  wire(path), wire(edits), wire(if_version), wire(dry_run);
}
template <class Wire>
void carry(Wire& wire, WriteRequest& request) {
  auto& [path, content, if_version] = request;
  wire(path), wire(content), wire(if_version);
}
template <class Wire>
void carry(Wire& wire, ChangeResult& result) {
  auto& [path, is_new, version, version_before, size, places, is_before_lost, diff] = result;
  wire(path), wire(is_new), wire(version), wire(version_before), wire(size), wire(places);
  wire(is_before_lost), wire(diff);
}

}  // namespace shelltool::files
