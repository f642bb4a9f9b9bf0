#include "shelltool/files/read.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include "sandbox/sys/text.h"
#include "shelltool/files/content.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/file_type.h"
#include "shelltool/files/line_window.h"

namespace shelltool::files {
namespace {

constexpr std::size_t sample_size = 1024 * 1024;
constexpr std::size_t most_utf16 = 64 * 1024 * 1024;
constexpr std::uint64_t most_counted = std::uint64_t{2} << 30U;
constexpr std::size_t most_image = 3'750'000;  // 5 MB as base64, which is what hosts take
constexpr std::size_t hex_head = 64, hex_whole = 1024;
constexpr std::size_t most_entries = 100'000;

/// Tabs stay; what else is no text is written out.
void append_shown(std::string& shown, std::string_view text, std::uint64_t left_out) {
  for (;;) {
    const std::size_t tab = text.find('\t');
    sys::append_visible(shown, text.substr(0, tab));
    if (tab == std::string_view::npos) break;
    shown.push_back('\t');
    text.remove_prefix(tab + 1);
  }
  if (left_out != 0) shown += fmt::format("… [{} more bytes in this line]", left_out);
  shown.push_back('\n');
}

std::string shown_lines(const LineWindow& window, Encoding encoding) {
  std::string shown;
  for (const LineWindow::Line& line : window.lines()) {
    const std::string_view bytes = window.bytes_of(line);
    if (encoding == Encoding::latin1)
      append_shown(shown, decoded(bytes, encoding), line.left_out);
    else
      append_shown(shown, bytes, line.left_out);
  }
  return shown;
}

/// Of a larger file, without the half of a character at its end.
Encoding encoding_at(std::string_view sample, bool is_whole) {
  if (is_whole) return encoding_of(sample);
  for (int i = 0; i < 3 && !sample.empty() && (static_cast<unsigned char>(sample.back()) & 0xC0U) == 0x80;
       ++i)
    sample.remove_suffix(1);
  if (!sample.empty() && static_cast<unsigned char>(sample.back()) >= 0xC0) sample.remove_suffix(1);
  if (sample.size() % 2 != 0) sample.remove_suffix(sample.back() == '\0' ? 1 : 0);
  return encoding_of(sample);
}

/// One pass over the text. `full`: also over what is not shown, for its lines and version.
struct Pass {
  LineWindow window;
  ContentHash hash;
};
Pass pass_over(const Content& content, Encoding encoding, std::int64_t first, std::int64_t limit,
               std::size_t room, bool full) {
  Pass pass{LineWindow(first, limit, room), {}};
  if (encoding == Encoding::utf16le || encoding == Encoding::utf16be) {
    const std::string bytes = content.whole(most_utf16);
    pass.hash.add(bytes);
    pass.window.add(decoded(bytes, encoding));
  } else {
    bool is_begun = false;
    content.each([&](std::string_view piece) {
      if (full) pass.hash.add(piece);
      if (!std::exchange(is_begun, true) && encoding == Encoding::utf8_bom)
        piece.remove_prefix(mark_of(piece).size());
      pass.window.add(piece);
      return full || !pass.window.is_full();
    });
  }
  if (full || !pass.window.is_full()) pass.window.finish();
  return pass;
}

void read_text(ReadPiece& piece, const Content& content, const ReadPart& part, Encoding encoding,
               std::size_t room) {
  const bool full = content.size() <= most_counted;
  if (!full && part.offset < 0)
    throw FileError(
        "too_big",
        "{} has {} bytes: its lines are not counted from the end; give a positive offset, or use tail",
        sys::visible(part.path), content.size());
  std::int64_t first = part.offset;
  if (first < 0) {
    const std::int64_t total = pass_over(content, encoding, 1, 0, 0, true).window.total();
    first = std::max<std::int64_t>(1, total + first + 1);
  }
  const Pass pass = pass_over(content, encoding, first, part.limit, room, full);
  piece.kind = ReadPiece::Kind::text;
  piece.encoding = name_of(encoding);
  piece.line_ends = pass.window.line_ends();
  piece.ends_with_newline = pass.window.ends_with_newline();
  piece.total = full ? pass.window.total() : -1;
  if (full) piece.version = version_text(pass.hash);
  piece.text = shown_lines(pass.window, encoding);
  piece.first = first;
  piece.last = first + static_cast<std::int64_t>(pass.window.lines().size()) - 1;
}

void read_bytes(ReadPiece& piece, const Content& content, std::string_view beginning, ReadAs as) {
  const std::string_view type = type_of(beginning);
  piece.encoding = type;
  const bool wants_image = as == ReadAs::image || (as == ReadAs::automatic && is_image(type));
  if (as == ReadAs::image && !is_image(type))
    throw FileError("binary", "{} is {}: only png, jpeg, gif and webp can be shown as images",
                    sys::visible(piece.path), type);
  if (content.size() <= most_counted) {
    ContentHash hash;
    content.each([&](std::string_view bytes) { return hash.add(bytes), true; });
    piece.version = version_text(hash);
  }
  piece.kind = ReadPiece::Kind::binary;
  if (wants_image && content.size() > most_image) {
    piece.sentence =
        fmt::format("it is larger than the {} bytes that can be shown; make a smaller copy", most_image);
  } else if (wants_image) {
    piece.kind = ReadPiece::Kind::image;
    piece.text = content.whole(most_image);
    return;
  }
  piece.text = beginning.substr(0, as == ReadAs::hex ? hex_whole : hex_head);
}

/// As `ls -F` marks them, and where links lead.
std::string entry_line(int directory, const dirent& entry) {
  const std::string name = sys::visible(entry.d_name);
  struct stat status {};
  if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return name;
  if (S_ISDIR(status.st_mode)) return name + "/";
  if (S_ISREG(status.st_mode)) return fmt::format("{}  {} bytes", name, status.st_size);
  if (!S_ISLNK(status.st_mode)) return fmt::format("{}  {}", name, kind_of(status.st_mode));
  std::array<char, 4096> target{};
  const ssize_t length = ::readlinkat(directory, entry.d_name, target.data(), target.size());
  return fmt::format("{} -> {}", name,
                     sys::visible({target.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))}));
}

