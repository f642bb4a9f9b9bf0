#include "shelltool/session/own_link.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <deque>
#include <optional>
#include <string>

#include "policy/face.h"
#include "sandbox/launcher/layout.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr int most_links = 40;  // include/linux/namei.h, MAXSYMLINKS

/// Also what it could make before its state was narrowed.
bool can_make_in(const std::string& directory, const sandbox::Spec& spec) {
  if (spec.mode == sandbox::Mode::danger_full_access)
    return directory != "/" && !policy::is_system_path(directory);
  return sys::is_within_any(directory, spec.writable) ||
         sys::is_within_any(directory, sandbox::writable_places_of(spec));
}

std::optional<std::string> link_at(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return size < 0 ? std::nullopt : std::optional(std::string(target.data(), static_cast<std::size_t>(size)));
}

void put_before(std::deque<std::string>& names, std::string_view path) {
  const std::vector<std::string_view> parts = sys::split(path, '/');
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (!part->empty() && *part != ".") names.emplace_front(*part);
}

std::string below(const std::string& directory, const std::deque<std::string>& names) {
  std::string path = directory;
  for (const std::string& name : names) path += "/" + name;
  return sys::normal_path(path);
}

}  // namespace

bool is_called_by_own_link(const sandbox::ExecEvent& event, const sandbox::Spec& spec) {
  const sandbox::Image& image = event.images.front();
  std::deque<std::string> names;
  put_before(names, image.called.starts_with('/') ? image.called : event.cwd + "/" + image.called);
  std::string here = "/";
  for (int links = 0; !names.empty();) {
    // The host need not see what is there, nor what was there when the program was called.
    if (can_make_in(here, spec)) return below(here, names) != image.file.path;
    const std::string name = names.front();
    names.pop_front();
    const std::string next = name == ".." ? sys::parent_of(here) : below(here, {name});
    const std::optional<std::string> target = name == ".." ? std::nullopt : link_at(next);
    if (!target) {
      here = next;
      continue;
    }
    if (++links > most_links || sys::is_within(next, "/proc")) return true;
    put_before(names, *target);
    if (target->starts_with('/')) here.assign(1, '/');
  }
  return here != image.file.path;
}

}  // namespace shelltool
