#include "policy/rules_files.h"

#include <algorithm>
#include <utility>

#include "policy/rules_reader.h"

namespace policy {
namespace {

/// The values point into the document, which stays where it is when it is moved.
ReadFile read(config::Node document, Layer layer, const Surroundings& surroundings, const Sets& sets) {
  ReadFile file{std::move(document), {}};
  file.rules = read_rules(file.document, layer, surroundings, sets);
  return file;
}

}  // namespace

std::vector<ReadFile> read_files(std::vector<Source> sources, const Surroundings& surroundings) {
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& one, const Source& other) { return one.layer < other.layer; });
  std::vector<ReadFile> files;
  files.reserve(sources.size() + 1);
  Sets sets;
  bool has_base = false;
  for (Source& source : sources) {
    if (source.holds == Source::Holds::grants) continue;
    ReadFile file = read(std::move(source.document), source.layer, surroundings, sets);
    if (file.rules.extends_base && !std::exchange(has_base, true))
      files.push_back(read(base_rules(), source.layer, surroundings, {}));
    sets = file.rules.sets;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace policy
