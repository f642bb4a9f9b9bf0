#include "policy/program_layers.h"

#include <algorithm>
#include <utility>

#include "config/reader.h"
#include "config/shape.h"

namespace policy {
namespace {

using config::Entry;
using config::Node;

Node* find(Node& map, std::string_view key) {
  for (Entry& entry : map.entries)
    if (entry.key.scalar == key) return &entry.value;
  return nullptr;
}

bool has(const Node& list, const std::string& word) {
  return std::any_of(list.items.begin(), list.items.end(),
                     [&](const Node& item) { return item.scalar == word; });
}

Node as_list(const Node& node) {
  if (node.kind == Node::Kind::sequence) return node;
  Node list;
  list.kind = Node::Kind::sequence;
  list.items = {node};
  return list;
}

void join(Node& list, const Node& more) {
  list = as_list(list);
  for (const Node& word : as_list(more).items)
    if (!has(list, word.scalar)) list.items.push_back(word);
}

void remove(Node& map, const char* key, const Node& words) {
  Node* const list = find(map, key);
  if (list == nullptr) return;
  const Node gone = as_list(words);
  *list = as_list(*list);
  std::erase_if(list->items, [&](const Node& word) { return has(gone, word.scalar); });
}

/// The command that is read like another one of its program, as that one is.
const Node& meant(const Node& command, const Node& program) {
  const Node* const like = config::find(command, "like");
  if (like == nullptr) return command;
  const Node* target = &program;
  for (const std::string& word : config::read_strings(*like))
    target = config::find(*config::find(*target, "commands"), word);
  return *target;
}

Node& map_at(Node& map, const Node& key) {
  if (Node* const known = find(map, key.scalar)) return *known;
  Node& made = map.entries.emplace_back(Entry{key, {}}).value;
  made.kind = Node::Kind::map;
  return made;
}

/// `program` is what the file says about the whole program.
void lay_over_command(Node& under, const Node& over, const Node& program) {
  for (const Entry& entry : over.entries) {
    const std::string& key = entry.key.scalar;
    if (key == "commands") {
      Node& commands = map_at(under, entry.key);
      for (const Entry& command : entry.value.entries)
        lay_over_command(map_at(commands, command.key), meant(command.value, program), program);
      continue;
    }
    if (key == "flags") {
      remove(under, "value_options", entry.value);
      remove(under, "attached_options", entry.value);
    }
    if (key == "value_options" || key == "attached_options") remove(under, "flags", entry.value);
    Node* const stated = find(under, key);
    const bool is_list = key.ends_with("options") || key == "flags" || key == "paths" || key == "runs";
    if (stated == nullptr)
      under.entries.push_back(entry);
    else if (is_list && key != "early_options")
      join(*stated, entry.value);
    else if (key != "early_options" || entry.value.scalar == "true")
      *stated = entry.value;
  }
}

/// What reads its words like another program forgets how it read them itself.
void forget_words(Node& program) {
  std::erase_if(program.entries, [](const Entry& entry) {
    return entry.key.scalar != "paths" && entry.key.scalar != "writable";
  });
}

void write_out_paths(Node& program, const std::string& home) {
  Node* const paths = find(program, "paths");
  if (paths == nullptr) return;
  *paths = as_list(*paths);
  for (Node& path : paths->items)
    if (path.scalar.starts_with("~/")) path.scalar.replace(0, 1, home);
}

}  // namespace

void lay_over(Node& under, const Node& over, const std::string& home) {
  for (const Entry& entry : over.entries) {
    Node program = entry.value;
    write_out_paths(program, home);
    Node* const known = find(under, entry.key.scalar);
    if (known == nullptr) {
      under.entries.push_back({entry.key, std::move(program)});
      continue;
    }
    if (config::find(program, "like") != nullptr) forget_words(*known);
    lay_over_command(*known, program, program);
  }
}

}  // namespace policy
