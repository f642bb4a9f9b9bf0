#include "shelltool/tools/grep_result.h"

#include <fmt/format.h>

#include "sandbox/sys/text.h"
#include "shelltool/tools/search_arguments.h"

namespace shelltool {
namespace {

using files::GrepFile;
using files::GrepLine;
using files::GrepRequest;
using files::GrepResult;
using Mode = files::GrepRequest::Mode;

constexpr std::size_t room_for_notices = 3'000;

/// What there is room for.
struct Page {
  std::string text;
  std::uint64_t shown = 0;  ///< matching lines, or files
  bool is_full = false;

  bool add(const std::string& line) {
    is_full = is_full || text.size() + line.size() > search_result_limit - room_for_notices;
    if (!is_full) text += line;
    return !is_full;
  }
};

bool add_lines(const GrepFile& file, const std::string& path, bool has_context, Page& page) {
  if (!page.add(path + "\n")) return false;
  if (file.is_binary) {
    if (!page.add("  a binary file: nothing is shown from its first NUL byte on\n")) return false;
    if (file.lines.empty()) ++page.shown;
  }
  std::uint64_t last = 0;
  for (const GrepLine& line : file.lines) {
    const bool has_gap = has_context && last != 0 && line.number > last + 1;
    if (!page.add(fmt::format("{}{}{} {}\n", has_gap ? "--\n" : "", line.number, line.is_match ? ':' : '-',
                              shown_line(line.text))))
      return false;
    last = line.number;
    if (line.is_match) ++page.shown;
  }
  return true;
}

Page page_of(const GrepRequest& request, const GrepResult& found, const std::string& prefix) {
  Page page;
  for (const GrepFile& file : found.shown) {
    const std::string path = prefix + sys::visible(file.path);
    if (request.mode == Mode::content) {
      if (!add_lines(file, path, request.before + request.after > 0, page)) break;
    } else {
      const std::string line =
          request.mode == Mode::count ? fmt::format("{}: {}\n", path, file.matches) : path + "\n";
      if (!page.add(line)) break;
      ++page.shown;
    }
  }
  return page;
}

std::string first_line(const GrepRequest& request, const GrepResult& found, const Page& page,
                       std::uint64_t next, const std::string& prefix) {
  const std::string files = counted(found.files, "file", "files");
  std::string line =
      request.mode == Mode::files
          ? files + (found.files == 1 ? " matches" : " match")
          : fmt::format("{} in {} for", counted(found.matches, "matching line", "matching lines"), files);
  line += fmt::format(" {} in {}", sys::shown(request.pattern),
                      found.file.empty() ? place_of(prefix) : prefix + sys::visible(found.file));
  if (request.offset > 0 || next > 0)
    line += page.shown > 0 ? fmt::format("; {} to {} here", request.offset + 1, request.offset + page.shown)
                           : fmt::format("; none behind offset {}", request.offset);
  if (next > 0) line += fmt::format("; next: the same with offset: {}", next);
  if (!found.is_complete)
    line += fmt::format("; INCOMPLETE: {} s were not enough; say a directory below as path, or a glob",
                        request.time_ms / 1000);
  return line;
}

std::string left_out(const GrepResult& found) {
  std::string text = hidden_text(found.hidden);
  if (found.unreadable > 0)
    text += fmt::format("{}not opened: {} ({})", text.empty() ? "" : "; ", found.unreadable,
                        sys::visible(found.unreadable_example));
  return text.empty() ? text : "left out: " + text + "\n";
}

}  // namespace

mcp::ToolResult grep_result(const GrepRequest& request, const GrepResult& found, const std::string& prefix) {
  const Page page = page_of(request, found, prefix);
  const std::uint64_t total = request.mode == Mode::content ? found.matches : found.files;
  const std::uint64_t end = request.offset + page.shown;
  const std::uint64_t next = page.shown > 0 && end < total ? end : 0;
  mcp::ToolResult result;
  result.text = first_line(request, found, page, next, prefix) + "\n" + left_out(found);
  for (const std::string& sentence : found.explanation) result.text += sentence + "\n";
  result.text += page.text;
  result.text.pop_back();
  result.meta = {{"gatehouse/result",
                  {{"matches", found.matches},
                   {"files", found.files},
                   {"shown", page.shown},
                   {"next", next > 0 ? mcp::Json(next) : mcp::Json(nullptr)},
                   {"incomplete", !found.is_complete}}}};
  return result;
}

}  // namespace shelltool
