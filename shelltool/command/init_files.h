#pragma once
/// The files that `gatehouse init` writes.

namespace shelltool {

/// config.yaml: every key with its default.
extern const char* const first_config;
/// rules.yaml: the built-in rules, and examples behind #.
extern const char* const first_rules;

}  // namespace shelltool
