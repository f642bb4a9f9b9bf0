#include "shelltool/command/import_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "config/file.h"
#include "config/text.h"
#include "sandbox/sys/text.h"
#include "shelltool/hosts/json_document.h"
#include "shelltool/setup/plan.h"

namespace shelltool {
namespace {

/// Nobody's rules are longer, and each takes some microseconds.
constexpr std::size_t max_bytes = 1 << 20;

/// Places by line, counted once: the parts of a document are visited in their order.
class NodeMaker {
 public:
  NodeMaker(std::string_view text, const std::string& file) : text_(text), place_{file, 1, 1} {}

  config::Node make(const JsonPart& part) {
    config::Node node;
    node.place = place_at(part.begin);
    if (part.kind == JsonPart::Kind::scalar) {
      node.quoted = part.scalar.is_string();
      node.scalar = node.quoted ? part.scalar.get<std::string>() : part.scalar.dump();
      return node;
    }
    const bool is_map = part.kind == JsonPart::Kind::object;
    node.kind = is_map ? config::Node::Kind::map : config::Node::Kind::sequence;
    for (const JsonChild& child : part.children) {
      if (!is_map) {
        node.items.push_back(make(child.value));
        continue;
      }
      config::Node key;
      key.place = place_at(child.begin);
      key.scalar = child.key;
      node.entries.push_back({std::move(key), make(child.value)});
    }
    return node;
  }

 private:
  config::Place place_at(std::size_t at) {
    for (; at_ < at; ++at_) {
      const bool is_end = text_[at_] == '\n';
      place_.line += is_end ? 1 : 0;
      place_.column = is_end ? 1 : place_.column + 1;
    }
    return place_;
  }

  std::string_view text_;
  config::Place place_;
  std::size_t at_ = 0;
};

std::string read_source(const std::string& file) {
  const std::optional<std::string> text = config::find_text_file(file);
  const config::Place place{file, 0, 0};
  if (!text) throw config::BadInput(place, "there is no such file");
  if (text->size() > max_bytes)
    throw config::BadInput(place, fmt::format("larger than {} MiB, which no rules are", max_bytes >> 20));
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) throw config::BadInput(place, "it is empty");
  return *text;
}

std::string line_of(const policy::ImportNote& note) {
  std::string line =
      fmt::format("{}: {}: {}", config::text_of(note.place), policy::name_of(note.fidelity), note.what);
  if (!note.why.empty()) line += ": " + note.why;
  return sys::visible(line) + "\n";
}

void report(const policy::Import& import, const std::string& file) {
  std::string text;
  for (const policy::ImportNote& note : import.notes) text += line_of(note);
  for (const config::BadInput& example : import.left_out) text += sys::visible(example.what()) + "\n";
  using policy::Fidelity;
  text += sys::visible(file) + ":";
  const char* divider = " ";
  for (const Fidelity fidelity :
       {Fidelity::exact, Fidelity::widened, Fidelity::narrowed, Fidelity::dropped}) {
    text += fmt::format("{}{} {}", divider, import.count(fidelity), policy::name_of(fidelity));
    divider = ", ";
  }
  if (!import.left_out.empty()) text += fmt::format(", {} examples left out", import.left_out.size());
  text += "\n";
  if (import.not_in_force > 0)
    text += fmt::format("{}: {} rules are not in force: this version holds no ask on files\n",
                        sys::visible(file), import.not_in_force);
  fmt::print(stderr, "{}", text);
}

}  // namespace

policy::Import import_rules(const std::string& source, std::string_view text, const std::string& file,
                            const policy::Surroundings& surroundings) {
  if (source == "codex") return policy::import_codex_rules(text, file, surroundings);
  config::check_text(text, file);
  const JsonPart document = read_json_document(text, file, false);
  const std::string path = std::filesystem::absolute(file).lexically_normal().string();
  return policy::import_claude_settings(NodeMaker(text, file).make(document), path, surroundings);
}

int run_import(const ImportOptions& options) {
  const policy::Import import =
      import_rules(options.source, read_source(options.file), options.file, surroundings_here());
  report(import, options.file);
  fmt::print("{}", import.yaml);
  return import.count(policy::Fidelity::dropped) > 0 ? 1 : 0;
}

}  // namespace shelltool
