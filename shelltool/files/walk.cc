#include "shelltool/files/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "shelltool/files/ignores.h"

namespace shelltool::files {
namespace {

constexpr std::size_t deepest = 500;  // each level holds a descriptor
constexpr std::size_t most_examples = 5;

/// A directory's names, each with '/' behind it where it is a directory: so git compares them.
struct Listing {
  struct Item {
    std::uint32_t begin = 0, size = 0;
    EntryKind kind = EntryKind::file;
  };
  std::string names;
  std::vector<Item> items;
  Ignores::Present present;

  [[nodiscard]] std::string_view key(const Item& item) const {
    return std::string_view(names).substr(item.begin, item.size);
  }
  void clear() {
    names.clear();
    items.clear();
    present = {};
  }
};

EntryKind kind_of_mode(unsigned mode) {
  return S_ISREG(mode)   ? EntryKind::file
         : S_ISDIR(mode) ? EntryKind::directory
         : S_ISLNK(mode) ? EntryKind::link
                         : EntryKind::other;
}

EntryKind kind_of(int directory, const char* name, unsigned char type) {
  struct stat status {};
  if (type != DT_UNKNOWN) return kind_of_mode(static_cast<mode_t>(DTTOIF(type)));
  if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::other;
  return kind_of_mode(status.st_mode);
}

class Walker {
 public:
  Walker(const std::string& root, const WalkOptions& options,
         const std::function<bool(const WalkEntry&)>& visit)
      : options_(options),
        visit_(visit),
        ignores_(root),
        path_(root == "/" ? "" : root),
        base_(path_.size() + 1) {}

  WalkLosses run(int root) {
    enter(root, 1, false);
    for (const auto& [rule, count] : ignored_by_) losses_.ignored_by.push_back({rule, count});
    std::stable_sort(losses_.ignored_by.begin(), losses_.ignored_by.end(),
                     [](const Counted& a, const Counted& b) { return a.count > b.count; });
    losses_.ignored_by.resize(std::min(losses_.ignored_by.size(), most_examples));
    return std::move(losses_);
  }

 private:
  void enter(int directory, std::size_t depth, bool is_ignored) {
    while (listings_.size() < depth) listings_.push_back(std::make_unique<Listing>());
    Listing& listing = *listings_[depth - 1];
    if (!read(directory, listing)) return lose(errno);
    ignores_.enter(directory, path_.empty() ? "/" : path_, listing.present);
    for (const Listing::Item& item : listing.items) {
      if (has_stopped()) break;
      take(directory, listing.key(item), item.kind, depth, is_ignored);
    }
    ignores_.leave();
  }

  bool read(int directory, Listing& listing) {
    listing.clear();
    for (;;) {
      const long size = ::syscall(SYS_getdents64, directory, buffer_.data(), buffer_.size());
      if (size < 0) return false;
      if (size == 0) break;
      for (long at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
        add(directory, *entry, listing);
        at += entry->d_reclen;
      }
    }
    std::sort(listing.items.begin(), listing.items.end(),
              [&](const auto& a, const auto& b) { return listing.key(a) < listing.key(b); });
    return true;
  }

  static void add(int directory, const dirent64& entry, Listing& listing) {
    const std::string_view name = entry.d_name;
    if (name == "." || name == "..") return;
    if (name == ".git") {
      listing.present.git = true;
      return;
    }
    if (name == ".ignore") listing.present.ignore = true;
    if (name == ".gitignore") listing.present.gitignore = true;
    const EntryKind kind = kind_of(directory, entry.d_name, entry.d_type);
    const auto begin = static_cast<std::uint32_t>(listing.names.size());
    listing.names += name;
    if (kind == EntryKind::directory) listing.names += '/';
    listing.items.push_back({begin, static_cast<std::uint32_t>(listing.names.size()) - begin, kind});
  }

  void take(int directory, std::string_view key, EntryKind kind, std::size_t depth, bool is_ignored) {
    const bool is_directory = kind == EntryKind::directory;
    const std::size_t length = path_.size();
    path_ += '/';
    path_ += key;
    if (is_directory) path_.pop_back();
    const std::string_view name = std::string_view(path_).substr(length + 1);
    const Ignores::Verdict verdict = is_ignored ? Ignores::Verdict() : ignores_.of(path_, name, is_directory);
    if (verdict) count_ignored(verdict, is_directory);
    is_ignored = is_ignored || verdict;
    const bool goes_in = (!is_ignored || options_.shows_ignored) &&
                         visit_({relative(), name, kind, depth, is_ignored}) && is_directory && !is_pseudo();
    if (goes_in) descend(directory, std::string(name), depth, is_ignored);
    path_.resize(length);
  }

  void descend(int directory, const std::string& name, std::size_t depth, bool is_ignored) {
    if (depth == options_.depth) {
      ++losses_.below_depth;
      return;
    }
    if (depth == deepest) return lose(ELOOP);
    if (std::chrono::steady_clock::now() > options_.deadline) {
      losses_.stopped_at = relative();
      return;
    }
    const sys::Fd fd(
        ::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return lose(errno);
    enter(fd.get(), depth + 1, is_ignored);
  }

  [[nodiscard]] std::string_view relative() const {
    return path_.size() < base_ ? std::string_view(".") : std::string_view(path_).substr(base_);
  }

  [[nodiscard]] bool has_stopped() const { return !losses_.stopped_at.empty(); }

  /// Only "/" has them: what begins below one of them means it.
  [[nodiscard]] bool is_pseudo() const {
    return base_ == 1 && (path_ == "/proc" || path_ == "/sys" || path_ == "/dev");
  }

  void count_ignored(const Ignores::Verdict& verdict, bool is_directory) {
    ++(is_directory ? losses_.ignored_directories : losses_.ignored_files);
    if (is_directory && losses_.ignored_examples.size() < most_examples)
      losses_.ignored_examples.emplace_back(relative());
    ++ignored_by_[fmt::format("{}:{}: {}", verdict.file->place(), verdict.rule->line, verdict.rule->text)];
  }

  void lose(int error) {
    if (losses_.unreadable++ == 0)
      losses_.unreadable_example = fmt::format("{}: {}", relative(), sys::error_text(error));
  }

  const WalkOptions& options_;
  const std::function<bool(const WalkEntry&)>& visit_;
  Ignores ignores_;
  std::string path_;        // of the entry at hand, absolute; "" is "/"
  const std::size_t base_;  // where in it the part from the root begins
  WalkLosses losses_;
  std::map<std::string, std::uint64_t> ignored_by_;
  std::vector<std::unique_ptr<Listing>> listings_;  // one a level, used again and again
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

}  // namespace

WalkLosses walk(int root, const std::string& root_path, const WalkOptions& options,
                const std::function<bool(const WalkEntry&)>& visit) {
  return Walker(root_path, options, visit).run(root);
}

}  // namespace shelltool::files
