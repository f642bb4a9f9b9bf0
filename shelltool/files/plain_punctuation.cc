#include "shelltool/files/plain_punctuation.h"

#include <algorithm>
#include <array>

namespace shelltool::files {
namespace {

struct Typographic {
  std::string_view bytes;
  char plain;
};

constexpr std::array typographic{
    Typographic{"\xE2\x80\x90", '-'},  Typographic{"\xE2\x80\x91", '-'},  Typographic{"\xE2\x80\x92", '-'},
    Typographic{"\xE2\x80\x93", '-'},  Typographic{"\xE2\x80\x94", '-'},  Typographic{"\xE2\x80\x95", '-'},
    Typographic{"\xE2\x88\x92", '-'},  Typographic{"\xE2\x80\x98", '\''}, Typographic{"\xE2\x80\x99", '\''},
    Typographic{"\xE2\x80\x9A", '\''}, Typographic{"\xE2\x80\x9B", '\''}, Typographic{"\xE2\x80\x9C", '"'},
    Typographic{"\xE2\x80\x9D", '"'},  Typographic{"\xE2\x80\x9E", '"'},  Typographic{"\xE2\x80\x9F", '"'},
    Typographic{"\xC2\xA0", ' '},      Typographic{"\xE2\x80\x82", ' '},  Typographic{"\xE2\x80\x83", ' '},
    Typographic{"\xE2\x80\x84", ' '},  Typographic{"\xE2\x80\x85", ' '},  Typographic{"\xE2\x80\x86", ' '},
    Typographic{"\xE2\x80\x87", ' '},  Typographic{"\xE2\x80\x88", ' '},  Typographic{"\xE2\x80\x89", ' '},
    Typographic{"\xE2\x80\x8A", ' '},  Typographic{"\xE2\x80\xAF", ' '},  Typographic{"\xE2\x81\x9F", ' '},
    Typographic{"\xE3\x80\x80", ' '}};

}  // namespace

std::string with_plain_punctuation(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto found = std::find_if(typographic.begin(), typographic.end(),
                                    [&](const Typographic& t) { return text.starts_with(t.bytes); });
    plain.push_back(found == typographic.end() ? text[0] : found->plain);
    text.remove_prefix(found == typographic.end() ? 1 : found->bytes.size());
  }
  return plain;
}

}  // namespace shelltool::files
