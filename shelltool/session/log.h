#pragma once
/// What the server does, for whoever reads its standard error; standard output is the protocol's.

#include <string_view>

namespace shelltool {

enum class LogLevel { debug, info, warning, error };

/// From this level on; before the first call from `warning` on. $GATEHOUSE_LOG has the word, and a wrong one
/// is a warning.
void set_log_level_from_environment();
/// One line, with time and level. Control characters are written out.
void log(LogLevel level, std::string_view sentence);

}  // namespace shelltool
