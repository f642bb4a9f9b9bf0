#include "sandbox/launcher/seccomp.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/launcher/filter.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/kernel.h"

namespace sandbox {
namespace frozen {
#include "filters.inc"
}

namespace {

FilterKind kind_for(const Spec& spec, Tier tier) {
  if (spec.mode == Mode::danger_full_access) return FilterKind::unconfined;
  if (tier != Tier::a && spec.network != Network::full) return FilterKind::offline;
  if (tier == Tier::a && spec.nested_namespaces)
    return spec.network == Network::allowlist ? FilterKind::nested_by_name : FilterKind::nested;
  return spec.network == Network::allowlist ? FilterKind::by_name : FilterKind::confined;
}

struct Frozen {
  std::span<const sock_filter> gated, ungated;
};

Frozen frozen_for(const Spec& spec, Tier tier) {
  switch (kind_for(spec, tier)) {
    case FilterKind::unconfined:
      return {frozen::gated_unconfined, frozen::ungated_unconfined};
    case FilterKind::confined:
      return {frozen::gated_confined, frozen::ungated_confined};
    case FilterKind::by_name:
      return {frozen::gated_by_name, frozen::ungated_by_name};
    case FilterKind::nested:
      return {frozen::gated_nested, frozen::ungated_nested};
    case FilterKind::nested_by_name:
      return {frozen::gated_nested_by_name, frozen::ungated_nested_by_name};
    case FilterKind::offline:
      break;
  }
  return {frozen::gated_offline, frozen::ungated_offline};
}

/// As seccomp(2) answers.
long install(std::span<const sock_filter> program, unsigned long flags) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};  // the kernel only reads it
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

}  // namespace

std::span<const sock_filter> filter_for(const Spec& spec, Tier tier) { return frozen_for(spec, tier).gated; }

std::span<const sock_filter> ungated_filter_for(const Spec& spec, Tier tier) {
  return frozen_for(spec, tier).ungated;
}

Filter install_filter(std::span<const sock_filter> program) {
  const auto listen = [&](unsigned long flags) {
    return sys::Fd(static_cast<int>(install(program, SECCOMP_FILTER_FLAG_NEW_LISTENER | flags)));
  };
  if (sys::Fd listener = listen(sys::kernel::seccomp_wait_killable)) return {std::move(listener), true};
  if (errno == EINVAL)
    if (sys::Fd listener = listen(0)) return {std::move(listener), false};
  throw sys::SysError(errno, "installing the system call filter");
}

void install_ungated_filter(std::span<const sock_filter> program) {
  if (install(program, 0) != 0) throw sys::SysError(errno, "installing the system call filter");
}

}  // namespace sandbox
