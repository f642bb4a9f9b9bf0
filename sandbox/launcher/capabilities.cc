#include "sandbox/launcher/capabilities.h"

#include <sys/capability.h>
#include <sys/prctl.h>

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <vector>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

using Capabilities = std::unique_ptr<_cap_struct, int (*)(void*)>;

bool has(cap_t set, cap_value_t capability) {
  cap_flag_value_t value = CAP_CLEAR;
  return ::cap_get_flag(set, capability, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

void set_process_to(const std::vector<cap_value_t>& kept) {
  const Capabilities set(::cap_init(), ::cap_free);
  if (!set) throw sys::SysError(errno, "preparing a set of capabilities");
  const int count = static_cast<int>(kept.size());
  if (count != 0 && (::cap_set_flag(set.get(), CAP_PERMITTED, count, kept.data(), CAP_SET) != 0 ||
                     ::cap_set_flag(set.get(), CAP_EFFECTIVE, count, kept.data(), CAP_SET) != 0))
    throw sys::SysError(errno, "choosing capabilities");
  if (::cap_set_proc(set.get()) != 0) throw sys::SysError(errno, "dropping capabilities");
}

// A caller without CAP_SETPCAP cannot empty its bounding set; with no new privileges it gains nothing by it.
void empty_bounding_set() {
  const Capabilities now(::cap_get_proc(), ::cap_free);
  if (!now) throw sys::SysError(errno, "reading the capabilities");
  if (!has(now.get(), CAP_SETPCAP)) return;
  cap_value_t capability = 0;
  while (::cap_drop_bound(capability) == 0) ++capability;
  // EINVAL: the kernel knows no more of them.
  if (capability == 0 || errno != EINVAL) throw sys::SysError(errno, "emptying the capability bounding set");
}

}  // namespace

bool may_set_ids() {
  const Capabilities now(::cap_get_proc(), ::cap_free);
  return now && has(now.get(), CAP_SETUID) && has(now.get(), CAP_SETGID);
}

void keep_init_capabilities() {
  const Capabilities now(::cap_get_proc(), ::cap_free);
  if (!now) throw sys::SysError(errno, "reading the capabilities");
  std::vector<cap_value_t> kept;
  for (const cap_value_t capability : {CAP_SYS_ADMIN, CAP_KILL, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH})
    if (has(now.get(), capability)) kept.push_back(capability);
  set_process_to(kept);
}

void drop_all_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "refusing new privileges");
  empty_bounding_set();
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    throw sys::SysError(errno, "clearing the ambient capabilities");
  set_process_to({});
}

}  // namespace sandbox
