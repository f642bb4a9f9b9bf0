#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace shelltool::files {

/// The permissions that chmod(1) would make of these for "755", "+x", "u=rw,go-w"; only read, write and
/// execute. Nothing for what is none of that. Without letters before it, "+x" is for all.
std::optional<mode_t> mode_after(std::string_view text, mode_t before);

}  // namespace shelltool::files
