#include "sandbox/guard/name_guard.h"

#include <fnmatch.h>
#include <strings.h>

namespace sandbox {
namespace {

constexpr std::size_t most_names = 1'000'000;

bool is_glob(const std::string& part) { return part.find_first_of("*?[\\") != std::string::npos; }

bool matches(const std::string& part, const std::string& name) {
  return is_glob(part) ? ::fnmatch(part.c_str(), name.c_str(), 0) == 0 : part == name;
}

/// On a file system without case a change of ".VSCode" is one of ".vscode".
bool may_be(const std::string& part, const std::string& name) {
  return is_glob(part) ? matches(part, name) : ::strcasecmp(part.c_str(), name.c_str()) == 0;
}

}  // namespace

NameGuard::NameGuard(Ground& ground) : ground_(ground) {
  for (const NamePattern& pattern : ground.protected_names.names)
    awaited_[pattern.root].push_back({&pattern, 0});
  for (const KnownName& known : ground.protected_names.known) known_.emplace(known.path, known);
}

void NameGuard::sweep() {
  marked_.clear();
  std::set<std::string> roots;
  for (const NamePattern& pattern : ground_.protected_names.names) roots.insert(pattern.root);
  for (const std::string& root : roots) check_directory(root);
}

void NameGuard::look() {
  for (const auto& [directory, name] : std::exchange(marked_, {})) {
    const sys::Fd dir = ground_.roots.open_directory(directory);
    if (dir) check_name(dir.get(), directory, name);
  }
}

void NameGuard::mark(const std::string& directory, const std::string& name, bool left) {
  for (const Awaited& awaited : awaited_[directory]) {
    const std::string& part = awaited.pattern->parts[awaited.depth];
    if (!may_be(part, name)) continue;
    const std::string& marked = is_glob(part) ? name : part;
    if (left) known_.erase(directory + "/" + marked);  // what comes in its place is new
    marked_.emplace(directory, marked);
  }
}

/// The watch comes first: what appears while we look is seen by one of both.
void NameGuard::check_directory(const std::string& path) {
  const sys::Fd dir = ground_.roots.open_directory(path);
  if (!dir) return;
  if (ground_.watches != nullptr)
    ground_.watches->add_directory(
        dir.get(), "names:" + path,
        [this, path](const std::string& name, bool left) { mark(path, name, left); });
  std::set<std::string> names;
  std::vector<std::string> globs;
  for (const Awaited& awaited : awaited_[path]) {
    const std::string& part = awaited.pattern->parts[awaited.depth];
    if (is_glob(part))
      globs.push_back(part);
    else
      names.insert(part);
  }
  if (!globs.empty())
    for (const Listed& child : list(dir.get(), most_names).value_or(std::vector<Listed>{}))
      for (const std::string& glob : globs)
        if (matches(glob, child.name)) names.insert(child.name);
  for (const std::string& name : names) check_name(dir.get(), path, name);
}

void NameGuard::check_name(int dir, const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  const auto entry = entry_at(dir, name);
  if (!entry) {
    known_.erase(path);
    return;
  }
  if (is_known(path, *entry)) return;
  bool is_leaf = false;
  std::vector<Awaited> below;
  for (const Awaited& awaited : awaited_[directory]) {
    if (!matches(awaited.pattern->parts[awaited.depth], name)) continue;
    if (awaited.depth + 1 == awaited.pattern->parts.size())
      is_leaf = true;
    else
      below.push_back({awaited.pattern, awaited.depth + 1});
  }
  if (!is_leaf && below.empty()) return;
  const bool leads_on = entry->kind == Entry::Kind::directory || entry->kind == Entry::Kind::link;
  if (!is_leaf && !leads_on) return;
  if (is_leaf || entry->kind == Entry::Kind::link)
    return take(ground_, dir, directory, name, Taken::Kind::name);
  awaited_[path] = std::move(below);
  check_directory(path);
}

/// What stood there before is left alone. Where mounts hold it, the command cannot put another thing in its
/// place without the name being gone in between (rename over a mount point is EBUSY): that was done outside.
bool NameGuard::is_known(const std::string& path, const Entry& entry) {
  const auto found = known_.find(path);
  if (found == known_.end()) return false;
  KnownName& known = found->second;
  const bool is_link = entry.kind == Entry::Kind::link;  // not held by a mount; inode numbers come again
  if (is_link || !known.text.empty()) return is_link && known.text == entry.link;
  if (known.device == entry.device && known.inode == entry.inode) return true;
  if (!ground_.mounts_hold) return false;
  known.device = entry.device;
  known.inode = entry.inode;
  Taken notice;
  notice.kind = Taken::Kind::notice;
  notice.path = path;
  notice.what =
      ground_.roots.shown(path) +
      " was replaced from outside the sandbox during the turn: it is protected again from the next turn on";
  ground_.ledger.add(std::move(notice));
  return true;
}

}  // namespace sandbox
