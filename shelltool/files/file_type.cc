#include "shelltool/files/file_type.h"

#include <array>

namespace shelltool::files {
namespace {

struct Magic {
  std::size_t at;
  std::string_view bytes, type;
};

using namespace std::string_view_literals;

constexpr std::array magics = {
    Magic{0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    Magic{0, "\xff\xd8\xff"sv, "image/jpeg"},
    Magic{0, "GIF87a"sv, "image/gif"},
    Magic{0, "GIF89a"sv, "image/gif"},
    Magic{8, "WEBP"sv, "image/webp"},
    Magic{0,
          "\x7f"
          "ELF"sv,
          "application/x-elf"},
    Magic{0, "MZ"sv, "application/x-dosexec"},
    Magic{0, "%PDF-"sv, "application/pdf"},
    Magic{0, "PK\x03\x04"sv, "application/zip"},
    Magic{0, "\x1f\x8b"sv, "application/gzip"},
    Magic{0, "BZh"sv, "application/x-bzip2"},
    Magic{0,
          "\xfd"
          "7zXZ\0"sv,
          "application/x-xz"},
    Magic{0, "\x28\xb5\x2f\xfd"sv, "application/zstd"},
    Magic{257, "ustar"sv, "application/x-tar"},
    Magic{0, "SQLite format 3\0"sv, "application/vnd.sqlite3"},
    Magic{0, "!<arch>\n"sv, "application/x-archive"},
    Magic{0, "\0asm"sv, "application/wasm"},
    Magic{0, "\xca\xfe\xba\xbe"sv, "application/java-vm"},
    Magic{0, "OggS"sv, "application/ogg"},
    Magic{0, "ID3"sv, "audio/mpeg"},
    Magic{4, "ftyp"sv, "video/mp4"},
    Magic{0, "BM"sv, "image/bmp"},
};

}  // namespace

std::string_view type_of(std::string_view beginning) {
  for (const Magic& magic : magics)
    if (beginning.size() >= magic.at && beginning.substr(magic.at).starts_with(magic.bytes))
      return magic.type;
  return "application/octet-stream";
}

bool is_image(std::string_view type) {
  return type == "image/png" || type == "image/jpeg" || type == "image/gif" || type == "image/webp";
}

}  // namespace shelltool::files
