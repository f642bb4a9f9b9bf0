#include "sandbox/launcher/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/launcher/layout.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/kernel.h"

namespace sandbox {
namespace {

using Rights = std::uint64_t;
using sys::kernel::LandlockRuleset;

constexpr Rights reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr Rights writing_file = LANDLOCK_ACCESS_FS_WRITE_FILE | sys::kernel::landlock_truncate;
constexpr Rights every_right =
    ((LANDLOCK_ACCESS_FS_REFER << 1) - 1) | sys::kernel::landlock_truncate | sys::kernel::landlock_ioctl_dev;
// What a rule on something that is no directory may name.
constexpr Rights for_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | writing_file |
                             sys::kernel::landlock_ioctl_dev;
constexpr int scopes_since = 6;

Rights known_rights(int version) {
  Rights rights = every_right;
  if (version < 5) rights &= ~sys::kernel::landlock_ioctl_dev;
  if (version < 3) rights &= ~sys::kernel::landlock_truncate;
  if (version < 2) rights &= ~Rights{LANDLOCK_ACCESS_FS_REFER};
  return rights;
}

sys::Fd make_ruleset(const LandlockRuleset& attributes) {
  sys::Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!ruleset) throw sys::SysError(errno, "making a Landlock ruleset");
  return ruleset;
}

bool add_rule(int ruleset, int place, Rights rights) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = place;
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

void allow(int ruleset, const std::string& path, Rights rights) {
  const sys::Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;  // nothing there: nothing to allow
  struct stat status {};
  if (::fstatat(place.get(), "", &status, AT_EMPTY_PATH) != 0)
    throw sys::SysError(errno, "examining {}", path);
  if (!add_rule(ruleset, place.get(), S_ISDIR(status.st_mode) ? rights : rights & for_files))
    throw sys::SysError(errno, "allowing {} in the Landlock ruleset", path);
}

/// What is no file of a directory, as a pipe, needs no rule, and can have none.
void allow_standard(int ruleset, Rights known) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode)) (void)add_rule(ruleset, fd, known & for_files);
  }
}

void restrict_self(int ruleset) {
  if (::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    throw sys::SysError(errno, "entering the Landlock domain");
}

// Disks and the kernel's settings ask for the user only. Real root is that user, and without mounts of its
// own both are the host's.
void allow_devices(int ruleset, const Spec& spec, Tier tier, Rights known) {
  const Rights using_device = (reading | writing_file | sys::kernel::landlock_ioctl_dev) & known;
  if (tier == Tier::a || spec.user.uid != 0) {
    allow(ruleset, "/dev", using_device);
    allow(ruleset, "/proc", (reading | writing_file) & known);
    return;
  }
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "console"})
    allow(ruleset, std::string("/dev/") + name, using_device);
}

void allow_files(int ruleset, const Spec& spec, Tier tier, Rights known) {
  allow(ruleset, "/", reading & known);
  for (const std::string& path : writable_places_of(spec)) allow(ruleset, path, known);
  allow_devices(ruleset, spec, tier, known);
}

/// A domain in the other, so that what a rule there says of a directory counts only where that lies in here.
void stay_below(int own_root, Rights known) {
  const sys::Fd ruleset = make_ruleset({.handled_access_fs = known, .handled_access_net = 0, .scoped = 0});
  if (!add_rule(ruleset.get(), own_root, known))
    throw sys::SysError(errno, "allowing the sandbox's own root in the Landlock ruleset");
  allow_standard(ruleset.get(), known);
  restrict_self(ruleset.get());
}

}  // namespace

int landlock_abi() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

void enter_landlock_domain(const Spec& spec, Tier tier, int own_root, std::vector<std::string>& missing) {
  const int version = landlock_abi();
  const bool confined = spec.mode != Mode::danger_full_access;
  const bool mounts_itself = spec.nested_namespaces && tier == Tier::a;
  if (version == 0) {
    missing.emplace_back("Landlock is not in this kernel, or not switched on (lsm=landlock,… at boot)");
    return;
  }
  if (version < scopes_since && tier != Tier::a)
    missing.emplace_back("processes outside can be signalled: Landlock scopes need Linux 6.12");
  if (version < scopes_since && tier == Tier::a && confined && spec.network == Network::full)
    missing.emplace_back(
        "abstract unix sockets of the host can be connected to: Landlock scopes need Linux 6.12");
  LandlockRuleset attributes{};
  // Before ABI 2 no file could be renamed from one directory to another; mounts do without.
  if (confined && !mounts_itself && (version >= 2 || tier != Tier::a))
    attributes.handled_access_fs = known_rights(version);
  if (version >= scopes_since) attributes.scoped = sys::kernel::landlock_scope_signal;
  if (version >= scopes_since && confined) attributes.scoped |= sys::kernel::landlock_scope_abstract_unix;
  if (attributes.handled_access_fs == 0 && attributes.scoped == 0) return;
  const sys::Fd ruleset = make_ruleset(attributes);
  if (attributes.handled_access_fs != 0) allow_files(ruleset.get(), spec, tier, attributes.handled_access_fs);
  restrict_self(ruleset.get());
  if (attributes.handled_access_fs != 0 && own_root >= 0) stay_below(own_root, attributes.handled_access_fs);
}

bool enter_signal_scope() {
  if (landlock_abi() < scopes_since) return false;
  restrict_self(
      make_ruleset(
          {.handled_access_fs = 0, .handled_access_net = 0, .scoped = sys::kernel::landlock_scope_signal})
          .get());
  return true;
}

}  // namespace sandbox
