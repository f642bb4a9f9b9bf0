/// The only file that knows yaml-cpp. Its events become Nodes; what a reader could take in two ways is
/// refused.

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/file.h"
#include "config/node.h"
#include "config/text.h"

namespace config {
namespace {

constexpr std::size_t max_depth = 64;

/// What stands in the text where a mark points.
char at(std::string_view text, const YAML::Mark& mark) {
  const auto position = static_cast<std::size_t>(mark.pos);
  return mark.pos >= 0 && position < text.size() ? text[position] : '\0';
}

Place place_of(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return {file};
  return {file, mark.line + 1, mark.column + 1};
}

/// Characters that mean something to YAML where a value begins; globs and set names begin with them too.
std::string about_indicator(char first) {
  switch (first) {
    case '*':
      return "'*' begins an alias, which is not read here; a glob must be quoted, as in \"*.example\"";
    case '&':
      return "'&' begins an anchor, which is not read here; a text that begins with it must be quoted";
    case '!':
      return "'!' begins a tag, which is not read here; a text that begins with it must be quoted";
    case '@':
    case '`':
    case '%':
      return fmt::format("a text that begins with '{}' must be quoted, as in \"{}name\"", first, first);
    default:
      return "";
  }
}

/// yaml-cpp's words for what people write most often by mistake, and ours.
const std::pair<std::string_view, std::string_view> mistakes[] = {
    {YAML::ErrorMsg::MAP_VALUE, "no key and value can stand here; a text that holds \": \" must be quoted"},
    {YAML::ErrorMsg::END_OF_MAP, "this does not go on with the map above; check indentation and quotes"},
    {YAML::ErrorMsg::END_OF_SEQ, "this does not go on with the list above; check indentation and quotes"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "'}' or ',' is missing here"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "']' or ',' is missing here"},
    {YAML::ErrorMsg::FLOW_END, "this bracket closes none that is open"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quote is not closed"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "no list item can begin here"},
};

/// The line up to the mark begins with white space that is no space.
bool is_indented_by_tab(std::string_view text, const YAML::Mark& mark) {
  if (mark.pos < mark.column || mark.column <= 0) return false;
  const std::string_view line = text.substr(static_cast<std::size_t>(mark.pos - mark.column));
  const std::size_t indent = line.find_first_not_of(' ');
  return indent != std::string_view::npos && line[indent] == '\t';
}

std::string explain(const YAML::Exception& error, std::string_view text) {
  if (is_indented_by_tab(text, error.mark)) return "a tab cannot indent a line in YAML; use spaces";
  if (std::string indicator = about_indicator(at(text, error.mark)); !indicator.empty()) return indicator;
  for (const auto& [theirs, ours] : mistakes) {
    if (error.msg == theirs) return std::string(ours);
  }
  return "not valid YAML: " + error.msg;
}

/// yaml-cpp skips the directives that it does not know.
void refuse_directives(std::string_view text, const std::string& file) {
  int line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    if (text[begin] == '%') throw BadInput({file, line, 1}, "a line cannot begin with '%' here");
    begin = std::min(text.find('\n', begin), text.size()) + 1;
  }
}

class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  [[nodiscard]] Node take() {
    if (root_) return std::move(*root_);
    Node empty;
    empty.kind = Node::Kind::map;
    empty.place = {file_, 1, 1};
    return empty;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) fail(mark, "the document has ended before this line; a file holds one document");
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    fail(mark, about_indicator('&'));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, about_indicator('*'));
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    const char written = at(text_, mark);
    const bool spelled = written == '~' || written == 'n' || written == 'N';
    if (open_.empty() && !spelled) return;  // nothing but "---" and comments
    constexpr const char* instead = "write \"\" for an empty text, [] for an empty list, or leave it out";
    if (open_.empty() || open_.back().node.kind == Node::Kind::sequence)
      fail(mark, fmt::format("no value here; {}", instead));
    const std::optional<Node>& key = open_.back().key;
    if (!key) fail(mark, "a key must be a word");
    throw BadInput(key->place, fmt::format("key {} has no value; {}", shown(key->scalar), instead));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    Node node = begin(mark, tag, Node::Kind::scalar);
    if (value.find('\0') != std::string::npos) fail(mark, "a NUL byte cannot be part of a value");
    node.scalar = value;
    node.quoted = tag == "!";  // yaml-cpp's mark of a quoted or block scalar
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A sequence or map whose end has not been read.
  struct Open {
    Node node;
    std::optional<Node> key;                     ///< waits for its value
    std::unordered_map<std::string, int> lines;  ///< where each key was first written
  };

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& sentence) const {
    throw BadInput(place_of(file_, mark), sentence);
  }

  Node begin(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) const {
    const bool tagged = !tag.empty() && tag != "?" && (tag != "!" || at(text_, mark) == '!');
    if (tagged) fail(mark, about_indicator('!'));
    Node node;
    node.kind = kind;
    node.place = place_of(file_, mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    if (open_.size() == max_depth) fail(mark, fmt::format("more than {} levels deep", max_depth));
    const bool is_key = !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().key;
    if (is_key)
      fail(mark, "a key must be a word; is a bracket left open, or a text with brackets not quoted?");
    open_.push_back({begin(mark, tag, kind), std::nullopt, {}});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      check_key(parent, node);
      parent.key = std::move(node);
    } else {
      parent.node.entries.push_back({std::move(*parent.key), std::move(node)});
      parent.key.reset();
    }
  }

  static void check_key(Open& parent, const Node& key) {
    if (key.scalar == "<<" && !key.quoted)
      throw BadInput(key.place, "merge keys are not read here; write the keys out");
    const auto [first, is_new] = parent.lines.emplace(key.scalar, key.place.line);
    if (!is_new)
      throw BadInput(key.place, fmt::format("key {} stands here a second time; the first is in line {}",
                                            shown(key.scalar), first->second));
  }

  std::string_view text_;
  const std::string& file_;
  std::vector<Open> open_;
  std::optional<Node> root_;
  int documents_ = 0;
};

}  // namespace

Node read_yaml(std::string_view text, const std::string& file) {
  if (text.size() > max_file_bytes)
    throw BadInput({file}, fmt::format("larger than {} MiB", max_file_bytes >> 20));
  check_text(text, file);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // marks count without it
  std::istringstream stream{std::string(text)};
  refuse_directives(text, file);
  Builder builder(text, file);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw BadInput(place_of(file, error.mark), explain(error, text));
  }
  return builder.take();
}

}  // namespace config
