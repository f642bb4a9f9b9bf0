#include "shelltool/files/patch_header.h"

#include <utility>

#include "sandbox/sys/text.h"

namespace shelltool::files {
namespace {

using Kind = FileChange::Kind;

constexpr std::string_view nowhere = "/dev/null";
constexpr std::string_view prefix_letters = "abciwo";  // git's: old, new; commit, index, work tree, object

bool has_prefix(std::string_view name) {
  return name.size() > 2 && name[1] == '/' && prefix_letters.find(name[0]) != std::string_view::npos;
}

bool have_prefixes(std::string_view before, std::string_view after) {
  if (before == nowhere) return has_prefix(after) && after[0] != 'a';
  if (after == nowhere) return has_prefix(before) && before[0] != 'b';
  return has_prefix(before) && has_prefix(after) && before[0] != after[0];
}

std::optional<char> escaped(std::string_view& text) {
  constexpr std::string_view letters = "abtnvfr\"\\", values = "\a\b\t\n\v\f\r\"\\";
  if (text.empty()) return std::nullopt;
  if (const std::size_t at = letters.find(text[0]); at != std::string_view::npos) {
    text.remove_prefix(1);
    return values[at];
  }
  unsigned value = 0;
  for (int i = 0; i < 3; ++i) {
    if (text.empty() || text[0] < '0' || text[0] > '7') return std::nullopt;
    value = value * 8 + static_cast<unsigned>(text[0] - '0');
    text.remove_prefix(1);
  }
  if (value == 0 || value > 255) return std::nullopt;
  return static_cast<char>(value);
}

/// The name behind "--- " or "+++ "; diff -u adds a tab and the time.
std::string file_name(std::size_t at_line, std::string_view text) {
  std::string_view rest = text.starts_with('"') ? text : text.substr(0, text.find('\t'));
  const auto name = take_git_name(rest);
  if (!name || name->empty()) throw PatchError(at_line, "no file name stands in " + sys::shown(text));
  return *name;
}

/// The one name that both halves of "a/NAME b/NAME" have; empty when they differ.
std::string common_name(std::string_view names) {
  if (names.starts_with('"') || names.ends_with('"')) {
    const auto before = take_git_name(names);
    if (!before || !names.starts_with(' ')) return {};
    names.remove_prefix(1);
    const auto after = take_git_name(names);
    if (!after || !have_prefixes(*before, *after)) return *before == after.value_or("") ? *before : "";
    return before->substr(2) == after->substr(2) ? before->substr(2) : "";
  }
  if (names.size() % 2 == 0 || names[names.size() / 2] != ' ') return {};
  const std::string_view before = names.substr(0, names.size() / 2),
                         after = names.substr(names.size() / 2 + 1);
  if (before == after) return std::string(before);
  if (!have_prefixes(before, after) || before.substr(2) != after.substr(2)) return {};
  return std::string(before.substr(2));
}

bool is_backup_of(std::string_view backup, std::string_view name) {
  return backup.starts_with(name) &&
         (backup.substr(name.size()) == ".orig" || backup.substr(name.size()) == "~");
}

}  // namespace

std::optional<std::string> take_git_name(std::string_view& text) {
  if (!text.starts_with('"')) return std::string(std::exchange(text, {}));
  text.remove_prefix(1);
  std::string name;
  while (!text.empty()) {
    const char c = text[0];
    text.remove_prefix(1);
    if (c == '"') return name;
    if (c != '\\') {
      name.push_back(c);
      continue;
    }
    const auto meant = escaped(text);
    if (!meant) return std::nullopt;
    name.push_back(*meant);
  }
  return std::nullopt;
}

void PatchHeader::take_mode(std::size_t at_line, std::string_view mode) {
  if (mode == "100644" || mode == "100755") {
    executable_ = mode == "100755";
  } else if (mode == "120000" || mode == "160000") {
    throw PatchError(at_line, mode == "120000"
                                  ? "a symbolic link is not made or changed by a patch; use the tool "
                                    "files (op: link, delete)"
                                  : "a submodule is not changed by a patch");
  } else {
    throw PatchError(at_line,
                     fmt::format("{} is no mode of a file; git writes 100644 or 100755", sys::shown(mode)));
  }
}

void PatchHeader::take_binary(std::size_t at_line) const {
  throw PatchError(at_line, "a binary patch is not applied; write the file, or run git apply in the shell");
}

bool PatchHeader::take_git_line(std::size_t at_line, std::string_view line) {
  const auto behind = [&](std::string_view key) -> std::optional<std::string_view> {
    if (!line.starts_with(key)) return std::nullopt;
    return line.substr(key.size());
  };
  if (behind("index ") || behind("similarity index ") || behind("dissimilarity index ")) return true;
  if (const auto mode = behind("old mode ")) return true;
  if (const auto mode = behind("new mode ")) return take_mode(at_line, *mode), true;
  if (const auto mode = behind("new file mode ")) return creates_ = true, take_mode(at_line, *mode), true;
  if (const auto mode = behind("deleted file mode ")) {
    deletes_ = true;
    take_mode(at_line, *mode);
    executable_.reset();
    return true;
  }
  if (const auto name = behind("rename from ")) return from_ = file_name(at_line, *name), true;
  if (const auto name = behind("rename to ")) return to_ = file_name(at_line, *name), true;
  if (const auto name = behind("copy from ")) return from_ = file_name(at_line, *name), copies_ = true, true;
  if (const auto name = behind("copy to ")) return to_ = file_name(at_line, *name), copies_ = true, true;
  if (behind("GIT binary patch") || behind("Binary files ")) take_binary(at_line);
  return false;
}

bool PatchHeader::take(std::size_t at_line, std::string_view line) {
  if (line.starts_with("diff --git ") && !git_names_ && !old_name_) {
    git_names_ = std::string(line.substr(11));
  } else if (line.starts_with("--- ") && !old_name_) {
    old_name_ = file_name(at_line, line.substr(4));
  } else if (line.starts_with("+++ ") && old_name_ && !new_name_) {
    new_name_ = file_name(at_line, line.substr(4));
  } else {
    return (git_names_ || line.starts_with("Binary files ")) && !old_name_ && take_git_line(at_line, line);
  }
  return true;
}

FileChange PatchHeader::change() const {
  const auto fail = [this](const std::string& sentence) -> void { throw PatchError(at_line_, sentence); };
  FileChange change;
  change.at_line = at_line_;
  change.executable = executable_;
  if (from_.has_value() != to_.has_value()) fail("a rename or copy has both 'from' and 'to'");
  if (old_name_ && !new_name_) fail("'--- ' is not followed by '+++ '");
  if (from_) {
    change.kind = copies_ ? Kind::copy : Kind::move;
    change.path = *from_;
    change.to = *to_;
    return change;
  }
  change.kind = creates_ || old_name_ == nowhere   ? Kind::create
                : deletes_ || new_name_ == nowhere ? Kind::remove
                                                   : Kind::update;
  if (!old_name_) {
    change.path = common_name(git_names_.value_or(""));
    if (change.path.empty()) fail("no file is named; it stands behind '--- ' and '+++ '");
    if (change.kind == Kind::update && !executable_)
      fail("nothing is said of what changes in " + sys::shown(change.path));
    return change;
  }
  const bool prefixed = have_prefixes(*old_name_, *new_name_);
  const auto plain = [prefixed](const std::string& name) {
    return prefixed && name != nowhere ? name.substr(2) : name;
  };
  const std::string before = plain(*old_name_), after = plain(*new_name_);
  if (before == nowhere && after == nowhere) fail("both names are /dev/null");
  change.path = before == nowhere || is_backup_of(before, after) ? after : before;
  if (after != nowhere && after != change.path)
    fail(fmt::format(
        "the old name {} and the new name {} differ; 'rename from' and 'rename to' say that a file moves",
        sys::shown(before), sys::shown(after)));
  return change;
}

}  // namespace shelltool::files
