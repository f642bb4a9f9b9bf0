#pragma once
/// Reads files as a model can take them: lines of text, entries of a directory, an image, or what a binary
/// file is.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/judge.h"

namespace shelltool::files {

enum class ReadAs : std::uint8_t { automatic, text, hex, image };

struct ReadPart {
  std::string path;         ///< absolute; links and ".." are the kernel's to follow
  std::int64_t offset = 1;  ///< the first line, or entry; negative: counted from the end
  std::int64_t limit = 2000;
};

struct ReadRequest {
  std::vector<ReadPart> parts;
  ReadAs as = ReadAs::automatic;
  std::uint64_t room = 30'000;  ///< for the text of all parts together
};

struct ReadPiece {
  enum class Kind : std::uint8_t { text, directory, image, binary, failed };
  Kind kind = Kind::failed;
  std::string path;  ///< the file's true name
  std::uint64_t size = 0;
  std::string version;    ///< of the content; see content_hash.h
  std::string encoding;   ///< of text: see encoding.h; of others what they are: "ELF", "image/png"
  std::string line_ends;  ///< "lf", "crlf", "cr", "mixed"; empty: no line ends
  bool ends_with_newline = false;
  std::int64_t first = 0, last = 0, total = 0;  ///< lines, or entries; last < first: none
  /// Those lines, each with a newline behind it: UTF-8, fit to be shown; of an image its bytes, of a binary
  /// file its beginning.
  std::string text;
  std::string code, sentence;  ///< of what failed
};

struct ReadResult {
  std::vector<ReadPiece> pieces;  ///< one for each part
};

/// Where every path is a file's true name.
std::vector<Touch> expected_touches(const ReadRequest& request);

/// What cannot be read is a piece that says why; other parts are read all the same. Devices, FIFOs and
/// sockets are never opened.
ReadResult read(const ReadRequest& request, const Judge& judge);

template <class Wire>
void carry(Wire& wire, ReadPart& part) {
  auto& [path, offset, limit] = part;
  wire(path), wire(offset), wire(limit);
}
template <class Wire>
void carry(Wire& wire, ReadRequest& request) {
  auto& [parts, as, room] = request;
  wire(parts), wire(as), wire(room);
}
template <class Wire>
void carry(Wire& wire, ReadPiece& piece) {
  auto& [kind, path, size, version, encoding, line_ends, ends_with_newline, first, last, total, text, code,
         sentence] = piece;
  wire(kind), wire(path), wire(size), wire(version), wire(encoding), wire(line_ends), wire(ends_with_newline);
  wire(first), wire(last), wire(total), wire(text), wire(code), wire(sentence);
}
template <class Wire>
void carry(Wire& wire, ReadResult& result) {
  auto& [pieces] = result;
  wire(pieces);
}

}  // namespace shelltool::files
