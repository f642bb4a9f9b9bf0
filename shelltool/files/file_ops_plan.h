#pragma once

#include <string>
#include <vector>

#include "shelltool/files/file_ops.h"
#include "shelltool/files/name_overlay.h"

namespace shelltool::files {

/// An operation with true names, which nothing that is known now stands against.
struct PlannedOp {
  FileOp::Kind kind = FileOp::Kind::move;
  std::string path, to;
  std::string link_text;             ///< what a link says
  std::vector<std::string> missing;  ///< directories that are to be made, from the top
  bool replaces = false;
  std::vector<Touch> touches;
};

class NameChanges;
/// As a part of what is done together. Throws FileError.
DoneOp make_op(const PlannedOp& op, NameChanges& changes);

class FileOpsPlanner {
 public:
  explicit FileOpsPlanner(const FileOpsRequest& request) : request_(request) {}

  /// Later operations meet what earlier ones will have made. Throws FileError.
  PlannedOp plan(const FileOp& op);
  using Kind = NameOverlay::Kind;
  /// Something else is made, or gone, at the true name.
  void put(const std::string& path, Kind kind) { names_.put(path, kind); }
  [[nodiscard]] const NameOverlay& names() const { return names_; }

 private:
  [[nodiscard]] std::string full(const std::string& path) const;
  std::string existing(const std::string& path) const;
  void plan_target(PlannedOp& planned, const FileOp& op);
  void plan_tree(PlannedOp& planned, const FileOp& op);
  void plan_remove(PlannedOp& planned, const FileOp& op);
  void plan_directory(PlannedOp& planned, const FileOp& op);
  void plan_link(PlannedOp& planned, const FileOp& op);
  void plan_mode(PlannedOp& planned, const FileOp& op);
  void require_no_root(const std::string& path) const;
  void require_parent(const std::string& path) const;
  /// A path as it was asked for, normal, and as it is.
  struct Name {
    std::string named, real;
  };
  [[nodiscard]] Name name_of(const std::string& path, const std::string& real) const;
  /// All that is at and below the path, under another name.
  void touch_tree(PlannedOp& planned, Access access, const std::string& path, const Name& as) const;

  const FileOpsRequest& request_;
  NameOverlay names_;
};

}  // namespace shelltool::files
