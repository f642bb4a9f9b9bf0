#include "shelltool/tools/find_result.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "sandbox/sys/text.h"
#include "shelltool/tools/search_arguments.h"

namespace shelltool {
namespace {

using files::EntryKind;
using files::FindRequest;
using files::FindResult;
using files::FoundEntry;

constexpr std::size_t room_for_notices = 3'000;

std::string name_of(const FoundEntry& entry, const std::string& prefix) {
  std::string name = prefix + sys::visible(entry.path);
  if (entry.kind == EntryKind::directory) name += '/';
  if (!entry.target.empty()) name += " -> " + sys::visible(entry.target);
  return name;
}

const char* word_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::file:
      return "file";
    case EntryKind::directory:
      return "dir";
    case EntryKind::link:
      return "link";
    case EntryKind::other:
      break;
  }
  return "other";
}

std::string line_of(const FoundEntry& entry, const std::string& prefix, FindRequest::Format format) {
  const std::string name = name_of(entry, prefix);
  if (format != FindRequest::Format::details) return name + "\n";
  return fmt::format("{:5} {:>10} {:%Y-%m-%d %H:%M} {}\n", word_of(entry.kind), entry.size,
                     fmt::gmtime(static_cast<std::time_t>(entry.modified)), name);
}

std::string line_of(const files::TreeLine& line) {
  std::string text(2 * line.depth, ' ');
  text += sys::visible(line.name);
  if (line.is_folded) text += fmt::format(" ({})", counted(line.files, "file", "files"));
  return text + "\n";
}

/// What there is room for, and where the rest begins.
struct Page {
  std::string text;
  std::uint64_t shown = 0;
  std::uint64_t next = 0;  ///< 0: nothing is left
  bool is_cut = false;
};

Page page_of(const FindRequest& request, const FindResult& found, const std::string& prefix) {
  const std::size_t room = search_result_limit - room_for_notices;
  Page page;
  for (const FoundEntry& entry : found.entries) {
    const std::string line = line_of(entry, prefix, request.format);
    if (page.text.size() + line.size() > room) {
      page.next = entry.number;
      return page;
    }
    page.text += line;
    ++page.shown;
  }
  const std::uint64_t end = request.offset + request.limit;
  if (end < found.files + found.directories) page.next = end;
  return page;
}

Page tree_of(const FindResult& found) {
  const std::size_t room = search_result_limit - room_for_notices;
  Page page;
  for (const files::TreeLine& line : found.tree) {
    const std::string text = line_of(line);
    page.is_cut = page.text.size() + text.size() > room;
    if (page.is_cut) return page;
    page.text += text;
    ++page.shown;
  }
  page.next = found.tree_next;
  return page;
}

std::string total_text(const FindRequest& request, const FindResult& found) {
  const std::string files = counted(found.files, "file", "files");
  const std::string directories = counted(found.directories, "directory", "directories");
  switch (request.kind) {
    case FindRequest::Kind::directory:
      return directories;
    case FindRequest::Kind::link:
      return counted(found.files, "link", "links");
    case FindRequest::Kind::file:
      return files;
    case FindRequest::Kind::any:
      break;
  }
  return files + ", " + directories;
}

std::string first_line(const FindRequest& request, const FindResult& found, const Page& page,
                       const std::string& prefix) {
  std::string line = total_text(request, found);
  if (!request.pattern.empty()) line += fmt::format(" matching {}", sys::shown(request.pattern));
  line += fmt::format(" in {}", place_of(prefix));
  if (request.format != FindRequest::Format::tree && (request.offset > 0 || page.next > 0) && page.shown > 0)
    line += fmt::format("; {} to {} here", request.offset + 1,
                        page.next > 0 ? page.next : found.files + found.directories);
  if (page.next > 0) line += fmt::format("; next: the same with cursor: \"{}\"", page.next);
  if (page.is_cut) line += "; cut: say a smaller limit, or a directory below as path";
  if (!found.losses.stopped_at.empty())
    line += fmt::format("; INCOMPLETE: the time ended at {}; say a directory below as path",
                        sys::visible(found.losses.stopped_at));
  return line;
}

std::string left_out(const FindResult& found) {
  const files::WalkLosses& losses = found.losses;
  std::vector<std::string> parts;
  if (losses.ignored_files + losses.ignored_directories > 0) {
    std::string examples;
    for (const std::string& example : losses.ignored_examples)
      examples += fmt::format("{}{}/", examples.empty() ? "" : ", ", sys::visible(example));
    parts.push_back(fmt::format(
        "ignored: {}, {}{}; most by {}", counted(losses.ignored_files, "file", "files"),
        counted(losses.ignored_directories, "directory", "directories"),
        examples.empty()
            ? ""
            : " (" + examples + (losses.ignored_directories > losses.ignored_examples.size() ? ", …)" : ")"),
        sys::visible(losses.ignored_by.front().what)));
  }
  if (!found.hidden.empty()) parts.push_back(hidden_text(found.hidden));
  if (losses.below_depth > 0)
    parts.push_back(
        fmt::format("{} deeper than 'depth'", counted(losses.below_depth, "directory", "directories")));
  if (losses.unreadable > 0)
    parts.push_back(fmt::format("not opened: {} ({})", counted(losses.unreadable, "directory", "directories"),
                                sys::visible(losses.unreadable_example)));
  return parts.empty() ? "" : fmt::format("left out: {}\n", fmt::join(parts, "; "));
}

}  // namespace

mcp::ToolResult find_result(const FindRequest& request, const FindResult& found, const std::string& prefix) {
  const bool is_tree = request.format == FindRequest::Format::tree;
  const Page page = is_tree ? tree_of(found) : page_of(request, found, prefix);
  mcp::ToolResult result;
  result.text = first_line(request, found, page, prefix) + "\n" + left_out(found);
  for (const std::string& sentence : found.explanation) result.text += sentence + "\n";
  result.text += page.text;
  result.text.pop_back();
  result.meta = {{"gatehouse/result",
                  {{"files", found.files},
                   {"directories", found.directories},
                   {"shown", page.shown},
                   {"next", page.next > 0 ? mcp::Json(std::to_string(page.next)) : mcp::Json(nullptr)},
                   {"incomplete", !found.losses.stopped_at.empty()}}}};
  return result;
}

}  // namespace shelltool
