#include "shelltool/files/file_ops.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/file_ops_plan.h"
#include "shelltool/files/name_changes.h"
#include "shelltool/files/settle.h"

namespace shelltool::files {
namespace {

/// What fails is told with the number of its operation.
template <class Work>
auto numbered(std::size_t number, std::size_t of, Work work) {
  try {
    return work();
  } catch (const FileError& error) {
    if (of == 1) throw FileError(error.code(), "{}. Nothing was changed.", error.what());
    throw FileError(error.code(), "operation {} of {}: {}. Nothing was changed.", number + 1, of,
                    error.what());
  }
}

std::uint64_t entries_of(const PlannedOp& op) {
  std::uint64_t entries = 0;
  const std::string& counted =
      op.kind == FileOp::Kind::copy || op.kind == FileOp::Kind::link ? op.to : op.path;
  for (const Touch& touch : op.touches)
    entries +=
        touch.access == Access::write && (touch.real == counted || touch.real.starts_with(counted + "/")) ? 1
                                                                                                          : 0;
  return entries;
}

}  // namespace

DoneOp make_op(const PlannedOp& op, NameChanges& changes) {
  DoneOp done{op.kind, op.path, op.to, {}, op.replaces, entries_of(op)};
  if (op.replaces) done.trash = changes.discard(op.to);
  switch (op.kind) {
    case FileOp::Kind::move:
      changes.move(op.path, op.to);
      break;
    case FileOp::Kind::copy:
      changes.copy(op.path, op.to);
      break;
    case FileOp::Kind::remove:
      done.trash = changes.discard(op.path);
      break;
    case FileOp::Kind::make_directory:
      for (const std::string& path : op.missing) changes.make_directory(path);
      break;
    case FileOp::Kind::link:
      changes.link(op.to, op.link_text);
      break;
    case FileOp::Kind::change_mode:
      done.to = fmt::format("{:03o}", changes.change_mode(op.path, op.to) & 07777U);
      break;
  }
  return done;
}

FileOpsResult file_ops(const FileOpsRequest& request, const Judge& judge, Journal& journal) {
  FileOpsPlanner planner(request);
  std::vector<PlannedOp> planned;
  std::vector<Touch> touches;
  const std::size_t count = request.ops.size();
  for (std::size_t i = 0; i < count; ++i) {
    planned.push_back(numbered(i, count, [&] { return planner.plan(request.ops[i]); }));
    touches.insert(touches.end(), planned.back().touches.begin(), planned.back().touches.end());
  }
  require(judge, touches);
  FileOpsResult result;
  if (request.dry_run) {
    for (const PlannedOp& op : planned)
      result.ops.push_back({op.kind, op.path, op.to, {}, op.replaces, entries_of(op)});
    return result;
  }
  all_or_nothing(journal, [&] {
    NameChanges changes(request.roots, journal);
    for (std::size_t i = 0; i < count; ++i)
      result.ops.push_back(numbered(i, count, [&] { return make_op(planned[i], changes); }));
  });
  return result;
}

}  // namespace shelltool::files
