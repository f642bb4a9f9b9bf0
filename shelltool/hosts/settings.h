#pragma once
/// What an agent host's settings shall say, and what was done to a file so that they say it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/json.h"

namespace shelltool {

/// jsonc: JSON with comments and trailing commas.
enum class Syntax { json, jsonc, toml };

using KeyPath = std::vector<std::string>;

/// One thing that a file shall say.
struct Setting {
  enum class How {
    set,       ///< the key at `path` has the value
    set_last,  ///< and behind it stands no key with a `*`, which would beat it
    include,   ///< the list at `path` contains the value
  };
  KeyPath path;  ///< from the root of the file
  mcp::Json value;
  How how = How::set;
  std::string turns_off;  ///< the host's own tool that it turns off; empty: none
  bool is_entry = false;  ///< it belongs to the server's entry
};

/// One edit, with what it takes to undo it.
struct Change {
  Setting setting;
  std::size_t made = 0;  ///< how many of the path's last keys were not there before
  std::string was;       ///< the value that stood there, as it was written; empty: none
  std::string before;    ///< the key that followed it, when it was moved behind that
};

struct Edited {
  std::string text;
  std::vector<Change> changes;     ///< in the order made; none: the text says it already
  std::vector<std::string> notes;  ///< what was left alone and why, a sentence each
};

/// The text of one settings file.
struct SettingsText {
  std::string file;  ///< its path, for messages
  Syntax syntax = Syntax::json;
  std::string text;
};

// All of these throw config::BadInput, with line and column, for a text that is broken or cannot be edited.
// Bytes outside an edit stay as they are, comments included.

/// The value at `path`; nothing when there is none.
std::optional<mcp::Json> find_value(const SettingsText& settings, const KeyPath& path);
bool holds(const SettingsText& settings, const Setting& setting);
/// The text with every setting in it.
Edited apply_settings(const SettingsText& settings, const std::vector<Setting>& wanted);
/// The text without what `changes` brought in. What somebody has changed since then stays, with a note.
Edited take_back(const SettingsText& settings, const std::vector<Change>& changes);
/// Nothing is in it but white space and an empty object.
bool says_nothing(const SettingsText& settings);

mcp::Json json_of(const Change& change);
Change change_of(const mcp::Json& json);

/// "permissions.deny".
std::string text_of(const KeyPath& path);

}  // namespace shelltool