void read_directory(ReadPiece& piece, const Pinned& file, const ReadPart& part, std::size_t room) {
  sys::Fd directory = file.open(O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), ::closedir);
  if (!stream) throw_errno(errno, "reading {}", sys::visible(file.named));
  const int fd = directory.release();
  std::vector<std::string> entries;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (entries.size() == most_entries)
      throw FileError("too_big", "{} has more than {} entries", sys::visible(file.named), most_entries);
    entries.push_back(entry_line(fd, *entry));
  }
  std::sort(entries.begin(), entries.end());
  piece.kind = ReadPiece::Kind::directory;
  piece.total = static_cast<std::int64_t>(entries.size());
  piece.first = part.offset > 0 ? part.offset : std::max<std::int64_t>(1, piece.total + part.offset + 1);
  piece.last = piece.first - 1;
  for (std::int64_t i = piece.first; i <= piece.total && i < piece.first + part.limit; ++i) {
    const std::string& line = entries[static_cast<std::size_t>(i - 1)];
    if (line.size() + 1 > room && !piece.text.empty()) break;
    room -= std::min(room, line.size() + 1);
    piece.text.append(line).push_back('\n');
    piece.last = i;
  }
}

void read_pinned(ReadPiece& piece, const Pinned& file, const ReadPart& part, ReadAs as, std::size_t room) {
  piece.size = static_cast<std::uint64_t>(file.status.st_size);
  if (file.is_directory()) return read_directory(piece, file, part, room);
  const Content content(file);
  piece.size = content.size();
  const std::string sample = content.beginning(sample_size);
  Encoding encoding = encoding_at(sample, sample.size() == content.size());
  const bool is_shown_image = as == ReadAs::automatic && is_image(type_of(sample));
  if (as == ReadAs::hex || as == ReadAs::image || is_shown_image ||
      (as == ReadAs::automatic && encoding == Encoding::binary))
    return read_bytes(piece, content, sample, as);
  read_text(piece, content, part, encoding == Encoding::binary ? Encoding::latin1 : encoding, room);
}

void fail(ReadPiece& piece, const FileError& error) {
  piece.kind = ReadPiece::Kind::failed;
  piece.code = error.code();
  piece.sentence = error.what();
}

std::size_t room_of(const ReadPiece& piece) {
  constexpr std::size_t number_room = 7;  // beside the line and its newline
  if (piece.kind == ReadPiece::Kind::image) return 0;
  const std::int64_t lines = piece.kind == ReadPiece::Kind::binary ? 1 : piece.last - piece.first + 1;
  return piece.text.empty() ? 0 : piece.text.size() + number_room * static_cast<std::size_t>(lines);
}

}  // namespace

std::vector<Touch> expected_touches(const ReadRequest& request) {
  std::vector<Touch> touches;
  for (const ReadPart& part : request.parts) touches.push_back({Access::read, part.path, part.path});
  return touches;
}

ReadResult read(const ReadRequest& request, const Judge& judge) {
  ReadResult result;
  std::vector<std::optional<Pinned>> pinned;
  std::vector<Touch> touches;
  for (const ReadPart& part : request.parts) {
    ReadPiece& piece = result.pieces.emplace_back();
    piece.path = part.path;
    std::optional<Pinned>& file = pinned.emplace_back();
    try {
      file = pin(part.path);
      piece.path = file->real;
      touches.push_back(file->touch(Access::read));
    } catch (const FileError& error) {
      fail(piece, error);
    }
  }
  const std::vector<Ruling> rulings = touches.empty() ? std::vector<Ruling>() : judge(touches);
  std::size_t room = request.room, judged = 0;
  for (std::size_t i = 0; i < result.pieces.size(); ++i) {
    if (!pinned[i]) continue;
    ReadPiece& piece = result.pieces[i];
    const Ruling& ruling = rulings.at(judged++);
    try {
      if (!ruling.allowed) throw FileError("denied", "{}", ruling.denial);
      read_pinned(piece, *pinned[i], request.parts[i], request.as, room);
    } catch (const FileError& error) {
      fail(piece, error);
    }
    room -= std::min(room, room_of(piece));
  }
  return result;
}

}  // namespace shelltool::files
