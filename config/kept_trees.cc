#include "config/kept_trees.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "config/file.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/packing.h"

namespace config {

// For the packer, which looks for them beside Node. All nodes are of one file, whose name may be another one
// when they are read again.
template <class Wire>
void carry(Wire& wire, Entry& entry);
template <class Wire>
void carry(Wire& wire, Node& node) {
  wire(node.kind), wire(node.quoted), wire(node.place.line), wire(node.place.column);
  wire(node.scalar), wire(node.items), wire(node.entries);
}
template <class Wire>
void carry(Wire& wire, Entry& entry) {
  wire(entry.key), wire(entry.value);
}

namespace {

namespace fs = std::filesystem;

/// Raised when read_yaml() takes other texts than before, or makes other trees of them.
constexpr std::uint32_t reader = 1;
/// Of all layers, as they were and as they are.
constexpr std::size_t most = 8;
/// A node takes more room than its text.
constexpr std::size_t max_bytes = 32 * max_file_bytes;
constexpr const char* what = "a kept tree";

struct Kept {
  std::uint32_t reader = 0;
  std::string text;
  Node tree;
};
template <class Wire>
void carry(Wire& wire, Kept& kept) {
  wire(kept.reader), wire(kept.text), wire(kept.tree);
}

void set_file(Node& node, const std::string& file) {
  node.place.file = file;
  for (Node& item : node.items) set_file(item, file);
  for (Entry& entry : node.entries) set_file(entry.key, file), set_file(entry.value, file);
}

bool is_ours(int fd) {
  struct stat status;
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<Node> find(const std::string& path, std::string_view text) {
  const sys::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || !is_ours(fd.get())) return std::nullopt;
  try {
    auto kept = sys::unpacked<Kept>(sys::read_all(fd.get(), max_bytes, what));
    if (kept.reader == reader && kept.text == text) return std::move(kept.tree);
  } catch (const sys::Error&) {  // no tree of ours
  }
  return std::nullopt;
}

void remove_oldest(const std::string& directory) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const fs::directory_entry& file : fs::directory_iterator(directory))
    files.emplace_back(file.last_write_time(), file.path());
  std::sort(files.begin(), files.end(), std::greater<>());
  for (std::size_t i = most; i < files.size(); ++i) fs::remove(files[i].second);
}

/// Whole or not at all, also after the power went.
void write(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".XXXXXX";
  const sys::Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) throw sys::SysError(errno, "making {}", temporary);
  try {
    sys::write_all(fd.get(), bytes, what);
    if (::fsync(fd.get()) != 0) throw sys::SysError(errno, "writing {} to the disk", temporary);
    fs::rename(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void keep(const std::string& directory, const std::string& path, std::string_view text, const Node& tree) {
  try {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return;
    write(path, sys::packed(Kept{reader, std::string(text), tree}));
    remove_oldest(directory);
  } catch (const std::exception&) {  // it is read again next time
  }
}

}  // namespace

Node KeptTrees::read(std::string_view text, const std::string& file) const {
  if (directory_.empty() || text.size() < worth_keeping) return read_yaml(text, file);
  const std::string path = fmt::format("{}/{:016x}", directory_, std::hash<std::string_view>()(text));
  if (std::optional<Node> kept = find(path, text)) {
    set_file(*kept, file);
    return std::move(*kept);
  }
  Node tree = read_yaml(text, file);
  keep(directory_, path, text, tree);
  return tree;
}

}  // namespace config
