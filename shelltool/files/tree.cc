#include "shelltool/files/tree.h"

#include <algorithm>

namespace shelltool::files {

void Tree::add(const WalkEntry& entry, bool is_wanted) {
  open_.resize(entry.depth);
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  node.parent = open_.back();
  node.name_at = names_.size();
  node.name_size = entry.name.size();
  node.is_directory = entry.kind == EntryKind::directory;
  node.files = node.is_directory ? 0 : 1;
  node.wanted = is_wanted ? 1 : 0;
  names_ += entry.name;
  Node& parent = nodes_[node.parent];
  (parent.last == 0 ? parent.first : nodes_[parent.last].next) = number;
  parent.last = number;
  nodes_.push_back(node);
  if (node.is_directory) open_.push_back(number);
}

/// A child stands behind its parent, so that from the end all that is in a directory is counted before
/// itself.
void Tree::count() {
  for (std::size_t number = nodes_.size() - 1; number > 0; --number) {
    Node& parent = nodes_[nodes_[number].parent];
    parent.files += nodes_[number].files;
    parent.wanted += nodes_[number].wanted;
    if (nodes_[number].wanted > 0) ++parent.children;
  }
}

std::uint32_t Tree::shown_from(std::uint32_t number) const {
  while (number != 0 && nodes_[number].wanted == 0) number = nodes_[number].next;
  return number;
}

std::uint32_t Tree::only_child(const Node& node) const {
  const std::uint32_t child = node.children == 1 ? shown_from(node.first) : 0;
  return nodes_[child].is_directory ? child : 0;
}

void Tree::unfold(std::uint64_t room) {
  std::vector<std::uint32_t> level = {0}, below;
  while (!level.empty()) {
    for (const std::uint32_t above : level) {
      for (auto child = shown_from(nodes_[above].first); child != 0; child = shown_from(nodes_[child].next)) {
        Node& node = nodes_[child];
        const std::uint64_t cost = only_child(node) != 0 ? 0 : node.children;
        if (!node.is_directory || cost > room) continue;
        room -= cost;
        node.is_unfolded = true;
        below.push_back(child);
      }
    }
    level.swap(below);
    below.clear();
  }
}

void Tree::append(std::uint32_t number, const std::string& above, std::uint64_t depth,
                  std::vector<TreeLine>& lines) const {
  const Node* node = &nodes_[number];
  TreeLine line;
  line.depth = depth;
  for (;;) {
    line.name.append(names_, node->name_at, node->name_size);
    if (node->is_directory) line.name += '/';
    const std::uint32_t only = node->is_unfolded ? only_child(*node) : 0;
    if (only == 0) break;
    node = &nodes_[only];
  }
  line.path = above + line.name;
  if (node->is_directory) line.path.pop_back();
  line.is_folded = node->is_directory && !node->is_unfolded;
  line.files = node->files;
  lines.push_back(line);
  if (!node->is_unfolded) return;
  for (auto child = shown_from(node->first); child != 0; child = shown_from(nodes_[child].next))
    append(child, line.path + "/", depth + 1, lines);
}

std::vector<TreeLine> Tree::lines(std::uint64_t most, std::uint64_t offset) {
  count();
  const std::uint64_t own = nodes_[0].children - std::min<std::uint64_t>(nodes_[0].children, offset);
  unfold(most - std::min(most, own));
  std::vector<TreeLine> lines;
  std::uint64_t index = 0;
  for (auto child = shown_from(nodes_[0].first); child != 0;
       child = shown_from(nodes_[child].next), ++index) {
    if (index < offset) continue;
    if (index - offset == most) {
      next_ = index;
      break;
    }
    append(child, "", 0, lines);
  }
  return lines;
}

}  // namespace shelltool::files
