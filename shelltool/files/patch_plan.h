#pragma once
/// What a patch makes of the files that are there, before anything is written.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/files/patch_apply.h"

namespace shelltool::files {

/// What stands at a path.
struct FileState {
  enum class Kind { nothing, regular, directory, other };
  Kind kind = Kind::nothing;
  std::string content;  ///< of a regular file
  bool executable = false;
};

/// What becomes of one path. `before` and `after` are regular or nothing.
struct PlannedFile {
  std::string path;
  FileState before, after;
  std::string
      origin;  ///< the path whose file this is now, moved or copied here; empty: its own, or a new one
};

/// What one change of the patch does.
struct PlannedChange {
  std::size_t change = 0;  ///< of the patch, from 0
  bool overwrites = false;
  std::vector<HunkPlace> places;
};

struct PatchPlan {
  std::vector<PlannedChange> changes;
  std::vector<PlannedFile> files;      ///< each path once, in the order in which they are met
  std::optional<std::string> failure;  ///< why the change behind those of `changes` cannot be made
};

/// Later changes meet what earlier ones make. Paths are compared as they are: a caller that knows two names
/// of one file makes them one. A unified diff overwrites nothing; an envelope does, as Codex does.
PatchPlan plan_patch(const Patch& patch, const std::function<FileState(const std::string& path)>& look);

}  // namespace shelltool::files
