#pragma once
/// `gatehouse policy check` and `gatehouse policy test`: rules asked and tried without running anything.

#include "policy/rule_set.h"
#include "shelltool/session/question.h"
#include "shelltool/setup/options.h"

namespace shelltool {

struct CheckOptions {
  CommonOptions common;
  CommandOptions command;
  RulesQuestion question;
  bool json = false;
};

/// Returns 0 for allow, 10 for ask, 20 for deny.
int run_check(const CheckOptions& options);

struct TestOptions {
  std::vector<std::string> files;
  bool json = false;
};

/// Returns 0; 1 when examples fail; 2 for rules that cannot be read.
int run_test(const TestOptions& options);

}  // namespace shelltool
