#pragma once
/// What a user's login shell exports (`env.from: login`), kept between commands: to ask the shell takes as
/// long as the user's profile does.

#include <optional>
#include <string>

#include "shelltool/setup/account.h"
#include "shelltool/setup/places.h"

namespace shelltool {

/// The variables, without those that only mean something to the shell that had them (PWD, SHLVL, TERM …).
/// They count as long as shell and profile files are what they were, at most a day; an attempt that failed,
/// as no variables, an hour. Nothing: they have to be asked for.
std::optional<Variables> kept_login_exports(const Places& places, const Account& account);
/// False when they cannot be kept: then asking at each command would be no use.
bool can_keep_login_exports(const Places& places);
void keep_login_exports(const Places& places, const Account& account,
                        const std::optional<Variables>& exports);

/// A command for the account's shell that prints its exports; empty for a shell that cannot be asked.
std::vector<std::string> login_shell_command(const Account& account);
/// What it printed; nothing when that is incomplete.
std::optional<Variables> parse_login_exports(const std::string& output);

}  // namespace shelltool
