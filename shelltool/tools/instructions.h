#pragma once

#include <string>

#include "shelltool/setup/plan.h"

namespace shelltool {

/// What hosts put before the model: how to work here, then the facts of this session. At most 1,800
/// characters, since hosts cut at 2,048. `trouble`: a rules file or config that cannot be read; empty: none.
std::string instructions(const Plan& plan, const std::string& trouble);
/// The same where there is not even a plan.
std::string instructions(const std::string& trouble);

/// "workspace-write, net none" and its like, then the workspace: what holds, for the model.
std::string state_text(const Plan& plan);

}  // namespace shelltool
