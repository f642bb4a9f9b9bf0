#include "shelltool/files/put_back.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/attributes.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/file_ops_plan.h"
#include "shelltool/files/line_diff.h"
#include "shelltool/files/name_changes.h"
#include "shelltool/files/replace_file.h"
#include "shelltool/files/settle.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/true_name.h"
#include "shelltool/files/written.h"

namespace shelltool::files {
namespace {

using Kind = PutBackStep::Kind;
using Expectation = PutBackStep::Expected::Kind;

constexpr std::size_t most_compared = 1U << 20U;  // a diff of more is nobody's reading
constexpr std::size_t most_of_a_refusal = 6000, most_obstacles_named = 20;

std::string text_of(std::string_view bytes) { return decoded(bytes, encoding_of(bytes)); }

std::string diff_of(const std::string& path, std::string_view before, std::string_view after) {
  if (before.size() > most_compared || after.size() > most_compared) return {};
  const std::string lines = line_diff(text_of(before), text_of(after));
  return lines.empty() ? lines : fmt::format("--- {0}\n+++ {0}\n{1}", sys::visible(path), lines);
}

/// What stands there now; nothing where nothing does.
std::optional<struct stat> status_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

/// What stands against a step.
class Obstacle : public FileError {
 public:
  explicit Obstacle(const std::string& text, const std::string& diff = {})
      : FileError("stale", "{}; nothing was changed{}", text, diff), text_(text) {}
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Only what was judged is changed or shown: a link may have come there.
void require_no_link(const std::string& path, const std::string& real) {
  if (real != path)
    throw Obstacle(
        fmt::format("{} is reached by a link by now, as {}", sys::visible(path), sys::visible(real)));
}

std::string content_at(const std::string& path) {
  const Spot spot = spot_at(path);
  require_no_link(path, spot.real);
  return spot.file && spot.file->is_regular() ? Content(*spot.file).whole(most_kept_before) : std::string();
}

[[noreturn]] void refuse(const PutBackStep& step, const std::string& what, const std::string& diff) {
  const bool is_cut = diff.size() > most_of_a_refusal;
  const std::string shown = diff.substr(0, is_cut ? diff.rfind('\n', most_of_a_refusal) : diff.size());
  const char* const lead = shown.empty() ? ""
                           : is_cut      ? ". The beginning of what was changed since:\n"
                                         : ". What was changed since:\n";
  throw Obstacle(fmt::format("{}: {}", sys::visible(step.path), what), lead + shown);
}

std::string version_at(const std::string& path) {
  const Spot spot = spot_at(path);
  require_no_link(path, spot.real);
  ContentHash hash;
  if (spot.file && spot.file->is_regular()) {
    Content(*spot.file).each([&](std::string_view piece) {
      hash.add(piece);
      return true;
    });
  }
  return version_text(hash);
}

void check_version(const PutBackStep& step, const struct stat& now) {
  if (version_at(step.path) == step.expected.version) return;
  const bool is_shown = now.st_size <= static_cast<off_t>(most_compared) &&
                        version_of(step.expected.content) == step.expected.version;
  refuse(step, "somebody else has changed it since",
         is_shown ? diff_of(step.path, step.expected.content, content_at(step.path)) : "");
}

/// Empty for what is no link.
std::string link_text(const std::string& path) {
  std::array<char, 4097> text{};
  return ::readlink(path.c_str(), text.data(), text.size() - 1) < 0 ? std::string()
                                                                    : std::string(text.data());
}

bool has_version(const PutBackStep& step, const struct stat& now) {
  return !step.expected.version.empty() && S_ISREG(now.st_mode) &&
         version_at(step.path) == step.expected.version;
}

/// Whether that stands there which stood there. A tool that has changed it and back has left its content.
bool is_same(const PutBackStep& step, const struct stat& now) {
  const auto& expected = step.expected;
  const Written is = written_at(held_parent(step.path), sys::base_name(step.path));
  if (expected.inode == 0 || (is.inode == expected.inode && is.born_ns == expected.born_ns)) return true;
  return has_version(step, now);
}

/// A directory counts from its birth: what came into it since has a time of its own.
void check_untouched(const PutBackStep& step, const std::string& at) {
  const auto look = [&](const sys::Fd& directory, const std::string& below, mode_t mode) {
    const Written is = written_at(directory, below);
    if ((S_ISDIR(mode) ? is.born_ns : is.changed_ns) <= step.expected.changed_ns) return;
    const std::string changed = sys::parent_of(at) + "/" + below;
    refuse(
        step,
        changed == at ? "it has been changed since" : "it has been changed since: " + sys::visible(changed),
        "");
  };
  const sys::Fd parent = held_parent(at);
  const std::string name = sys::base_name(at);
  const auto top = status_at(at);
  if (!top) return;
  look(parent, name, top->st_mode);
  if (!S_ISDIR(top->st_mode)) return;
  const sys::Fd tree = sys::try_open_at(parent.get(), name, O_PATH | O_DIRECTORY, {.follow_links = false});
  if (!tree) throw_errno(errno, "looking into {}", sys::visible(at));
  each_below(tree, at,
             [&](const std::string& below, unsigned mode) { look(parent, name + "/" + below, mode); });
}

/// Nobody else has changed what is to be changed back.
void check(const PutBackStep& step) {
  const auto now = status_at(step.path);
  const auto& expected = step.expected;
  if (expected.kind == Expectation::anything) return;
  if (expected.kind == Expectation::nothing) {
    if (now) refuse(step, "something stands there now", "");
    return;
  }
  if (!now) refuse(step, "somebody has removed or moved it since", "");
  if (expected.kind == Expectation::mode) {
    if ((now->st_mode & 07777U) != expected.mode)
      refuse(step, fmt::format("its mode is {:03o} by now", now->st_mode & 07777U), "");
    return;
  }
  if (expected.kind == Expectation::link) {
    if (link_text(step.path) != expected.version) refuse(step, "it is not that link any more", "");
    return;
  }
  if (expected.kind == Expectation::same || expected.kind == Expectation::untouched) {
    if (!is_same(step, *now)) refuse(step, "something else stands there by now", "");
    return;
  }
  if (!S_ISREG(now->st_mode) && expected.kind == Expectation::version)
    refuse(step, fmt::format("it is {} by now", kind_of(now->st_mode)), "");
  if (expected.kind == Expectation::version) return check_version(step, *now);
  if (nanoseconds(now->st_ctim) != expected.changed_ns && !has_version(step, *now))
    refuse(step, "it has been changed since", "");
}

std::vector<std::string> true_names(const std::vector<std::string>& roots) {
  std::vector<std::string> names;
  for (const std::string& root : roots) names.push_back(pin(root).real);
  return names;
}

class PutBack {
 public:
  PutBack(const PutBackRequest& request, Journal& journal)
      : request_(request),
        journal_(journal),
        names_{{}, "/", true_names(request.roots), request.dry_run},
        planner_(names_),
        changes_(names_.roots, journal) {}

