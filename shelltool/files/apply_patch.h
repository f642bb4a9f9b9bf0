#pragma once
/// A patch on files: read, placed and judged as a whole before anything is written, and then written as a
/// whole.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"
#include "shelltool/files/patch_apply.h"

namespace shelltool::files {

struct ApplyPatchRequest {
  std::string patch;
  std::string directory;  ///< absolute: what the patch's paths are relative to
  bool dry_run = false;
  bool in_part = false;            ///< as Codex does: what stands before a change that fails is written
  std::uint64_t room = 30'000;     ///< for the diff of a dry run
  std::vector<std::string> roots;  ///< true names of directories that have a trash
};

struct PatchedChange {
  FileChange::Kind kind = FileChange::Kind::update;
  std::string path;     ///< true name of the file, before it is moved or copied
  std::string to;       ///< of a move or copy: true name of what is there then
  std::string version;  ///< of what becomes of it, see content_hash.h; empty: it is gone
  std::string trash;    ///< where what is gone is, since it is too large to be kept, see journal.h
  bool overwrites = false;
  bool is_before_lost = false;           ///< what is overwritten is too large to be kept
  std::uint64_t added = 0, removed = 0;  ///< lines
  std::vector<HunkPlace> places;         ///< one for each hunk
};

struct ApplyPatchResult {
  std::vector<PatchedChange> changes;
  std::string diff;     ///< of a dry run
  std::string failure;  ///< with in_part: why the rest was not done
};

/// Throws FileError, and nothing has been written then: "bad_patch", "does_not_apply", "denied", …
ApplyPatchResult apply_patch(const ApplyPatchRequest& request, const Judge& judge, Journal& journal);

template <class Wire>
void carry(Wire& wire, ApplyPatchRequest& request) {
  auto& [patch, directory, dry_run, in_part, room, roots] = request;
  wire(patch), wire(directory), wire(dry_run), wire(in_part), wire(room);
  wire(roots);
}
template <class Wire>
void carry(Wire& wire, HunkPlace& place) {
  auto& [line, offset, likeness] = place;
  wire(line), wire(offset), wire(likeness);
}
template <class Wire>
void carry(Wire& wire, PatchedChange& change) {
  auto& [kind, path, to, version, trash, overwrites, is_before_lost, added, removed, places] = change;
  wire(kind), wire(path), wire(to), wire(version), wire(trash), wire(overwrites), wire(is_before_lost);
  wire(added), wire(removed), wire(places);
}
template <class Wire>
void carry(Wire& wire, ApplyPatchResult& result) {
  auto& [changes, diff, failure] = result;
  wire(changes), wire(diff), wire(failure);
}

}  // namespace shelltool::files
