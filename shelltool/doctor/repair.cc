#include "shelltool/doctor/repair.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "sandbox/launcher/machine_files.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/process.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using By = sandbox::NamespaceLimit::By;

constexpr std::string_view header = "# Written by `gatehouse doctor --fix`.\n";

/// As Ubuntu's own profiles for programs that make user namespaces: nothing is refused but what it names.
std::string profile_for(const std::string& program) {
  return fmt::format(
      "{}# kernel.apparmor_restrict_unprivileged_userns refuses user namespaces to every program without "
      "such a "
      "profile.\n"
      "abi <abi/4.0>,\n"
      "include <tunables/global>\n"
      "\n"
      "profile {} \"{}\" flags=(unconfined) {{\n"
      "  userns,\n"
      "\n"
      "  include if exists <local/gatehouse>\n"
      "}}\n",
      header, sandbox::apparmor_profile, program);
}

Repair profile_repair(const sandbox::NamespaceLimit& limit, const std::string& program) {
  check_program(program);
  const std::string file = fmt::format("/etc/apparmor.d/{}", sandbox::apparmor_profile);
  return {.why = limit.what,
          .file = file,
          .text = profile_for(program),
          .command = {"apparmor_parser", "--replace", file}};
}

Repair setting_repair(const sandbox::NamespaceLimit& limit) {
  return {.why = limit.what,
          .file = fmt::format("/etc/sysctl.d/60-gatehouse-{}.conf", limit.setting),
          .text = fmt::format("{}{} = {}\n", header, limit.setting, limit.value),
          .setting = limit.setting,
          .value = limit.value};
}

void check_owner(const std::string& path, const std::string& program) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw sys::SysError(errno, "looking at {}", path);
  if (status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
  throw sys::Error(
      sys::Kind::denied,
      "others than root may change {}, so no profile is written for {}: whoever changed it could make "
      "user namespaces. Install it where only root writes: {}",
      sys::visible(path), sys::visible(program),
      sys::command_line({"sudo", "install", "-m", "755", program, "/usr/local/bin/gatehouse"}));
}

void write_file(const std::string& path, std::string_view text) {
  sys::make_directories(sys::parent_of(path), 0755);
  const sys::Fd file = sys::open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
  sys::write_all(file.get(), text, path);
}

/// The file, which goes again, or is as it was, unless it is kept.
class Written {
 public:
  Written(std::string path, std::string_view text) : path_(std::move(path)) {
    had_one_ = ::access(path_.c_str(), F_OK) == 0;
    if (had_one_) before_ = sys::read_file(path_, 1 << 16);
    if (had_one_ && !before_.starts_with(header))
      throw sys::Error(sys::Kind::denied, "{} is there, and not gatehouse's: it is not replaced", path_);
    write_file(path_, text);
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() {
    if (kept_) return;
    try {
      if (had_one_) write_file(path_, before_);
    } catch (const sys::Error&) {  // what failed before is told
    }
    if (!had_one_) ::unlink(path_.c_str());
  }
  void keep() { kept_ = true; }

 private:
  std::string path_, before_;
  bool had_one_ = false, kept_ = false;
};

void set(const std::string& path, const std::string& value) {
  sys::write_all(sys::open_file(path, O_WRONLY).get(), value + "\n", path);
}

void run(const std::vector<std::string>& command) {
  const int status = sys::spawn({.argv = command, .env = {}, .cwd = {}}).wait().as_shell();
  if (status == 127)
    throw sys::Error(sys::Kind::not_found, "running {}: it is not installed", fmt::join(command, " "));
  if (status != 0)
    throw sys::Error(sys::Kind::io, "running {}: it ended with status {}", fmt::join(command, " "), status);
}

}  // namespace

std::optional<Repair> repair_for(const sandbox::NamespaceLimit& limit, const std::string& program) {
  if (limit.by == By::sysctl) return setting_repair(limit);
  if (limit.by == By::apparmor) return profile_repair(limit, program);
  return std::nullopt;
}

void check_program(const std::string& program) {
  const bool is_plain = std::none_of(program.begin(), program.end(), [](unsigned char c) {
    return c < ' ' || c == 0x7f ||
           std::string_view("\"\\*?[]{}^@,").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!program.starts_with('/') || !is_plain)
    throw sys::Error(sys::Kind::invalid, "{}: an AppArmor profile cannot name this path exactly",
                     sys::visible(program));
  for (std::string path = program;; path = sys::parent_of(path)) {
    check_owner(path, program);
    if (path == "/") return;
  }
}

std::string text_of(const Repair& repair) {
  std::string text = fmt::format("{}.\nTo mend it, {} is written:\n", repair.why, repair.file);
  const std::string_view written =
      std::string_view(repair.text).substr(0, repair.text.find_last_not_of('\n') + 1);
  for (const std::string_view line : sys::split(written, '\n')) text += fmt::format("    {}\n", line);
  if (!repair.setting.empty()) text += fmt::format("and {} is set to {}.\n", repair.setting, repair.value);
  if (!repair.command.empty()) text += fmt::format("and this is run: {}\n", fmt::join(repair.command, " "));
  return text;
}

void carry_out(const Repair& repair, const std::string& root) {
  Written file(root + repair.file, repair.text);
  if (!repair.setting.empty()) set(root + sandbox::setting_path(repair.setting), repair.value);
  if (!repair.command.empty()) run(repair.command);
  file.keep();
}

}  // namespace shelltool