  /// What is to be judged.
  std::vector<Touch> plan() {
    std::vector<Touch> touches;
    for (const PutBackStep& step : request_.steps) {
      planned_.emplace_back();
      unless_obstructed([&] { plan(step, touches); });
    }
    return touches;
  }

  /// Throws FileError where something stands against it, as it is before anything is put back, which changes
  /// times, too.
  void require_no_obstacle() {
    for (const auto& one : untouched_) unless_obstructed([&] { check_untouched(*one.first, one.second); });
    if (obstacles_.empty()) return;
    if (obstacles_.size() == 1) std::rethrow_exception(first_);
    std::string text;
    for (std::size_t i = 0; i < obstacles_.size() && i < most_obstacles_named; ++i)
      text += fmt::format("\n{}", sys::cut(obstacles_[i], most_of_a_refusal / most_obstacles_named));
    if (obstacles_.size() > most_obstacles_named)
      text += fmt::format("\nand {} more", obstacles_.size() - most_obstacles_named);
    throw FileError("stale", "something stands in the way of {} of {} changes; nothing was changed:{}",
                    obstacles_.size(), request_.steps.size(), text);
  }

  void make(PutBackResult& result) {
    for (std::size_t i = 0; i < request_.steps.size(); ++i) {
      const PutBackStep& step = request_.steps[i];
      if (step.kind == Kind::remove_directory && !planned_[i]) {
        result.left.push_back(step.path);
        continue;
      }
      check(step);
      if (planned_[i])
        (void)make_op(*planned_[i], changes_);
      else
        write(step);
    }
  }

  /// Files that have too much now to be kept.
  [[nodiscard]] const std::vector<std::string>& lost() const { return lost_; }

  [[nodiscard]] std::string diff() const {
    std::string diff;
    for (const PutBackStep& step : request_.steps) {
      const auto now = status_at(step.path);
      if (now && now->st_size > static_cast<off_t>(most_compared)) continue;
      const bool has_content = now && S_ISREG(now->st_mode);
      if (step.kind == Kind::write || (step.kind == Kind::discard && has_content && !is_in_trash(step.path)))
        diff += diff_of(step.path, has_content ? content_at(step.path) : "", step.content);
      if (diff.size() <= request_.room / 2) continue;
      diff.resize(diff.rfind('\n', request_.room / 2) + 1);
      return "not all of the diff is shown:\n" + diff;
    }
    return diff;
  }

 private:
  template <class Work>
  void unless_obstructed(Work work) {
    try {
      work();
    } catch (const FileError& error) {
      if (!first_) first_ = std::current_exception();
      const auto* const obstacle = dynamic_cast<const Obstacle*>(&error);
      obstacles_.push_back(obstacle != nullptr ? obstacle->text() : error.what());
    }
  }

