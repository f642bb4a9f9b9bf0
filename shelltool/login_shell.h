#pragma once

#include "shelltool/plan.h"

namespace shelltool {

/// Runs the account's login shell under the plan's rules, read-only and without a network, and keeps
/// what it exports. It has two seconds; a shell that takes longer, fails or is denied counts as one that
/// exports nothing.
void ask_login_shell(const Plan& plan, const Account& account);

}  // namespace shelltool
