/// Run by the build: freeze NAME FILE.yaml... > NAME.inc
#include <cstdio>
#include <iterator>
#include <utility>

#include "config/file.h"
#include "config/frozen.h"

namespace {

void join(config::Node& into, config::Node more) {
  if (into.kind != more.kind || into.kind == config::Node::Kind::scalar) {
    into = std::move(more);  // `version`, which all of them have
  } else if (into.kind == config::Node::Kind::sequence) {
    std::move(more.items.begin(), more.items.end(), std::back_inserter(into.items));
  } else {
    std::move(more.entries.begin(), more.entries.end(), std::back_inserter(into.entries));
  }
}

/// Several files as one: lists and maps of the same key are joined, as they stand.
config::Node read_together(char** files) {
  config::Node whole = config::read_yaml_file(*files);
  while (*++files != nullptr) {
    for (config::Entry& entry : config::read_yaml_file(*files).entries) {
      config::Node* value = nullptr;
      for (config::Entry& known : whole.entries)
        if (known.key.scalar == entry.key.scalar) value = &known.value;
      if (value != nullptr)
        join(*value, std::move(entry.value));
      else
        whole.entries.push_back(std::move(entry));
    }
  }
  return whole;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw sys::Error(sys::Kind::invalid, "usage: freeze NAME FILE...");
    const std::string source = config::freeze(read_together(argv + 2), argv[1]);
    return std::fputs(source.c_str(), stdout) < 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "freeze: %s\n", error.what());
    return 1;
  }
}
