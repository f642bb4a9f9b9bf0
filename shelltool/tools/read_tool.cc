#include "shelltool/tools/read_tool.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/sys/text.h"
#include "shelltool/tools/file_call.h"

namespace shelltool {
namespace {

using files::ReadPiece;
using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;

constexpr std::int64_t most_lines = 1'000'000;
constexpr std::size_t most_files = 20;
constexpr std::size_t room = 30'000;  // of the 32,000 that a result may have

std::vector<Parameter> part_parameters() {
  return {
      {"file_path", Type::string, "A file or directory.", false, {}, {{"path", {}}, {"filePath", {}}}},
      {"offset", Type::integer, "First line (1); negative: from the end.", false, {}, {{"start_line", {}}}},
      {"limit", Type::integer, "Lines (2000).", false, {}, {}},
      {"end_line", Type::integer, "", false, {}, {}, {}, true}};
}

files::ReadPart read_part(const FileTools& tools, const mcp::Arguments& given) {
  const auto path = given.get<std::string>("file_path");
  if (!path) throw mcp::ArgumentError("'file_path' is missing");
  files::ReadPart part;
  part.path = absolute_path(tools, *path);
  part.offset = given.get<std::int64_t>("offset").value_or(1);
  if (part.offset == 0)
    throw mcp::ArgumentError("'offset' is 0: lines are counted from 1, or from -1 at the end");
  if (given.has("limit") && given.has("end_line"))
    throw mcp::ArgumentError("'limit' and 'end_line' exclude each other");
  part.limit = given.get<std::int64_t>("limit").value_or(part.limit);
  if (const auto last = given.get<std::int64_t>("end_line")) {
    if (part.offset < 0 || *last < part.offset) throw mcp::ArgumentError("'end_line' lies before 'offset'");
    part.limit = *last - part.offset + 1;
  }
  if (part.limit < 1) throw mcp::ArgumentError("'limit' must be at least 1");
  part.limit = std::min(part.limit, most_lines);
  return part;
}

/// Shapes that models give `files` in: paths, or objects of the same parameters.
std::vector<files::ReadPart> read_parts(const FileTools& tools, const mcp::Arguments& arguments) {
  if (!arguments.has("files")) return {read_part(tools, arguments)};
  if (arguments.has("file_path")) throw mcp::ArgumentError("'file_path' and 'files' exclude each other");
  const Json& list = arguments.json().at("files");
  if (!list.is_array() || list.empty() || list.size() > most_files)
    throw mcp::ArgumentError(fmt::format("'files' must be a list of 1 to {} files", most_files));
  std::vector<files::ReadPart> parts;
  mcp::each_item(list, "file", [&](const Json& item) {
    parts.push_back(read_part(
        tools, mcp::read_arguments(part_parameters(), item.is_string() ? Json{{"file_path", item}} : item)));
  });
  return parts;
}

files::ReadAs read_as(const mcp::Arguments& arguments) {
  const std::string as = arguments.get<std::string>("as").value_or("auto");
  if (as == "text") return files::ReadAs::text;
  if (as == "hex") return files::ReadAs::hex;
  return as == "image" ? files::ReadAs::image : files::ReadAs::automatic;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  const double kilobytes = static_cast<double>(bytes) / 1024;
  return kilobytes < 10'000 ? fmt::format("{:.0f} KB", kilobytes)
                            : fmt::format("{:.0f} MB", kilobytes / 1024);
}

std::string hex_text(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view row = bytes.substr(at, 16);
    std::string hex, plain;
    for (const char c : row) {
      hex += fmt::format("{:02x} ", static_cast<unsigned char>(c));
      plain.push_back(c >= ' ' && c <= '~' ? c : '.');
    }
    text += fmt::format("\n{:08x}  {:<48} {}", at, hex, plain);
  }
  return text;
}

/// "lines 1-200 of 4123"
std::string range_text(const ReadPiece& piece, const char* what) {
  const std::string total = piece.total < 0 ? "more" : std::to_string(piece.total);
  if (piece.last < piece.first) return fmt::format("no {} from {} on, of {}", what, piece.first, total);
  if (piece.first == 1 && piece.last == piece.total) return fmt::format("{} {}", total, what);
  return fmt::format("{} {}-{} of {}", what, piece.first, piece.last, total);
}

/// What the first line says where there is more: the call that goes on from there.
std::string rest_text(const ReadPiece& piece, const std::string& path) {
  if (piece.last < piece.first || piece.last == piece.total) return {};
  return fmt::format(" · go on with read(file_path={}, offset={})", mcp::text_of(Json(path)), piece.last + 1);
}

/// "    7→…", a line each.
void append_numbered(std::string& text, const ReadPiece& piece) {
  constexpr std::size_t width = 5;
  std::int64_t number = piece.first;
  for (std::string_view rest = piece.text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const fmt::format_int digits(number++);
    text.append(1, '\n').append(width - std::min(width, digits.size()), ' ');
    text.append(digits.data(), digits.size()).append("→").append(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
}

std::string piece_text(const ReadPiece& piece, const FileTools& tools) {
  const std::string path = shown_file(tools, piece.path);
  const std::string version = piece.version.empty() ? "" : " · v:" + piece.version;
  switch (piece.kind) {
    case ReadPiece::Kind::failed:
      return piece.sentence + refusals_text(piece.sentence, tools);
    case ReadPiece::Kind::image:
      return fmt::format("{} · {} · {}{}", path, piece.encoding, size_text(piece.size), version);
    case ReadPiece::Kind::binary:
      return fmt::format("{} · {} · {}{}{}{}", path, piece.encoding, size_text(piece.size), version,
                         piece.sentence.empty() ? "" : " · " + piece.sentence, hex_text(piece.text));
    case ReadPiece::Kind::directory: {
      const std::string text = fmt::format("{}/ · {}{}\n{}", path, range_text(piece, "entries"),
                                           rest_text(piece, path), piece.text);
      return text.substr(0, text.size() - 1);
    }
    case ReadPiece::Kind::text:
      break;
  }
  std::string text =
      fmt::format("{} · {} · {} · {}{}{}{}{}", path, range_text(piece, "lines"), size_text(piece.size),
                  piece.encoding, piece.line_ends.empty() ? "" : " " + piece.line_ends,
                  piece.size == 0 || piece.ends_with_newline ? "" : " · no newline at the end", version,
                  rest_text(piece, path));
  append_numbered(text, piece);
  return text;
}

Json piece_json(const ReadPiece& piece) {
  if (piece.kind == ReadPiece::Kind::failed)
    return {{"path", sys::visible(piece.path)}, {"error", {{"code", piece.code}}}};
  return {{"path", sys::visible(piece.path)},
          {"size", piece.size},
          {"version", piece.version},
          {"type", piece.encoding},
          {"first", piece.first},
          {"last", piece.last},
          {"total", piece.total}};
}

mcp::ToolResult read_result(const files::ReadResult& result, const FileTools& tools) {
  mcp::ToolResult told;
  Json pieces = Json::array();
  bool all_failed = true;
  for (const ReadPiece& piece : result.pieces) {
    told.text += (told.text.empty() ? "" : "\n\n") + piece_text(piece, tools);
    if (piece.kind == ReadPiece::Kind::image) told.images.push_back({piece.encoding, piece.text});
    all_failed = all_failed && piece.kind == ReadPiece::Kind::failed;
    pieces.push_back(piece_json(piece));
  }
  told.is_error = all_failed;
  told.meta = {{"gatehouse/result", {{"files", std::move(pieces)}}}};
  if (all_failed && result.pieces.size() == 1)
    told.meta["gatehouse/result"]["error"] = {{"code", result.pieces[0].code}};
  return told;
}

void run(const FileTools& tools, const mcp::Arguments& arguments, mcp::ToolCall call) {
  run_operation<&files::read>(
      tools, {read_parts(tools, arguments), read_as(arguments), room}, "read", std::move(call),
      [tools](const files::ReadResult& result) { return read_result(result, tools); });
}

}  // namespace

mcp::Tool read_tool(FileWorkers& workers, Connection& connection) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "read";
  tool.title = "Read files";
  tool.description =
      "Lines of a file with their numbers, the entries of a directory, an image, or what a binary file is. "
      "The first line "
      "names size, encoding, line ends and version (v:), and the call that goes on.";
  tool.parameters = part_parameters();
  tool.parameters.insert(
      tool.parameters.begin() + 1,
      {"files", Type::list, "Instead: a list of paths, or of objects with these parameters.", false, {}, {}});
  tool.parameters.push_back(
      {"as", Type::string, "Default: what it is.", false, {"auto", "text", "hex", "image"}, {}});
  tool.annotations = [] {
    return Json{{"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
  };
  tool.meta = {{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 100'000}};
  tool.run = [tools](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run(tools, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
