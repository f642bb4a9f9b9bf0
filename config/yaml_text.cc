#include "config/yaml_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <vector>

#include "config/text.h"

namespace config {
namespace {

constexpr int levels_in_lines = 3;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Also a number or a truth, which only stays one without quotes.
bool is_bare(std::string_view text) {
  static const std::string inner = std::string(letters) + "0123456789._/+-";
  return !text.empty() && text.front() != '-' && text.find_first_not_of(inner) == std::string_view::npos;
}

/// No reader of YAML takes it for anything but this text.
bool is_plain(const std::string& text) {
  static const std::set<std::string> others{"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  const bool begins_plain =
      !text.empty() && (letters.find(text.front()) != std::string_view::npos || text.front() == '/');
  return begins_plain && is_bare(text) && !others.contains(lower(text));
}

std::string in_quotes(std::string_view text) {
  std::string made = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned byte = static_cast<unsigned char>(text[at]);
    const unsigned next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    if (byte == '"' || byte == '\\') {
      made.append({'\\', text[at]});
    } else if (byte == '\n') {
      made += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      made += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && next < 0xA0) {  // U+0080 to U+009F
      made += fmt::format("\\x{:02x}", next);
      ++at;
    } else {
      made.push_back(text[at]);
    }
  }
  return made + '"';
}

std::string text_of_scalar(const Node& scalar) {
  return !scalar.quoted && is_bare(scalar.scalar) ? scalar.scalar : scalar_text(scalar.scalar);
}

bool has_lines(const Node& node, int level) {
  return level < levels_in_lines && !(node.items.empty() && node.entries.empty());
}

void add_lines(const Node& node, int level, const std::string& indent, std::string& text);

void add_value(const Node& value, int level, const std::string& indent, std::string& text) {
  if (!has_lines(value, level)) {
    text += " " + flow_text(value) + "\n";
    return;
  }
  text += "\n";
  add_lines(value, level, indent + "  ", text);
}

/// The first key stands behind the '-'.
void add_item(const Node& item, int level, const std::string& indent, std::string& text) {
  if (!item.place.file.empty()) text += indent + "# " + sys::visible(text_of(item.place)) + "\n";
  if (item.kind != Node::Kind::map || !has_lines(item, level)) {
    text += indent + "- " + flow_text(item) + "\n";
    return;
  }
  std::string lines;
  add_lines(item, level, indent + "  ", lines);
  lines[indent.size()] = '-';
  text += lines;
}

void add_lines(const Node& node, int level, const std::string& indent, std::string& text) {
  for (const Node& item : node.items) add_item(item, level + 1, indent, text);
  for (const Entry& entry : node.entries) {
    text += indent + text_of_scalar(entry.key) + ":";
    add_value(entry.value, level + 1, indent, text);
  }
}

}  // namespace

std::string scalar_text(const std::string& text) { return is_plain(text) ? text : in_quotes(text); }

std::string flow_text(const Node& node) {
  if (node.kind == Node::Kind::scalar) return text_of_scalar(node);
  std::vector<std::string> parts;
  for (const Node& item : node.items) parts.push_back(flow_text(item));
  for (const Entry& entry : node.entries)
    parts.push_back(text_of_scalar(entry.key) + ": " + flow_text(entry.value));
  return node.kind == Node::Kind::map ? fmt::format("{{{}}}", fmt::join(parts, ", "))
                                      : fmt::format("[{}]", fmt::join(parts, ", "));
}

std::string yaml_text(const Node& root) {
  if (!has_lines(root, 0)) return flow_text(root) + "\n";
  std::string text;
  add_lines(root, 0, "", text);
  return text;
}

}  // namespace config
