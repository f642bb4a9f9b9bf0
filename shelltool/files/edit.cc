#include "shelltool/files/edit.h"

#include "sandbox/sys/text.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/line_diff.h"
#include "shelltool/files/replace_file.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_bytes = 64 * 1024 * 1024;
constexpr std::size_t most_compared = 4 * 1024 * 1024;  // a diff of more is nobody's reading

void check_version(const std::string& wanted, const std::string& is, const std::string& path) {
  if (wanted.empty() || is.starts_with(wanted)) return;
  throw FileError(
      "stale", "{} has changed: it is version {}, and if_version says {}; read it again, nothing was written",
      sys::visible(path), is, sys::shown(wanted));
}

std::string diff_of(std::string_view before, std::string_view after) {
  if (before.size() > most_compared || after.size() > most_compared) return {};
  return line_diff(decoded(before, encoding_of(before)), decoded(after, encoding_of(after)));
}

void check_text_file(const Spot& spot) {
  if (!spot.file || spot.file->is_regular()) return;
  throw FileError(spot.file->is_directory() ? "is_a_directory" : "special_file",
                  "{} is {}, and no file to be written", sys::visible(spot.named),
                  kind_of(spot.file->status.st_mode));
}

bool is_too_large_to_keep(const Spot& spot) {
  return spot.file && spot.file->status.st_size > static_cast<off_t>(most_kept_before);
}

void put(const Spot& spot, const std::string* was, std::string content, Journal& journal) {
  Replacement replacement;
  replacement.was = was;
  replacement.spot = &spot;
  replacement.content = std::move(content);
  replace_files({std::move(replacement)}, journal);
}

}  // namespace

std::vector<Touch> expected_touches(const EditRequest& request) {
  std::vector<Touch> touches;
  if (!request.dry_run) touches.push_back({Access::write, request.path, request.path});
  touches.push_back({Access::read, request.path, request.path});
  return touches;
}

ChangeResult edit(const EditRequest& request, const Judge& judge, Journal& journal) {
  const Spot spot = spot_at(request.path);
  if (!spot.file)
    throw FileError("not_found", "{}: No such file or directory; to make it use write",
                    sys::visible(spot.named));
  std::vector<Touch> touches;
  if (!request.dry_run) touches.push_back(spot.touch(Access::write));
  touches.push_back(spot.touch(Access::read));  // what does not match is shown
  require(judge, touches);
  check_text_file(spot);
  const std::string before = Content(*spot.file).whole(most_bytes);
  ChangeResult result;
  result.path = spot.real;
  result.version_before = version_of(before);
  check_version(request.if_version, result.version_before, spot.named);
  EditedText after = edited(before, request.edits, spot.named);
  result.version = version_of(after.content);
  result.size = after.content.size();
  result.places = after.places;
  result.is_before_lost = is_too_large_to_keep(spot) && after.content != before;
  result.diff = diff_of(before, after.content);
  if (!request.dry_run && after.content != before) put(spot, &before, std::move(after.content), journal);
  return result;
}

ChangeResult write(const WriteRequest& request, const Judge& judge, Journal& journal) {
  const Spot spot = spot_at(request.path);
  std::vector<Touch> touches = {spot.touch(Access::write)};
  if (spot.file) touches.push_back(spot.touch(Access::read));  // what it is like
  require(judge, touches);
  check_text_file(spot);
  ChangeResult result;
  result.path = spot.real;
  result.is_new = !spot.file;
  if (spot.file && request.if_version == "none")
    throw FileError("exists", "{} is there already: read it, and give its version as if_version",
                    sys::visible(spot.named));
  if (!spot.file && !request.if_version.empty() && request.if_version != "none")
    throw FileError("stale", "{} is not there any more, and if_version says {}; nothing was written",
                    sys::visible(spot.named), sys::shown(request.if_version));
  const bool is_compared = spot.file && spot.file->status.st_size <= static_cast<off_t>(most_bytes);
  const std::string before = is_compared ? Content(*spot.file).whole(most_bytes) : std::string();
  if (spot.file) result.version_before = is_compared ? version_of(before) : "unknown";
  if (spot.file) check_version(request.if_version, result.version_before, spot.named);
  std::string content = in_form_of(before, request.content);
  result.version = version_of(content);
  result.size = content.size();
  if (is_compared) result.diff = diff_of(before, content);
  const bool is_changed = !spot.file || !is_compared || content != before;
  result.is_before_lost = is_too_large_to_keep(spot) && is_changed;
  if (is_changed) put(spot, is_compared ? &before : nullptr, std::move(content), journal);
  return result;
}

}  // namespace shelltool::files
