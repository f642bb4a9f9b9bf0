#pragma once
/// The rules that a project brings along, WORKSPACE/.gatehouse/rules.yaml. Whoever can write there could say
/// anything, so they do not count until the user has trusted them. Trust is for the very bytes: a copy of
/// them is kept out of every command's reach, and it is the copy that counts, until another is trusted or
/// trust is withdrawn; to change the file drops no deny.

#include <optional>
#include <string>

#include "policy/rule_set.h"
#include "shelltool/setup/places.h"

namespace shelltool {

struct ProjectRules {
  std::string path;
  std::optional<std::string> text;     ///< what the file says
  std::optional<std::string> trusted;  ///< what counts
  std::string trouble;                 ///< why there is no text, though something has the file's name
};

std::string project_rules_path(const std::string& workspace);
std::string trusted_copy_path(const Places& places, const std::string& workspace);

/// Throws config::BadInput when the copy cannot be read: what counts is not known then.
ProjectRules find_project_rules(const Places& places, const std::string& workspace);

/// From now on this text counts.
void trust(const Places& places, const std::string& workspace, const std::string& text);
/// False when nothing was trusted.
bool withdraw_trust(const Places& places, const std::string& workspace);

/// What to tell the user of a file that does not count as it is; empty where there is nothing to tell.
std::string note_on(const ProjectRules& rules);

}  // namespace shelltool
