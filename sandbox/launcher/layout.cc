#include "sandbox/launcher/layout.h"

#include <algorithm>
#include <string_view>

#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

using Kind = Layer::Kind;
using Paths = std::vector<std::string>;

// What a name look-up or a system that lives in /run (NixOS) needs; sockets are what /run is hidden for. With
// an allow list names are looked up elsewhere, and the host's resolver would give real addresses.
Paths needed_from_run(const Spec& spec) {
  Paths needed = {"/run/current-system", "/run/opengl-driver"};
  if (spec.network == Network::allowlist) return needed;
  needed.insert(needed.end(), {"/run/systemd/resolve", "/run/resolvconf"});
  const auto resolver = sys::real_path("/etc/resolv.conf");
  if (resolver && sys::is_within(*resolver, "/run") && !sys::is_within_any(*resolver, needed))
    needed.push_back(*resolver);
  return needed;
}

/// The directory that a variable of the command's environment names; empty when it names none.
std::string directory_in(const Spec& spec, std::string_view variable) {
  for (const std::string& entry : spec.env) {
    if (!entry.starts_with(variable) || entry.size() <= variable.size() || entry[variable.size()] != '=')
      continue;
    return sys::normal_path(std::string_view(entry).substr(variable.size() + 1));
  }
  return {};
}

std::string runtime_dir_of(const Spec& spec) {
  const std::string path = directory_in(spec, "XDG_RUNTIME_DIR");
  return path != "/run" && sys::is_within(path, "/run") ? path : std::string();
}

Paths replaced_by(const Spec& spec) {
  if (!spec.private_tmp) return {"/run"};
  return {"/run", "/tmp", "/var/tmp"};
}

void add_host_layers(const Spec& spec, std::vector<Layer>& layers) {
  const Paths replaced = replaced_by(spec);
  const bool writes = spec.mode == Mode::workspace_write;
  const bool own_ids = spec.user.map_ids;
  for (const std::string& root : spec.writable)
    if (root != "/" && (writes || own_ids || sys::is_within_any(root, replaced)))
      layers.push_back({root, writes ? Kind::host_writable : Kind::host_read_only, own_ids});
  if (!spec.private_tmp)
    for (const char* path : {"/tmp", "/var/tmp"}) layers.push_back({path, Kind::host_writable});
  if (own_ids)
    for (const std::string& directory : spec.user.readable)
      if (!sys::is_within_any(directory, spec.writable))
        layers.push_back({directory, Kind::host_read_only, true});
  if (sys::is_within_any(spec.cwd, replaced) && !sys::is_within_any(spec.cwd, spec.writable))
    layers.push_back({spec.cwd, Kind::host_read_only, own_ids});
  if (const std::string home = directory_in(spec, "HOME");
      sys::is_within_any(home, replaced) && sys::real_path(home))
    layers.push_back({home, Kind::host_read_only, own_ids});
  for (const std::string& path : needed_from_run(spec)) layers.push_back({path});
  for (const std::string& path : spec.sockets)
    if (sys::is_within_any(path, replaced)) layers.push_back({path});
}

}  // namespace

std::vector<Layer> layers_of(const Spec& spec) {
  if (spec.mode == Mode::danger_full_access) return {};
  std::vector<Layer> layers;
  add_host_layers(spec, layers);
  layers.push_back({"/run", Kind::run});
  if (spec.private_tmp)
    for (const char* path : {"/tmp", "/var/tmp"}) layers.push_back({path, Kind::shared});
  if (const std::string path = runtime_dir_of(spec); !path.empty()) layers.push_back({path, Kind::runtime});

  // What is named twice is what it was first: a root that is /tmp itself is not replaced.
  std::stable_sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) {
    return a.path.size() != b.path.size() ? a.path.size() < b.path.size() : a.path < b.path;
  });
  const auto same = [](const Layer& a, const Layer& b) { return a.path == b.path; };
  layers.erase(std::unique(layers.begin(), layers.end(), same), layers.end());
  return layers;
}

std::vector<std::string> writable_tops_of(const Spec& spec) {
  if (spec.mode == Mode::danger_full_access) return {"/"};
  Paths tops;
  if (spec.mode == Mode::workspace_write) tops = spec.writable;
  if (!spec.private_tmp) tops.insert(tops.end(), {"/tmp", "/var/tmp"});
  for (const Caches& caches : spec.caches) tops.insert(tops.end(), caches.paths.begin(), caches.paths.end());
  return tops;
}

std::vector<std::string> writable_places_of(const Spec& spec) {
  Paths places = {"/tmp", "/var/tmp", "/dev/shm"};
  const Paths tops = writable_tops_of(spec);
  places.insert(places.end(), tops.begin(), tops.end());
  if (const std::string path = runtime_dir_of(spec); !path.empty()) places.push_back(path);
  return places;
}

std::string store_of(const Caches& caches) {
  std::string store = sys::parent_of(caches.upper);
  while (!sys::is_within(caches.work, store)) store = sys::parent_of(store);
  return store;
}

}  // namespace sandbox
