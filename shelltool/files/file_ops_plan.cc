#include "shelltool/files/file_ops_plan.h"

#include <fcntl.h>

#include <algorithm>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/mode_text.h"
#include "shelltool/files/pinned.h"
#include "shelltool/files/true_name.h"

namespace shelltool::files {
namespace {

const char* kind_text(NameOverlay::Kind kind) {
  switch (kind) {
    case NameOverlay::Kind::nothing:
      return "nothing";
    case NameOverlay::Kind::regular:
      return "a file";
    case NameOverlay::Kind::directory:
      return "a directory";
    case NameOverlay::Kind::link:
      return "a link";
    case NameOverlay::Kind::other:
      break;
  }
  return "a special file";
}

/// From the directory that a link is in to what it leads to.
std::string relative_to(const std::string& target, const std::string& directory) {
  std::string common = directory;
  std::string up;
  while (!sys::is_within(target, common)) {
    common = sys::parent_of(common);
    up += "../";
  }
  const std::string rest = target == common ? "" : target.substr(common == "/" ? 1 : common.size() + 1);
  const std::string text = up + rest;
  return text.empty() ? "." : text;
}

}  // namespace

std::string FileOpsPlanner::full(const std::string& path) const {
  if (path.empty()) throw FileError("bad_path", "a path is empty");
  return true_name(path.starts_with('/') ? path : request_.directory + "/" + path);
}

std::string FileOpsPlanner::existing(const std::string& path) const {
  std::string name = full(path);
  if (names_.kind_at(name) != Kind::nothing) return name;
  if (names_.origin_of(name) == name) (void)pin(name);  // says what is there instead
  throw FileError("not_found", "{} is not there, or will not be after the operations before",
                  sys::visible(name));
}

void FileOpsPlanner::require_parent(const std::string& path) const {
  const std::string parent = sys::parent_of(path);
  const Kind kind = names_.kind_at(parent);
  if (kind == Kind::directory) return;
  if (kind == Kind::nothing)
    throw FileError("not_found", "the directory {} is not there; make it first: op mkdir, recursive true",
                    sys::visible(parent));
  throw FileError("not_a_directory", "{} is {}, no directory", sys::visible(parent), kind_text(kind));
}

FileOpsPlanner::Name FileOpsPlanner::name_of(const std::string& path, const std::string& real) const {
  return {sys::normal_path(path, request_.directory), real};
}

void FileOpsPlanner::touch_tree(PlannedOp& planned, Access access, const std::string& path,
                                const Name& as) const {
  planned.touches.push_back({access, as.named, as.real});
  const auto origin = names_.origin_of(path);
  if (names_.kind_at(path) != Kind::directory || !origin) return;
  const sys::Fd held =
      sys::try_open_at(AT_FDCWD, *origin, O_PATH | O_DIRECTORY, {sys::Reach::anywhere, false, false});
  if (!held) throw_errno(errno, "looking into {}", sys::visible(*origin));
  each_below(held, *origin, [&](const std::string& below, unsigned) {
    planned.touches.push_back({access, as.named + "/" + below, as.real + "/" + below});
  });
}

void FileOpsPlanner::plan_target(PlannedOp& planned, const FileOp& op) {
  if (op.to.empty()) throw FileError("bad_argument", "'to' is missing");
  planned.to = full(op.to);
  require_parent(planned.to);
  const Kind there = names_.kind_at(planned.to);
  if (there == Kind::nothing) return;
  if (planned.to == planned.path)
    throw FileError("bad_argument", "{} is the same twice", sys::visible(planned.to));
  if (there == Kind::directory)
    throw FileError("is_a_directory", "{} is a directory; name the new path in it: {}/{}",
                    sys::visible(planned.to), sys::visible(planned.to),
                    sys::visible(sys::base_name(planned.path)));
  if (!op.overwrite)
    throw FileError("exists", "{} is there already; with overwrite true it goes to the trash first",
                    sys::visible(planned.to));
  planned.replaces = true;
  touch_tree(planned, Access::read, planned.to, name_of(op.to, planned.to));
}

void FileOpsPlanner::plan_tree(PlannedOp& planned, const FileOp& op) {
  planned.path = existing(op.path);
  if (op.kind == FileOp::Kind::move) require_no_root(planned.path);
  plan_target(planned, op);
  const bool is_directory = names_.kind_at(planned.path) == Kind::directory;
  if (sys::is_within(planned.to, planned.path))
    throw FileError("bad_argument", "{} is in {} itself", sys::visible(planned.to),
                    sys::visible(planned.path));
  if (op.kind == FileOp::Kind::copy && is_directory && !op.recursive)
    throw FileError("is_a_directory", "{} is a directory; recursive true copies what is in it",
                    sys::visible(planned.path));
  if (op.kind == FileOp::Kind::copy && names_.kind_at(planned.path) == Kind::other)
    throw FileError("special_file", "{} is no file that can be copied", sys::visible(planned.path));
  const Name from = name_of(op.path, planned.path), to = name_of(op.to, planned.to);
  touch_tree(planned, Access::read, planned.path, from);
  if (op.kind == FileOp::Kind::move) touch_tree(planned, Access::write, planned.path, from);
  touch_tree(planned, Access::write, planned.path, to);
  if (op.kind == FileOp::Kind::move)
    names_.move(planned.path, planned.to);
  else
    names_.copy(planned.path, planned.to);
}

void FileOpsPlanner::require_no_root(const std::string& path) const {
  const bool has_root = std::any_of(request_.roots.begin(), request_.roots.end(),
                                    [&](const std::string& root) { return sys::is_within(root, path); });
  if (has_root) throw FileError("refused", "{} is the workspace, or has it in it", sys::visible(path));
}

void FileOpsPlanner::plan_remove(PlannedOp& planned, const FileOp& op) {
  planned.path = existing(op.path);
  require_no_root(planned.path);
  if (names_.kind_at(planned.path) == Kind::directory && !op.recursive && !names_.is_empty(planned.path))
    throw FileError("is_a_directory",
                    "{} is a directory that is not empty; recursive true deletes it with what is in it",
                    sys::visible(planned.path));
  const Name name = name_of(op.path, planned.path);
  touch_tree(planned, Access::read, planned.path, name);  // in the trash it has another name
  touch_tree(planned, Access::write, planned.path, name);
  names_.remove(planned.path);
}

void FileOpsPlanner::plan_directory(PlannedOp& planned, const FileOp& op) {
  planned.path = full(op.path);
  const Kind there = names_.kind_at(planned.path);
  if (there != Kind::nothing && !(there == Kind::directory && op.recursive))
    throw FileError("exists", "{} is there already: {}", sys::visible(planned.path), kind_text(there));
  for (std::string path = planned.path; names_.kind_at(path) == Kind::nothing; path = sys::parent_of(path)) {
    planned.missing.insert(planned.missing.begin(), path);
    if (!op.recursive) break;
  }
  if (!planned.missing.empty()) require_parent(planned.missing.front());
  for (const std::string& path : planned.missing) {
    planned.touches.push_back({Access::write, path, path});
    names_.put(path, Kind::directory);
  }
}

void FileOpsPlanner::plan_link(PlannedOp& planned, const FileOp& op) {
  planned.path = existing(op.path);
  plan_target(planned, op);
  planned.link_text =
      op.path.starts_with('/') ? op.path : relative_to(planned.path, sys::parent_of(planned.to));
  touch_tree(planned, Access::write, planned.to, name_of(op.to, planned.to));
  names_.put(planned.to, Kind::link);
}

void FileOpsPlanner::plan_mode(PlannedOp& planned, const FileOp& op) {
  planned.path = existing(op.path);
  planned.to = op.to;
  if (names_.kind_at(planned.path) == Kind::link)
    throw FileError("special_file", "{} is a link, which has no mode; name what it leads to",
                    sys::visible(planned.path));
  if (!mode_after(op.to, 0))
    throw FileError("bad_argument",
                    "{} is no mode; 'to' takes three octal digits (755) or letters (u+x, go-w)",
                    sys::shown(op.to));
  planned.touches.push_back({Access::write, name_of(op.path, planned.path).named, planned.path});
}

PlannedOp FileOpsPlanner::plan(const FileOp& op) {
  PlannedOp planned;
  planned.kind = op.kind;
  switch (op.kind) {
    case FileOp::Kind::move:
    case FileOp::Kind::copy:
      plan_tree(planned, op);
      break;
    case FileOp::Kind::remove:
      plan_remove(planned, op);
      break;
    case FileOp::Kind::make_directory:
      plan_directory(planned, op);
      break;
    case FileOp::Kind::link:
      plan_link(planned, op);
      break;
    case FileOp::Kind::change_mode:
      plan_mode(planned, op);
      break;
  }
  return planned;
}

}  // namespace shelltool::files
