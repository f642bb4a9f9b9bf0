#include "config/yaml_text.h"

#include <fmt/format.h>

#include "config/text.h"

namespace config {
namespace {

constexpr int levels_in_lines = 3;

constexpr std::string_view plain_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-";

/// What was written without quotes may be a number or a truth.
bool is_plain(const Node& scalar) {
  const std::string& text = scalar.scalar;
  return !scalar.quoted && !text.empty() && text.front() != '-' &&
         text.find_first_not_of(plain_characters) == std::string::npos;
}

std::string scalar_text(const Node& scalar) {
  return is_plain(scalar) ? scalar.scalar : yaml_quoted(scalar.scalar);
}

std::string in_one_line(const Node& node) {
  if (node.kind == Node::Kind::scalar) return scalar_text(node);
  std::string text;
  for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + in_one_line(item);
  for (const Entry& entry : node.entries)
    text += (text.empty() ? "" : ", ") + scalar_text(entry.key) + ": " + in_one_line(entry.value);
  return node.kind == Node::Kind::map ? "{" + text + "}" : "[" + text + "]";
}

bool has_lines(const Node& node, int level) {
  return level < levels_in_lines && !(node.items.empty() && node.entries.empty());
}

void add_lines(const Node& node, int level, const std::string& indent, std::string& text);

void add_value(const Node& value, int level, const std::string& indent, std::string& text) {
  if (!has_lines(value, level)) {
    text += " " + in_one_line(value) + "\n";
    return;
  }
  text += "\n";
  add_lines(value, level, indent + "  ", text);
}

/// The first key stands behind the '-'.
void add_item(const Node& item, int level, const std::string& indent, std::string& text) {
  if (!item.place.file.empty()) text += indent + "# " + sys::visible(text_of(item.place)) + "\n";
  if (item.kind != Node::Kind::map || !has_lines(item, level)) {
    text += indent + "- " + in_one_line(item) + "\n";
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
    text += indent + scalar_text(entry.key) + ":";
    add_value(entry.value, level + 1, indent, text);
  }
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned byte = static_cast<unsigned char>(text[at]);
    const unsigned next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    if (byte == '"' || byte == '\\') {
      quoted.append({'\\', text[at]});
    } else if (byte == '\n' || byte == '\t') {
      quoted += byte == '\n' ? "\\n" : "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && next < 0xA0) {  // U+0080 to U+009F
      quoted += fmt::format("\\x{:02x}", next);
      ++at;
    } else {
      quoted.push_back(text[at]);
    }
  }
  return quoted + '"';
}

std::string yaml_text(const Node& root) {
  if (!has_lines(root, 0)) return in_one_line(root) + "\n";
  std::string text;
  add_lines(root, 0, "", text);
  return text;
}

}  // namespace config
