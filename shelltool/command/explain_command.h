#pragma once

#include "shelltool/session/question.h"
#include "shelltool/setup/options.h"

namespace shelltool {

struct ExplainOptions {
  CommonOptions common;
  CommandOptions command;
  RulesQuestion question;
  bool all = false;  ///< also the rules that name other programs
  bool json = false;
};

/// `gatehouse policy explain`: what each rule makes of a command, a file or a connection, and what is
/// decided. Returns 0.
int run_explain(const ExplainOptions& options);

}  // namespace shelltool
