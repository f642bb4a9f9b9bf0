#include "sandbox/gate/loader.h"

#include <algorithm>
#include <array>

#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

// glibc elf/rtld.c: these take the next word.
constexpr std::array options_with_value = {"--library-path",     "--inhibit-rpath", "--audit",
                                           "--preload",          "--argv0",         "--glibc-hwcaps-prepend",
                                           "--glibc-hwcaps-mask"};

/// musl's loader is its library, by another name.
bool named_as_loader(const std::string& path) {
  const std::string name = sys::base_name(path);
  return (name.starts_with("ld") && name.find(".so") != std::string::npos) || name == "libc.so";
}

}  // namespace

bool is_loader(const File& file) { return named_as_loader(file.path) || named_as_loader(file.copy_of); }

std::optional<LoaderCall> loader_call(const std::vector<std::string>& argv) {
  std::string argv0;
  std::size_t next = 1;
  for (; next < argv.size() && argv[next].starts_with("--"); ++next) {
    std::string name = argv[next];
    std::string value;
    const std::size_t equals = name.find('=');  // musl's spelling
    if (equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (std::find(options_with_value.begin(), options_with_value.end(), name) !=
               options_with_value.end()) {
      if (++next >= argv.size()) return std::nullopt;
      value = argv[next];
    }
    if (name == "--argv0") argv0 = value;
    if (name == "--") {
      ++next;
      break;
    }
  }
  if (next >= argv.size()) return std::nullopt;
  LoaderCall call{argv[next], {argv.begin() + static_cast<std::ptrdiff_t>(next), argv.end()}};
  if (!argv0.empty()) call.argv.front() = argv0;
  return call;
}

}  // namespace sandbox
