#include "shelltool/files/compare.h"

#include "sandbox/sys/text.h"
#include "shelltool/files/encoding.h"
#include "shelltool/files/line_diff.h"

namespace shelltool::files {
namespace {

constexpr std::size_t most_compared = 1U << 20U;

}  // namespace

CompareResult compare(const CompareRequest& request, const Judge& judge) {
  std::vector<std::string> paths;
  for (const ComparedText& text : request.texts) paths.push_back(text.path);
  const std::vector<bool> may_read = readable(judge, paths);
  CompareResult result;
  for (std::size_t i = 0; i < paths.size() && !result.is_cut; ++i) {
    const auto& [path, shown, before, after] = request.texts[i];
    if (!may_read[i]) {
      ++result.hidden;
      continue;
    }
    const std::string name = sys::visible(shown);
    result.diff += fmt::format("--- {0}\n+++ {0}\n", name);
    if (before.size() > most_compared || after.size() > most_compared)
      result.diff += fmt::format("{} bytes, then {} bytes\n", before.size(), after.size());
    else
      result.diff += line_diff(decoded(before, encoding_of(before)), decoded(after, encoding_of(after)));
    if (result.diff.size() <= request.room) continue;
    result.diff.resize(result.diff.rfind('\n', request.room) + 1);
    result.is_cut = true;
  }
  return result;
}

}  // namespace shelltool::files
