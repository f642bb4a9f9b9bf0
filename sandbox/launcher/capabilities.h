#pragma once
/// capabilities(7): in the session's own user namespace, where there is one.

namespace sandbox {

/// Whether this process may take any user and group id where it is.
bool may_set_ids();
/// What init needs once the sandbox is built: mounts, signals, /proc of its processes.
void keep_init_capabilities();
/// None, none to be had by exec, and no new privileges of any other kind.
void drop_all_privileges();

}  // namespace sandbox
