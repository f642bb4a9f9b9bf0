#include "sandbox/launcher/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/launcher/caches.h"
#include "sandbox/launcher/covers.h"
#include "sandbox/launcher/devices.h"
#include "sandbox/launcher/layout.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/launcher/network.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

bool is_directory(int fd) {
  struct stat status {};
  return ::fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && S_ISDIR(status.st_mode);
}

unsigned mode_of(Layer::Kind kind) {
  if (kind == Layer::Kind::shared) return 01777;
  return kind == Layer::Kind::runtime ? 0700 : 0755;
}

class MountTree {
 public:
  MountTree(const Spec& spec, const sys::Fd& own_root, std::vector<std::string>& missing)
      : spec_(spec), own_root_(own_root), layers_(layers_of(spec)), missing_(missing) {}

  std::unique_ptr<LiveMounts> build(const std::function<Trees()>& from_outside) {
    if (spec_.mode == Mode::danger_full_access || spec_.nested_namespaces) cover_own_root(own_root_);
    const sys::Fd root = place_at("/");
    if (spec_.mode != Mode::danger_full_access) copy_layers();
    if (spec_.mode != Mode::danger_full_access) make_host_read_only(root.get());
    founding([&] { live_ = std::make_unique<LiveMounts>(spec_); });
    attach(copy_bare(own_root_.get(), "/proc").get(), place_at("/proc").get(), "/proc");
    if (spec_.mode != Mode::danger_full_access) lay_out(from_outside);
    cover(Covers(live_->files, writable_tops_of(spec_)));
    hold();
    for (const sys::Fd& directory : ours_)
      change_mounts(directory.get(), {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, .recursive = false},
                    "making a private directory read-only");
    return std::move(live_);
  }

 private:
  void copy(const std::string& path) {
    if (const sys::Fd place = try_place(path))
      trees_[path] = copy_tree(place.get(), path);
    else if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
      throw sys::SysError(errno, "opening {}", path);
  }

  void copy_layers() {
    for (const Layer& layer : layers_)
      if (layer.from_host() && !layer.own_ids) copy(layer.path);
    if (spec_.user.map_ids) return;
    for (const Caches& caches : spec_.caches)
      if (!caches.are_lent()) copy(store_of(caches));
  }