  void plan(const PutBackStep& step, std::vector<Touch>& touches) {
    check_way(step);
    require_no_link(step.path, true_name(step.path));
    if (!step.to.empty()) require_no_link(step.to, true_name(step.to));
    const std::optional<std::string> origin = planner_.names().origin_of(step.path);
    if (step.kind == Kind::write) {  // judged before
      if (origin == step.path || is_free(step.path)) check(step);
      check_place(step);
      planner_.put(step.path, NameOverlay::Kind::regular);
      return;
    }
    if (step.kind == Kind::remove_directory && !planner_.names().is_empty(step.path)) return;
    if (origin == step.path) check(step);
    if (origin && step.expected.kind == Expectation::untouched) untouched_.emplace_back(&step, *origin);
    std::optional<PlannedOp>& planned = planned_.back();
    planned = planner_.plan(op_of(step));
    touches.insert(touches.end(), planned->touches.begin(), planned->touches.end());
  }

  /// A file can be written there.
  void check_place(const PutBackStep& step) {
    const auto now = planner_.names().origin_of(step.path) == step.path ? status_at(step.path) : std::nullopt;
    if (now && !S_ISREG(now->st_mode))
      refuse(step, fmt::format("{} stands there by now", kind_of(now->st_mode)), "");
    if (now && ::access(step.path.c_str(), W_OK) != 0)
      refuse(step, fmt::format("it may not be written: {}", sys::error_text(errno)), "");
    if (now && now->st_size > static_cast<off_t>(most_kept_before)) lost_.push_back(step.path);
  }

  /// A link there is told with where it leads.
  void check_way(const PutBackStep& step) const {
    using There = NameOverlay::Kind;
    std::string above = sys::parent_of(step.path);
    while (planner_.names().kind_at(above) == There::nothing) above = sys::parent_of(above);
    const There there = planner_.names().kind_at(above);
    if (there != There::directory && there != There::link)
      refuse(step, fmt::format("{}, on the way to it, is no directory by now", sys::visible(above)), "");
  }

  [[nodiscard]] bool is_free(const std::string& path) const {
    return planner_.names().kind_at(path) == NameOverlay::Kind::nothing && !status_at(path);
  }

  static FileOp op_of(const PutBackStep& step) {
    FileOp op;
    op.path = step.path;
    op.recursive = step.kind == Kind::discard || step.kind == Kind::move;
    if (step.kind == Kind::move) {
      op.to = step.to;
    } else if (step.kind == Kind::mode) {
      op.kind = FileOp::Kind::change_mode;
      op.to = fmt::format("{:03o}", step.mode & 0777U);
    } else {
      op.kind = FileOp::Kind::remove;
    }
    return op;
  }

  void write(const PutBackStep& step) {
    const Spot spot = spot_at(step.path);
    require_no_link(step.path, spot.real);
    Replacement replacement;
    replacement.spot = &spot;
    replacement.content = step.content;
    put_files({replacement}, journal_);
    if (!spot.file && !step.attributes.empty()) give_attributes_back(step);
    if (!spot.file && step.mode != 0)
      (void)changes_.change_mode(step.path, fmt::format("{:03o}", step.mode & 0777U));
  }

  static void give_attributes_back(const PutBackStep& step) {
    const sys::Fd place = sys::try_open_at(held_parent(step.path).get(), sys::base_name(step.path),
                                           O_PATH | O_NOFOLLOW, {sys::Reach::beneath, false, false});
    if (!place || !give_attributes(step.attributes, place))
      throw FileError("refused",
                      "{} cannot have the extended attributes here that it had; nothing was changed",
                      sys::visible(step.path));
  }

  const PutBackRequest& request_;
  Journal& journal_;
  FileOpsRequest names_;
  FileOpsPlanner planner_;
  NameChanges changes_;
  std::vector<std::optional<PlannedOp>> planned_;
  std::vector<std::pair<const PutBackStep*, std::string>> untouched_;  ///< and where that is before
  std::vector<std::string> lost_, obstacles_;
  std::exception_ptr first_;  // of the obstacles
};

PutBackResult put_all_back(const PutBackRequest& request, const Judge& judge, Journal& journal) {
  PutBack all(request, journal);
  std::vector<Touch> touches;
  for (const PutBackStep& step : request.steps) {
    touches.push_back({Access::write, step.path, step.path});
    if (step.kind == Kind::write || step.kind == Kind::discard)
      touches.push_back({Access::read, step.path, step.path});
  }
  require(judge, touches);  // before a check tells what is there
  require(judge, all.plan());
  all.require_no_obstacle();
  PutBackResult result;
  result.lost = all.lost();
  if (request.dry_run)
    result.diff = all.diff();
  else
    all_or_nothing(journal, [&] { all.make(result); });
  return result;
}

}  // namespace

PutBackResult put_back(const PutBackRequest& request, const Judge& judge, Journal& journal) {
  try {
    return put_all_back(request, judge, journal);
  } catch (const FileError& error) {
    if (request.advice.empty() || error.code() == "denied") throw;
    throw FileError(error.code(), "{}\n{}", error.what(), request.advice);
  }
}

}  // namespace shelltool::files
