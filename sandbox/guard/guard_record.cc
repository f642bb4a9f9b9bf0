#include "sandbox/guard/guard_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <type_traits>

#include "sandbox/guard/entry.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr std::string_view version = "gatehouse guard 1";
constexpr std::size_t most_records = 65'536;

/// Writes and reads fields in one order: a number in decimal and a newline; text as its length and its bytes.
class Writer {
 public:
  void field(const std::string& text) {
    number(text.size());
    bytes_ += text;
    bytes_ += '\n';
  }
  void field(const std::uint64_t& value) { number(value); }
  void field(const std::int64_t& value) { number(static_cast<std::uint64_t>(value)); }
  void field(const bool& value) { number(value ? 1 : 0); }
  void field(const int& value) { number(static_cast<std::uint64_t>(value)); }
  template <class Value>
  void field(const std::vector<Value>& values);
  std::string bytes_;

 private:
  void number(std::uint64_t value) { bytes_ += fmt::format("{}\n", value); }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  void field(std::string& text) {
    const std::uint64_t length = number();
    if (length >= bytes_.size()) return fail();
    text = bytes_.substr(0, length);
    bytes_.remove_prefix(length + 1);
  }
  void field(std::uint64_t& value) { value = number(); }
  void field(std::int64_t& value) { value = static_cast<std::int64_t>(number()); }
  void field(bool& value) { value = number() != 0; }
  void field(int& value) { value = static_cast<int>(number()); }
  template <class Value>
  void field(std::vector<Value>& values);
  [[nodiscard]] bool whole() const { return good_ && bytes_.empty(); }

 private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* end = bytes_.data() + bytes_.size();
    const auto [behind, error] = std::from_chars(bytes_.data(), end, value);
    if (error != std::errc() || behind == end || *behind != '\n') {
      fail();
      return 0;
    }
    bytes_.remove_prefix(static_cast<std::size_t>(behind - bytes_.data()) + 1);
    return value;
  }
  void fail() {
    good_ = false;
    bytes_ = {};
  }
  std::string_view bytes_;
  bool good_ = true;
};

template <class Stream>
void fields(Stream& stream, std::string& text) {
  stream.field(text);
}
template <class Stream>
void fields(Stream& stream, NamePattern& pattern) {
  stream.field(pattern.root);
  stream.field(pattern.parts);
}
template <class Stream>
void fields(Stream& stream, KnownName& name) {
  stream.field(name.path);
  stream.field(name.device);
  stream.field(name.inode);
  stream.field(name.text);
}
template <class Stream>
void fields(Stream& stream, KnownHook& hook) {
  stream.field(hook.name);
  stream.field(hook.device);
  stream.field(hook.inode);
  stream.field(hook.changed_ns);
}
template <class Stream>
void fields(Stream& stream, ConfigEntry& entry) {
  bool has_value = entry.value.has_value();
  std::string value = entry.value.value_or("");
  stream.field(entry.name);
  stream.field(has_value);
  stream.field(value);
  stream.field(entry.raw);
  entry.value = has_value ? std::optional(value) : std::nullopt;
}
template <class Stream>
void fields(Stream& stream, KnownConfig& config) {
  stream.field(config.name);
  stream.field(config.entries);
}
template <class Stream>
void fields(Stream& stream, KnownRepository& repository) {
  stream.field(repository.path);
  stream.field(repository.device);
  stream.field(repository.inode);
  stream.field(repository.hooks_held);
  stream.field(repository.hooks);
  stream.field(repository.configs);
}
template <class Stream>
void fields(Stream& stream, GuardRecord& record) {
  stream.field(record.label);
  stream.field(record.began_ns);
  stream.field(record.mounts_hold);
  stream.field(record.limits.directories);
  stream.field(record.limits.depth);
  ProtectedNames& names = record.names;
  stream.field(names.roots);
  stream.field(names.added_roots);
  stream.field(names.protect);
  stream.field(names.names);
  stream.field(names.known);
  stream.field(names.repositories);
  stream.field(names.scan_complete);
}

template <class Value>
void Writer::field(const std::vector<Value>& values) {
  number(values.size());
  for (Value value : values) fields(*this, value);
}

template <class Value>
void Reader::field(std::vector<Value>& values) {
  for (std::uint64_t left = number(); left > 0 && good_; --left) fields(*this, values.emplace_back());
}

std::string directory_of(const std::string& state_directory) { return state_directory + "/guard"; }

bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

}  // namespace

std::string write_record(const GuardRecord& record) {
  Writer writer;
  writer.field(std::string(version));
  GuardRecord copy = record;
  fields(writer, copy);
  return std::move(writer.bytes_);
}

std::optional<GuardRecord> read_record(const std::string& bytes) {
  Reader reader(bytes);
  std::string written;
  GuardRecord record;
  reader.field(written);
  if (written != version) return std::nullopt;
  fields(reader, record);
  if (!reader.whole()) return std::nullopt;
  return record;
}

RecordFile::RecordFile(const std::string& state_directory, const GuardRecord& record) {
  const std::string directory = directory_of(state_directory);
  sys::make_directories(directory, 0700);
  const std::string draft = directory + "/" + record.label + ".draft";
  path_ = directory + "/" + record.label + ".record";
  locked_ = sys::open_file(draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!lock(locked_.get())) throw sys::SysError(errno, "locking {}", draft);
  sys::write_all(locked_.get(), write_record(record), draft);
  if (::rename(draft.c_str(), path_.c_str()) != 0) throw sys::SysError(errno, "creating {}", path_);
  // Not synced: it has to outlive this process, not the machine, and a sync costs more than all else at a
  // start.
}

void RecordFile::remove() {
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
  locked_.close();
}

std::vector<RecordFile> take_dead_records(const std::string& state_directory) {
  std::vector<RecordFile> dead;
  const std::string directory = directory_of(state_directory);
  const sys::Fd dir(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return dead;
  for (const Listed& listed : list(dir.get(), most_records).value_or(std::vector<Listed>{})) {
    sys::Fd file(::openat(dir.get(), listed.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file || !lock(file.get())) continue;
    const auto still = entry_at(dir.get(), listed.name);  // another start may have been faster
    if (!still || !still->same_file(entry_of(file.get()))) continue;
    if (listed.name.ends_with(".record") && still->size > 0)
      dead.emplace_back(directory + "/" + listed.name, std::move(file));
    else
      ::unlinkat(dir.get(), listed.name.c_str(), 0);  // its guard died before the turn began
  }
  return dead;
}

}  // namespace sandbox