  void make_host_read_only(int root) const {
    MountChange change{.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    const auto& roots = spec_.writable;
    if (spec_.mode == Mode::workspace_write && std::find(roots.begin(), roots.end(), "/") != roots.end())
      change.set = MOUNT_ATTR_NOSUID;
    change_mounts(root, change, "making the host's files read-only");
  }

  void lay_out(const std::function<Trees()>& from_outside) {
    ours_.push_back(build_devices(live_->files));
    trees_.merge(from_outside());
    for (const Layer& layer : layers_)
      if (layer.from_host())
        expose(layer);
      else
        add_empty(layer);
    for (const Caches& caches : spec_.caches) caches.are_lent() ? add_lent(caches) : add_caches(caches);
    if (spec_.network == Network::allowlist)
      for (const NameFile& file : name_files()) add_name_file(file);
  }

  // A link may lead into a /run that is ours and has no such file; where no resolv.conf is, programs ask
  // 127.0.0.1.
  void add_name_file(const NameFile& file) {
    const std::string real = sys::real_path_of_missing(file.path);
    const sys::Fd place = sys::is_within(real, "/run") ? reach(real, false) : try_place(real);
    if (place && !is_directory(place.get()))
      attach(live_->files.file_with(file.text).get(), place.get(), real);
  }

  void add_empty(const Layer& layer) {
    const bool is_runtime = layer.kind == Layer::Kind::runtime;
    const sys::Fd place = is_runtime ? reach(layer.path, true) : try_place(layer.path);
    if (!place || !is_directory(place.get())) return;  // /var/tmp may be a link to /tmp
    live_->files.cover(place.get(), layer.path, mode_of(layer.kind));
    if (layer.kind == Layer::Kind::run) ours_.push_back(place_at(layer.path));
  }

  void expose(const Layer& layer) {
    const auto found = trees_.find(layer.path);
    if (found == trees_.end()) return;
    sys::Fd tree = std::move(found->second);
    trees_.erase(found);
    const bool writable = layer.kind == Layer::Kind::host_writable;
    change_mounts(tree.get(), {.set = MOUNT_ATTR_NOSUID | (writable ? 0U : MOUNT_ATTR_RDONLY)},
                  "binding " + layer.path + (writable ? "" : " read-only"));
    attach(tree.get(), reach(layer.path, is_directory(tree.get())).get(), layer.path);
    if (writable) live_->roots.know(layer.path, std::move(tree));
  }

  void add_caches(const Caches& caches) {
    const auto mapped = trees_.find(caches.base), store = trees_.find(store_of(caches));
    if (store == trees_.end()) return;
    const sys::Fd lower = mapped != trees_.end() ? std::move(mapped->second)
                                                 : copy_tree(place_at(caches.base).get(), caches.base);
    std::vector<sys::Fd> places;
    for (const std::string& path : caches.paths) places.push_back(reach(path, true));
    if (sys::Fd work = mount_caches(caches, places, lower, store->second))
      live_->overlays.push_back(std::move(work));
    else
      missing_.push_back(fmt::format("{} start empty: overlayfs is refused over {}",
                                     fmt::join(caches.paths, ", "), caches.base));
    trees_.erase(store);
    if (mapped != trees_.end()) trees_.erase(mapped);
  }

  void add_lent(const Caches& caches) {
    for (const std::string& path : caches.paths) {
      const auto tree = trees_.find(path);
      if (tree == trees_.end()) continue;  // where it comes from there is none: the host's, read-only
      attach(tree->second.get(), reach(path, true).get(), path);
      trees_.erase(tree);
    }
  }

  // Opens the place where something shall be mounted. On our own file systems it is made; where the command's
  // user may not go (a directory of root's on the way to what root's command may use) an empty one is
  // mounted on the way.
  sys::Fd reach(const std::string& path, bool directory) {
    if (sys::Fd place = try_place(path)) return place;
    sys::Fd at = place_at("/");
    for (std::size_t begin = 1, end = 0; end != std::string::npos; begin = end + 1) {
      end = path.find('/', begin);
      at = step_into(std::move(at), path.substr(0, end), directory || end != std::string::npos);
    }
    return at;
  }

  sys::Fd step_into(sys::Fd parent, const std::string& path, bool directory) {
    const std::string name = sys::base_name(path);
    const auto open = [&] {
      return sys::Fd(::openat(parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    };
    sys::Fd next = open();
    if (!next && errno == EACCES) {
      const std::string closed = sys::parent_of(path);
      live_->files.cover(parent.get(), closed, 0755);
      ours_.push_back(place_at(closed));
      parent = place_at(closed);
      next = open();
    }
    if (!next && errno == ENOENT) {
      const int made = directory ? ::mkdirat(parent.get(), name.c_str(), 0755)
                                 : ::mknodat(parent.get(), name.c_str(), S_IFREG | 0444, 0);
      if (made != 0) throw sys::SysError(errno, "making the mount point {}", path);
      next = open();
    }
    if (!next) throw sys::SysError(errno, "opening {}", path);
    return next;
  }

  void cover(Covers covers) const {
    if (spec_.mode == Mode::workspace_write)
      for (const std::string& path : spec_.protect) covers.protect(path);
    for (const std::string& path : spec_.own) covers.protect(path);
    if (spec_.user.uid == 0) guard_kernel(covers);
    if (spec_.mode != Mode::danger_full_access) {
      for (const std::string& path : spec_.hide) hide_pinned(covers, path);
      if (spec_.user.uid == 0) hide_what_only_root_may_read(covers);
    }
    for (const std::string& path : spec_.own_hidden) hide_pinned(covers, path);
  }

  /// Who moves a directory above it would find it in the next sandbox.
  static void hide_pinned(Covers& covers, const std::string& path) {
    covers.pin_ancestors(path);
    covers.hide(path);
  }

  void hold() {
    const std::vector<NotHeld> failures = live_->held.change({spec_.held, {}});
    if (!failures.empty()) throw sys::Error(sys::Kind::setup, "holding {}", failures.front().why);
  }

  // Real root needs no capability to write these, and one of them names a program that the kernel starts for
  // a core file: outside of every sandbox.
  static void guard_kernel(Covers& covers) {
    for (const char* path : {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"})
      covers.make_read_only(path);
  }

  static void hide_what_only_root_may_read(Covers& covers) {
    for (const char* path :
         {"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/proc/kcore",
          "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"})
      covers.hide(path);
  }

  const Spec& spec_;
  const sys::Fd& own_root_;
  const std::vector<Layer> layers_;
  Trees trees_;
  std::unique_ptr<LiveMounts> live_;
  std::vector<std::string>& missing_;
  std::vector<sys::Fd> ours_;  ///< file systems that become read-only once everything is mounted
};

sys::Fd copy_mapped(const std::string& path, int user_namespace) {
  const sys::Fd place = try_place(path);
  if (!place && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!place) throw sys::SysError(errno, "opening {}", path);
  sys::Fd tree = copy_tree(place.get(), path);
  const MountChange change{
      .set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID, .propagation = MS_PRIVATE, .id_map = user_namespace};
  if (const int error = try_change_mounts(tree.get(), change))
    throw IdMapsRefused(error, "mapping the owners of " + path);
  return tree;
}

}  // namespace

Trees copy_id_mapped(const Spec& spec, pid_t init) {
  const sys::Fd user_namespace = sys::open_file(fmt::format("/proc/{}/ns/user", init), O_RDONLY);
  Trees trees;
  if (spec.mode == Mode::danger_full_access) return trees;  // it mounts none of them
  const auto add = [&](const std::string& path) {
    // Giving up a copy takes as long as half of the others of a start: it waits for all processors.
    if (trees.contains(path)) return;
    if (sys::Fd tree = copy_mapped(path, user_namespace.get())) trees[path] = std::move(tree);
  };
  for (const Layer& layer : layers_of(spec))
    if (layer.own_ids) add(layer.path);
  for (const Caches& caches : spec.caches) {
    if (caches.are_lent()) continue;
    add(caches.base);
    add(store_of(caches));
  }
  return trees;
}

std::vector<std::string> cache_paths_of(const Spec& spec) {
  std::vector<std::string> paths;
  for (const Caches& caches : spec.caches)
    paths.insert(paths.end(), caches.paths.begin(), caches.paths.end());
  return paths;
}

bool takes_lent_caches(const Spec& spec) {
  return std::any_of(spec.caches.begin(), spec.caches.end(),
                     [](const Caches& caches) { return caches.are_lent(); });
}

bool takes_trees(const Spec& spec) { return spec.user.map_ids || takes_lent_caches(spec); }

LiveMounts::LiveMounts(const Spec& spec)
    : files(spec.limits.tmp_bytes), held(files, writable_tops_of(spec)), roots(spec) {}

std::unique_ptr<LiveMounts> build_mounts(const Spec& spec, const sys::Fd& own_root,
                                         const std::function<Trees()>& from_outside,
                                         std::vector<std::string>& missing) {
  const mode_t callers = ::umask(0);
  std::unique_ptr<LiveMounts> live = MountTree(spec, own_root, missing).build(from_outside);
  ::umask(callers);
  return live;
}

}  // namespace sandbox
