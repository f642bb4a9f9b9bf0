#pragma once
/// A decision for people and models: DESIGN §9's four lines.

#include <string>
#include <vector>

#include "policy/decision.h"
#include "sandbox/exec_event.h"

namespace policy {

///     denied: git push -f origin main   (rule git.force-push, ~/.config/gatehouse/rules.yaml:14:5)
///       by: bash > make release > python3 release.py > git
///       Shared history must not be rewritten.
///       Instead: Push without --force; if it is rejected, rebase and ask the user.
///
/// "asks:" and "allowed:" for the other verdicts; the last two lines where there is something to say. Visible
/// text, no newline at the end. `home` is what "~" stands for; empty: places are written out.
std::string denial_text(const Decision& decision, const std::vector<std::string>& argv,
                        const std::string& home = {});

/// The callers of the event, outermost first, each with the word behind its name when that is short and no
/// option; of a long chain the ends.
std::vector<std::string> callers_of(const sandbox::ExecEvent& event);

}  // namespace policy
