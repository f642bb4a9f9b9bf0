#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "policy/decision.h"
#include "policy/event.h"
#include "sandbox/exec_event.h"

namespace policy {

/// "granted" is there where a grant has answered.
/// {"verdict","rule","source":"rules.yaml:7:5","reason","suggest","profile","matched":[{"rule","verdict",
/// "source"}],"granted":[{"rule","source","reason"}],"chain":[…],"state":{"mode","network","tier","generation"},"rules_generation"}
nlohmann::ordered_json decision_json(const Decision& decision, const State& state);

/// {"type":"exec","program","called","argv","cwd","device","inode","owner","writable","top"}. Bytes are made
/// visible. Of a huge argv the first 1,000 words and 64 KiB are there, and "words" says how many it has.
nlohmann::ordered_json event_json(const sandbox::ExecEvent& event);
/// {"type":"read"|"write","path","named","tool"}: where the path leads, and as it was named.
nlohmann::ordered_json event_json(const FileEvent& event);
/// {"type":"net","host","address","port","tool","process"}: host or address may be "", process is an exec or
/// null.
nlohmann::ordered_json event_json(const NetEvent& event);

/// Bytes that are no UTF-8 become U+FFFD; never throws for them.
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

}  // namespace policy
