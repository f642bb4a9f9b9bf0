#pragma once
/// gatehouse written into a host's settings, and taken out again: first a plan, which changes nothing, then
/// the deed.

#include <string>
#include <vector>

#include "shelltool/hosts/agent_host.h"
#include "shelltool/hosts/register_record.h"
#include "shelltool/setup/places.h"

namespace shelltool {

/// One file, as it is and as it shall be.
struct FileEdit {
  std::string path;
  FileContent now, then;
  std::vector<std::string> notes;  ///< what was left alone and why, a sentence each

  [[nodiscard]] bool changes() const { return now.exists != then.exists || now.bytes != then.bytes; }
};

struct Registration {
  std::string directory;  ///< of the record
  std::vector<FileEdit> edits;
  Record old_record, new_record;

  [[nodiscard]] bool changes() const;
};

/// What is there of an earlier registration is taken out first, unless it is what is wanted. Throws
/// config::BadInput for settings that are broken or cannot be edited.
Registration plan_registration(const AgentHost& host, const Places& places);

/// A file that is exactly as gatehouse left it becomes what it was before, byte for byte, or goes. From one
/// that somebody has edited since, what gatehouse added is taken out.
Registration plan_removal(const AgentHost& host, const Places& places);

/// All edits, or none: when one fails, those before it are undone, and the error is passed on.
void carry_out(Registration registration);

}  // namespace shelltool
