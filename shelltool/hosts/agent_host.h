#pragma once
/// The agent hosts that gatehouse can be registered with: where their settings lie, and what those shall say.

#include <string>
#include <vector>

#include "shelltool/hosts/settings.h"
#include "shelltool/setup/account.h"

namespace shelltool {

struct HostFile {
  std::string path;  ///< absolute, links as written
  Syntax syntax = Syntax::json;
  std::vector<Setting> settings;
};

struct AgentHost {
  std::string name;             ///< "claude"
  std::string title;            ///< "Claude Code"
  std::vector<HostFile> files;  ///< empty: gatehouse writes none of its settings
  KeyPath command;  ///< where the server's program stands, in the first file; it, or its first item
  KeyPath enabled;  ///< a key that turns the server off when it is false; empty: there is none
  std::vector<std::string> always_on;  ///< own tools that no setting turns off
  std::string caveat;                  ///< about those, for the user
  std::string snippet;                 ///< where there are no files: what to put where, as text
};

std::vector<std::string> host_names();

/// `program` is gatehouse's own absolute path. Throws sys::Error for an unknown host, naming the nearest.
AgentHost find_host(const std::string& name, const Caller& caller, const std::string& program);

/// The server's entry and nothing else: the host keeps its own tools, and asks before it uses gatehouse's.
AgentHost entry_only(AgentHost host);

/// This very program, links followed. Throws sys::Error when its file is gone.
std::string this_program();

}  // namespace shelltool
