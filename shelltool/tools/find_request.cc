#include "shelltool/tools/find_request.h"

#include <fmt/core.h>

#include <charconv>

#include "policy/glob.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/tools/search_arguments.h"

namespace shelltool {
namespace {

using mcp::Json;
using Type = mcp::Parameter::Type;
using files::FindRequest;

constexpr std::uint64_t most_entries = 10'000;

Json as_kind(const Json& value) {
  if (value == "directory" || value == "d") return "dir";
  if (value == "symlink" || value == "l") return "link";
  return value == "f" ? Json("file") : value;
}

Json as_text(const Json& value) { return value.is_number_integer() ? Json(value.dump()) : value; }

std::uint64_t offset_of(const std::string& cursor) {
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
  if (error != std::errc() || end != cursor.data() + cursor.size())
    throw mcp::ArgumentError(
        fmt::format("'cursor' is none that a result of find names: {}", sys::shown(cursor)));
  return offset;
}

FindRequest::Kind kind_of(const mcp::Arguments& arguments, const FindRequest& request) {
  const auto kind = arguments.get<std::string>("kind");
  if (kind == "any") return FindRequest::Kind::any;
  if (kind == "dir") return FindRequest::Kind::directory;
  if (kind == "link") return FindRequest::Kind::link;
  const bool lists = request.format != FindRequest::Format::paths || request.depth > 0;
  return !kind && request.pattern.empty() && lists ? FindRequest::Kind::any : FindRequest::Kind::file;
}

/// An absolute pattern says itself where to look.
void split_absolute(FindRequest& request, bool has_path) {
  if (!request.pattern.starts_with('/')) return;
  if (has_path && sys::is_within(request.pattern, request.path)) {
    if (request.path != "/") request.pattern.erase(0, request.path.size());
  } else if (!has_path) {
    const std::size_t wildcard = std::min(request.pattern.find_first_of("*?[{\\"), request.pattern.size());
    const std::size_t slash = request.pattern.rfind('/', wildcard);
    request.path = slash == 0 ? "/" : request.pattern.substr(0, slash);
    request.pattern.erase(0, slash);
  }
}

}  // namespace

std::vector<mcp::Parameter> find_parameters() {
  return {{"pattern",
           Type::string,
           "Glob: a name at any depth (*.c), or a path from 'path' (src/**/*.{h,c}). Default: all.",
           false,
           {},
           {{"glob_pattern", {}}}},
          {"path", Type::string, "Directory; default: the workspace.", false, {}, {}},
          {"kind",
           Type::string,
           "Default: file with a pattern, any in trees and lists.",
           false,
           {"file", "dir", "link", "any"},
           {},
           as_kind},
          {"depth", Type::integer, "1: only the directory's own entries.", false, {}, {}},
          {"format",
           Type::string,
           "paths (default), tree (folded to fit), long (size, time).",
           false,
           {"paths", "tree", "long"},
           {}},
          {"limit", Type::integer, "Entries, or lines of a tree (200).", false, {}, {}},
          {"cursor",
           Type::string,
           "The next page, as a result names it.",
           false,
           {},
           {{"offset", as_text}},
           as_text}};
}

FindRequest read_find_request(const mcp::Arguments& arguments, const std::string& path) {
  FindRequest request;
  request.path = path;
  request.pattern = arguments.get<std::string>("pattern").value_or("");
  request.depth = count_in(arguments, "depth", 0, 1, most_entries);
  const std::string format = arguments.get<std::string>("format").value_or("paths");
  if (format == "tree") request.format = FindRequest::Format::tree;
  if (format == "long") request.format = FindRequest::Format::details;
  request.kind = kind_of(arguments, request);
  request.limit = count_in(arguments, "limit", 200, 1, most_entries);
  if (const auto cursor = arguments.get<std::string>("cursor")) request.offset = offset_of(*cursor);
  split_absolute(request, arguments.has("path"));
  return request;
}

}  // namespace shelltool
