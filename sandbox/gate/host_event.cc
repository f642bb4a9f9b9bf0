#include "sandbox/gate/host_event.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "sandbox/gate/image.h"
#include "sandbox/gate/memory.h"
#include "sandbox/gate/resolver.h"
#include "sandbox/gate/task.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

std::string_view search_path(const std::vector<std::string>& env) {
  const auto path =
      std::find_if(env.begin(), env.end(), [](const auto& entry) { return entry.starts_with("PATH="); });
  return path == env.end() ? default_path : std::string_view(*path).substr(5);
}

/// As execvp(3) would find it: the path, as given where it has a slash.
std::string find_program(const std::string& name, const Spec& spec) {
  if (name.find('/') != std::string::npos) return name;
  for (std::string_view rest = search_path(spec.env); !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string path = (end == 0 ? "." : std::string(rest.substr(0, end))) + "/" + name;
    if (::access(sys::normal_path(path, spec.cwd).c_str(), X_OK) == 0) return path;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return name;
}

bool in_writable_root(const File& file, const Spec& spec) {
  if (spec.mode == Mode::danger_full_access) return true;
  return std::any_of(spec.writable.begin(), spec.writable.end(),
                     [&](const std::string& root) { return sys::is_within(file.path, root); });
}

}  // namespace

ExecEvent resolve_on_host(const std::vector<std::string>& argv, const Spec& spec, KnownFiles& known) {
  if (argv.empty()) throw sys::Error(sys::Kind::invalid, "no command was given");
  ExecEvent event;
  event.cwd = spec.cwd;
  event.env = spec.env;
  event.top = true;
  event.pid = ::getpid();
  const std::string called = find_program(argv.front(), spec);
  const Task task(::getpid());
  const sys::Fd root = root_of(task);
  const Resolver resolver(task, root);
  try {
    sys::Fd file = resolver.open(AT_FDCWD, sys::normal_path(called, spec.cwd));
    Heads heads;
    // As files on disk name him.
    const uid_t author = spec.user.map_ids ? spec.user.inside_uid : spec.user.uid;
    event.images = ImageReader(resolver, known, heads, {author}).read(called, std::move(file), argv).images;
  } catch (const CallerError& error) {
    if (error.error_number != ENOENT) throw sys::SysError(error.error_number, "looking up {}", called);
    event.images.push_back({called, {}, argv});
  } catch (const Unjudgeable& unjudgeable) {
    throw sys::Error(sys::Kind::unsupported, unjudgeable.reason);
  }
  // Outside, ownership makes a file writable; inside, only what lies in a writable root is.
  for (Image& image : event.images) {
    if (in_writable_root(image.file, spec)) continue;
    image.file.writable = false;
    image.file.copy_of.clear();
  }
  return event;
}

}  // namespace sandbox
