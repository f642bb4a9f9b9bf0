#pragma once
/// Packed values one after the other in a file, that may be cut off anywhere.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace shelltool::files {

/// Returns where the next one goes. Throws SysError where it cannot be written whole.
std::uint64_t write_record(int file, std::uint64_t at, std::string_view packed);

/// Those from `at` on, which is 0 or where one began. Returns where the whole ones end: what stands there was
/// cut off. Throws SysError.
std::uint64_t each_record(int file, std::uint64_t at,
                          const std::function<void(std::string_view packed)>& take);

/// The last whole one; empty where there is none. Throws SysError.
std::string last_record(int file);

}  // namespace shelltool::files
