#include "shelltool/tools/grep_request.h"

#include "shelltool/tools/search_arguments.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;
using files::GrepRequest;

constexpr std::uint64_t most_hits = 10'000;
constexpr std::uint64_t usual_hits = 250;
constexpr std::uint64_t most_context = 100;

Json as_mode(const Json& value) { return value == "files_with_matches" ? Json("files") : value; }

Json as_case(const Json& value) {
  return value.is_boolean() ? Json(value.get<bool>() ? "insensitive" : "sensitive") : value;
}

/// One glob as a string is a list of one; a list in a string stays, and is read as one.
Json as_list(const Json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().starts_with("[\"") ? Json::array({value})
                                                                                      : value;
}

/// Others take 0 for no limit.
Json as_limit(const Json& value) { return value == 0 ? Json(most_hits) : value; }

Parameter silent(const char* name, Type type) {
  Parameter parameter;
  parameter.name = name;
  parameter.type = type;
  parameter.is_silent = true;
  return parameter;
}

GrepRequest::Mode mode_of(const std::string& word) {
  if (word == "files") return GrepRequest::Mode::files;
  return word == "count" ? GrepRequest::Mode::count : GrepRequest::Mode::content;
}

GrepRequest::Case case_of(const std::string& word) {
  if (word == "insensitive") return GrepRequest::Case::insensitive;
  return word == "smart" ? GrepRequest::Case::smart : GrepRequest::Case::sensitive;
}

}  // namespace

std::vector<Parameter> grep_parameters() {
  return {
      {"pattern", Type::string, "Regular expression (Rust's), within a line.", true, {}, {}},
      {"path", Type::string, "Directory or file; default: the workspace.", false, {}, {}},
      {"glob",
       Type::strings,
       "Only these files: *.c, src/**/*.{h,c}, !*.min.js.",
       false,
       {},
       {{"include", as_list}},
       as_list},
      {"type", Type::string, "Only this type: c, py, js, rust ….", false, {}, {}},
      {"mode",
       Type::string,
       "Lines (default), names of files, or lines per file.",
       false,
       {"content", "files", "count"},
       {{"output_mode", as_mode}},
       as_mode},
      {"case",
       Type::string,
       "Default: sensitive.",
       false,
       {"sensitive", "insensitive", "smart"},
       {{"-i", as_case}},
       as_case},
      {"fixed", Type::boolean, "Plain text in place of a regular expression.", false, {}, {}},
      {"multiline", Type::boolean, "Matches may span lines, and . is any byte.", false, {}, {}},
      {"context", Type::integer, "Lines around each match (0).", false, {}, {{"-C", {}}}},
      {"limit", Type::integer, "Matching lines, or files (250).", false, {}, {{"head_limit", as_limit}}},
      {"offset", Type::integer, "So many of them are left out.", false, {}, {}},
      silent("-A", Type::integer),
      silent("-B", Type::integer),
      silent("-n", Type::boolean),  // lines have their numbers in any case
  };
}

GrepRequest read_grep_request(const mcp::Arguments& arguments, const std::string& path) {
  GrepRequest request;
  request.pattern = *arguments.get<std::string>("pattern");
  if (request.pattern.empty()) throw mcp::ArgumentError("'pattern' is empty, and would match every line");
  request.path = path;
  request.globs = arguments.get<std::vector<std::string>>("glob").value_or(std::vector<std::string>());
  request.type = arguments.get<std::string>("type").value_or("");
  request.mode = mode_of(arguments.get<std::string>("mode").value_or(""));
  request.letters = case_of(arguments.get<std::string>("case").value_or(""));
  request.is_fixed = arguments.get<bool>("fixed").value_or(false);
  request.is_multiline = arguments.get<bool>("multiline").value_or(false);
  const std::uint64_t context = count_in(arguments, "context", 0, 0, most_context);
  request.before = count_in(arguments, "-B", context, 0, most_context);
  request.after = count_in(arguments, "-A", context, 0, most_context);
  request.limit = count_in(arguments, "limit", usual_hits, 1, most_hits);
  request.offset = count_in(arguments, "offset", 0, 0, std::uint64_t{1} << 40U);
  return request;
}

}  // namespace shelltool
