#include "shelltool/history/history_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "sandbox/sys/error.h"
#include "sandbox/sys/packing.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/records.h"
#include "shelltool/setup/places.h"

namespace shelltool {
namespace {

constexpr std::size_t most_in_record = 64 * 1024;
constexpr std::size_t longest_content = std::size_t{1} << 30U;

std::string name_of(const KeptContent& content) {
  return fmt::format("{}-{}", content.version, content.size);
}

/// Names of contents that the entry needs.
void add_names(const HistoryEntry& entry, std::set<std::string>& names) {
  if (!entry.list.empty()) names.insert(entry.list);
  for (const HistoryChange& change : entry.changes)
    for (const KeptContent* content : {&change.before, &change.after})
      if (content->is_kept) names.insert(name_of(*content));
}

std::uint64_t size_in_name(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  return dash == std::string::npos ? 0 : std::strtoull(name.c_str() + dash + 1, nullptr, 10);
}

/// From `end` on, which is moved on.
std::vector<HistoryEntry> read_entries(int records, std::uint64_t& end) {
  std::vector<HistoryEntry> entries;
  end = files::each_record(
      records, end, [&](std::string_view packed) { entries.push_back(sys::unpacked<HistoryEntry>(packed)); });
  return entries;
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(directory))
    names.push_back(file.path().filename());
  return names;
}

void write_file(const std::string& path, std::string_view bytes) {
  const std::string made = path + ".new";
  const sys::Fd file = sys::open_file(made, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  sys::write_all(file.get(), bytes, path);
  if (::rename(made.c_str(), path.c_str()) != 0) throw sys::SysError(errno, "writing {}", path);
}

}  // namespace

HistoryStore::Writing::Writing(HistoryStore& store) : store_(store) {
  make_private_directory(store.directory_);
  if (::mkdir(store.contents_directory().c_str(), 0700) != 0 && errno != EEXIST)
    throw sys::SysError(errno, "making {}", store.contents_directory());
  lock_ = sys::open_file(store.directory_ + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  while (::flock(lock_.get(), LOCK_EX) != 0)
    if (errno != EINTR) throw sys::SysError(errno, "locking {}", store.directory_);
  records_ = sys::open_file(store.records_path(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  struct stat status {};
  const HistoryStore::Known& known = store_.known_;
  if (::fstat(records_.get(), &status) != 0 || status.st_ino != known.inode ||
      static_cast<std::uint64_t>(status.st_size) != known.end)
    look();
}

void HistoryStore::Writing::look() {
  struct stat status {};
  if (::fstat(records_.get(), &status) != 0) throw sys::SysError(errno, "reading {}", store_.directory_);
  HistoryStore::Known known;
  known.inode = status.st_ino;
  for (const HistoryEntry& entry : read_entries(records_.get(), known.end)) {
    known.last = entry.id;
    ++known.entries;
    known.ids.emplace(entry.key, entry.id);
  }
  for (const std::string& name : names_in(store_.contents_directory())) known.bytes += size_in_name(name);
  store_.known_ = std::move(known);
}

KeptContent HistoryStore::Writing::keep(std::string_view content) {
  KeptContent kept{files::version_of(content), content.size(), true, {}};
  const std::string path = store_.contents_directory() + "/" + name_of(kept);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != kept.size)
    write_file(path, content), store_.known_.bytes += kept.size;
  return kept;
}

std::uint64_t HistoryStore::Writing::add(HistoryEntry entry) {
  HistoryStore::Known& known = store_.known_;
  entry.id = known.last + 1;
  entry.count = entry.changes.size();
  std::string packed = sys::packed(entry);
  if (packed.size() > most_in_record) {
    entry.list = name_of(keep(sys::packed(std::exchange(entry.changes, {}))));
    packed = sys::packed(entry);
  }
  const std::uint64_t end = files::write_record(records_.get(), known.end, packed);
  if (::ftruncate(records_.get(), static_cast<off_t>(end)) != 0)  // behind it one may have been cut off
    throw sys::SysError(errno, "writing {}", store_.records_path());
  known.end = end;
  known.last = entry.id;
  ++known.entries;
  known.ids.emplace(entry.key, entry.id);
  if (known.entries > store_.bounds_.entries || known.bytes > store_.bounds_.bytes) prune();
  return entry.id;
}

/// To four fifths of the bounds, so that it is not done each time. The newest stays in any case.
void HistoryStore::Writing::prune() {
  std::uint64_t end = 0;
  const std::vector<HistoryEntry> entries = read_entries(records_.get(), end);
  const HistoryBounds& bounds = store_.bounds_;
  std::set<std::string> needed;
  std::size_t first = entries.size();
  for (; first > 0 && entries.size() - first < bounds.entries * 4 / 5; --first) {
    HistoryEntry entry = entries[first - 1];
    store_.read_list(entry);
    std::set<std::string> names = needed;
    add_names(entry, names);
    std::uint64_t total = 0;
    for (const std::string& name : names) total += size_in_name(name);
    if (total > bounds.bytes * 4 / 5 && first < entries.size()) break;
    needed.swap(names);
  }
  const std::string path = store_.records_path();
  const sys::Fd file = sys::open_file(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  end = 0;
  for (std::size_t i = first; i < entries.size(); ++i)
    end = files::write_record(file.get(), end, sys::packed(entries[i]));
  if (::rename((path + ".new").c_str(), path.c_str()) != 0) throw sys::SysError(errno, "writing {}", path);
  records_ = sys::duplicate(file.get());
  for (const std::string& name : names_in(store_.contents_directory()))
    if (needed.count(name) == 0) ::unlink((store_.contents_directory() + "/" + name).c_str());
  look();
}

sys::Fd HistoryStore::open_records() const {
  sys::Fd records(::open(records_path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!records && errno != ENOENT) throw sys::SysError(errno, "opening {}", records_path());
  return records;
}

std::vector<HistoryEntry> HistoryStore::entries() const {
  const sys::Fd records = open_records();
  std::uint64_t end = 0;
  return records ? read_entries(records.get(), end) : std::vector<HistoryEntry>();
}

std::vector<HistoryEntry> HistoryStore::unseen() {
  const sys::Fd records = open_records();
  struct stat status {};
  if (!records || ::fstat(records.get(), &status) != 0) return {};
  if (status.st_ino != seen_.inode || static_cast<std::uint64_t>(status.st_size) < seen_.end)
    seen_ = {status.st_ino, 0, seen_.last};  // the oldest have gone
  std::vector<HistoryEntry> entries = read_entries(records.get(), seen_.end);
  std::erase_if(entries, [&](const HistoryEntry& entry) { return entry.id <= seen_.last; });
  if (!entries.empty()) seen_.last = entries.back().id;
  return entries;
}

std::optional<HistoryEntry> HistoryStore::entry(std::uint64_t id) const {
  for (HistoryEntry& entry : entries()) {
    if (entry.id != id) continue;
    read_list(entry);
    return std::move(entry);
  }
  return std::nullopt;
}

void HistoryStore::read_list(HistoryEntry& entry) const {
  if (entry.list.empty()) return;
  const sys::Fd file(
      ::open((contents_directory() + "/" + entry.list).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) throw sys::SysError(errno, "reading the files of history entry {}", entry.id);
  entry.changes =
      sys::unpacked<std::vector<HistoryChange>>(sys::read_all(file.get(), longest_content, "the history"));
}

std::optional<std::string> HistoryStore::content(const KeptContent& content) const {
  if (!content.is_kept) return std::nullopt;
  const std::string path = contents_directory() + "/" + name_of(content);
  const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  std::string bytes = sys::read_all(file.get(), longest_content, "the history");
  if (files::version_of(bytes) != content.version) return std::nullopt;
  return bytes;
}

}  // namespace shelltool
