#include "shelltool/command/init_command.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstdio>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "shelltool/command/init_files.h"
#include "shelltool/command/owner.h"

namespace shelltool {
namespace {

FirstFile write_first(const std::string& path, const char* text) {
  const sys::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd && errno == EEXIST) return {path, false};
  if (!fd) throw sys::SysError(errno, "creating {}", path);
  sys::write_all(fd.get(), text, path);
  return {path, true};
}

}  // namespace

std::vector<FirstFile> write_first_files(const Places& places) {
  make_private_directory(places.config);
  return {write_first(places.user_config(), first_config), write_first(places.user_rules(), first_rules)};
}

int run_init() {
  require_owner("no config and no rules are written");
  const Places places = find_places(this_process());
  for (const FirstFile& file : write_first_files(places))
    fmt::print("{}: {}\n", file.path, file.is_new ? "written" : "is there already, and was left as it is");
  fmt::print(
      "Next:\n"
      "  gatehouse policy test {}    # after each change\n"
      "  gatehouse exec -- make test\n"
      "  gatehouse register HOST     # claude, codex, opencode, gemini, …\n",
      places.user_rules());
  return 0;
}

}  // namespace shelltool
