#pragma once
/// The operation behind the history's diffs.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/judge.h"

namespace shelltool::files {

struct ComparedText {
  std::string path;   ///< its true name
  std::string shown;  ///< how it is called in the diff
  std::string before, after;
};
struct CompareRequest {
  std::vector<ComparedText> texts;
  std::uint64_t room = 30'000;
};
struct CompareResult {
  std::string diff;
  std::uint64_t hidden = 0;
  bool is_cut = false;
};
/// The difference as a unified diff, of those that may be read.
CompareResult compare(const CompareRequest& request, const Judge& judge);

template <class Wire>
void carry(Wire& wire, ComparedText& text) {
  auto& [path, shown, before, after] = text;
  wire(path), wire(shown), wire(before), wire(after);
}
template <class Wire>
void carry(Wire& wire, CompareRequest& request) {
  auto& [texts, room] = request;
  wire(texts), wire(room);
}
template <class Wire>
void carry(Wire& wire, CompareResult& result) {
  auto& [diff, hidden, is_cut] = result;
  wire(diff), wire(hidden), wire(is_cut);
}

}  // namespace shelltool::files
