#include "sandbox/gate/image.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "sandbox/gate/loader.h"
#include "sandbox/gate/memory.h"
#include "sandbox/gate/shebang.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr std::size_t max_heads = 4096;
constexpr int max_depth = 5;  // Linux fs/exec.c, exec_binprm(): deeper is ELOOP

Head read_head(int file) {
  Head head{};
  if (::pread(file, head.data(), head.size(), 0) < 0) throw CallerError{EIO};
  return head;
}

bool is_elf(const Head& head) { return std::memcmp(head.data(), ELFMAG, SELFMAG) == 0; }

/// Programs of a second ABI of this processor: the filter refuses every call they would make.
bool foreign_abi(const Head& head) {
  Elf64_Ehdr header{};
  std::memcpy(&header, head.data(), sizeof header);
  if (!is_elf(head)) return false;
  const bool narrow = header.e_ident[EI_CLASS] == ELFCLASS32;
  return narrow &&
         (header.e_machine == EM_386 || header.e_machine == EM_X86_64 || header.e_machine == EM_ARM);
}

struct stat facts_of(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) throw CallerError{errno};
  return facts;
}

void refuse_unless_executable(const struct stat& facts) {
  if (!S_ISREG(facts.st_mode) || (facts.st_mode & 0111) == 0) throw CallerError{EACCES};
}

sys::Fd open_for_reading(int file, const std::string& called) {
  sys::Fd readable(::open(sys::proc_path(file).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!readable) throw Unjudgeable{fmt::format("{} is not readable, so it cannot be verified", called)};
  return readable;
}

std::string joined(const std::vector<std::string>& argv) {
  std::string bytes;
  for (const std::string& word : argv) bytes.append(word).push_back('\0');
  return bytes;
}

/// The command's groups are this process' own. A command of root's has others than root: any may be one.
bool in_groups(gid_t group) {
  static const std::vector<gid_t> groups = [] {
    std::vector<gid_t> all(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    all.resize(static_cast<std::size_t>(std::max(0, ::getgroups(static_cast<int>(all.size()), all.data()))));
    all.push_back(::getegid());
    return all;
  }();
  return ::geteuid() == 0 || std::find(groups.begin(), groups.end(), group) != groups.end();
}

/// With one the bits of the group are the most that it gives to anybody: acl(5).
bool has_access_list(int file) {
  return ::getxattr(sys::proc_path(file).c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

}  // namespace

Heads::Version Heads::version_of(const struct stat& facts) {
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  return {number(facts.st_dev),         number(facts.st_ino),          number(facts.st_size),
          number(facts.st_mtim.tv_sec), number(facts.st_mtim.tv_nsec), number(facts.st_ctim.tv_sec),
          number(facts.st_ctim.tv_nsec)};
}

const Head* Heads::find(const struct stat& facts) const {
  const auto found = heads_.find(version_of(facts));
  return found == heads_.end() ? nullptr : &found->second;
}

void Heads::keep(const struct stat& facts, const Head& head) {
  if (heads_.size() >= max_heads) heads_.clear();
  heads_.emplace(version_of(facts), head);
}

Program ImageReader::read(const std::string& called, sys::Fd file, std::vector<std::string> argv) const {
  if (argv.empty()) argv.emplace_back();  // the kernel puts one empty string where there is none
  Program program;
  std::string name = called;
  for (int depth = 0;; ++depth) {
    if (depth > max_depth) throw CallerError{ELOOP};
    const struct stat facts = facts_of(file.get());
    refuse_unless_executable(facts);
    program.images.push_back({name, describe(file.get(), facts), argv});
    const Head head = head_of(file.get(), facts, program.images.back());
    if (foreign_abi(head)) throw Unjudgeable{fmt::format("{} is a program of a foreign ABI", name)};
    const std::optional<Shebang> shebang = shebang_of(head);
    if (!shebang) {
      program.expected.device = facts.st_dev;
      program.expected.inode = facts.st_ino;
      program.expected.is_sure = is_elf(head) && !program.images.back().file.writable;
      break;
    }
    argv.front() = name;
    if (!shebang->argument.empty()) argv.insert(argv.begin(), shebang->argument);
    argv.insert(argv.begin(), shebang->interpreter);
    name = shebang->interpreter;
    file = resolver_.open(AT_FDCWD, name);
  }
  program.expected.name = called;
  program.expected.args = joined(argv);
  program.expected.image = std::move(file);
  program.expected.loaded = add_loaded(program.images);
  return program;
}

Head ImageReader::head_of(int file, const struct stat& facts, const Image& image) const {
  if (const Head* known = image.file.writable ? nullptr : heads_.find(facts)) return *known;
  const sys::Fd readable = open_for_reading(file, image.called);
  const Head head = read_head(readable.get());
  if (!image.file.writable) heads_.keep(facts, head);
  return head;
}

File ImageReader::describe(int file) const { return describe(file, facts_of(file)); }

File ImageReader::describe(int file, const struct stat& facts) const {
  File result;
  result.path = path_inside(sys::path_of(file));
  result.device = facts.st_dev;
  result.inode = facts.st_ino;
  result.owner = facts.st_uid;
  result.mode = facts.st_mode;
  result.size = static_cast<std::uint64_t>(facts.st_size);
  result.writable = writable(facts, file, result.path);
  // Under another state, or in another session, it may have been written.
  if (result.writable || changeable(file, facts)) {
    const sys::Fd readable(
        ::open(sys::proc_path(file).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (readable) result.copy_of = known_.copy_of(facts, readable.get());
  }
  return result;
}

bool ImageReader::writable(const struct stat& facts, int file, const std::string& path) const {
  if (author_.own_mounts) return true;
  struct statvfs mount {};
  if (::fstatvfs(file, &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0) return false;
  if (changeable(file, facts)) return true;
  // Who may write the directory may put another file in this one's place.
  struct stat directory {};
  const sys::Fd parent(resolver_.open_parent(path));
  return !parent || ::fstat(parent.get(), &directory) != 0 || changeable(parent.get(), directory);
}

bool ImageReader::changeable(int file, const struct stat& facts) const {
  if (facts.st_uid == author_.uid || (facts.st_mode & S_IWOTH) != 0) return true;
  return (facts.st_mode & S_IWGRP) != 0 && (in_groups(facts.st_gid) || has_access_list(file));
}

std::optional<Loaded> ImageReader::add_loaded(std::vector<Image>& images) const {
  const Image& loader = images.back();
  if (!is_loader(loader.file)) return std::nullopt;
  const std::optional<LoaderCall> call = loader_call(loader.argv);
  if (!call) return std::nullopt;
  if (call->program.find('/') == std::string::npos)
    throw Unjudgeable{fmt::format("the loader would search for {}; give its path", call->program)};
  Image image{call->program, {}, call->argv};
  Loaded loaded;
  try {
    loaded.file = resolver_.open(AT_FDCWD, call->program);
    image.file = describe(loaded.file.get());
    loaded.device = image.file.device;
    loaded.inode = image.file.inode;
  } catch (const CallerError&) {  // the loader will not find it either; its name is judged
  }
  if (is_loader(image.file) && loader_call(image.argv))
    throw Unjudgeable{fmt::format("{} is a loader that is run by another one", call->program)};
  // What is only called like a loader opens whatever it likes.
  const bool is_true_one = !loader.file.writable || !loader.file.copy_of.empty();
  images.push_back(std::move(image));
  return is_true_one ? std::optional(std::move(loaded)) : std::nullopt;
}

}  // namespace sandbox
