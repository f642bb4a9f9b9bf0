#include <fmt/format.h>

#include <algorithm>

#include "config/new_node.h"
#include "config/reader.h"
#include "config/text.h"
#include "policy/host_pattern.h"
#include "policy/import/command_pattern.h"
#include "policy/import/import.h"
#include "policy/import/starlark.h"
#include "policy/shell_lexer.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using config::BadInput;
using config::MapReader;
using config::Node;

const std::vector<std::string> functions{"prefix_rule", "network_rule", "host_executable"};
constexpr std::size_t max_words = 60;

std::string read_text(const Node& node) {
  std::string text = config::read_string(node);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw BadInput(node.place, "expected a text, found an empty one");
  return text;
}

Verdict read_decision(const Node* node, const char* deny) {
  if (node == nullptr) return Verdict::allow;
  return config::read_word<Verdict>(
      *node, {{"allow", Verdict::allow}, {"prompt", Verdict::ask}, {deny, Verdict::deny}});
}

/// A list that is not empty; a string is a list of one where that may stand.
std::vector<std::string> read_alternatives(const Node& node) {
  if (node.kind == Node::Kind::sequence && node.items.empty())
    throw BadInput(node.place, "an empty list, which matches nothing");
  return config::read_strings(node);
}

/// Without the port, which Codex leaves out of account.
std::string read_host(const Node& node) {
  const std::string text = read_text(node);
  std::string_view host = text;
  if (host.find('*') != std::string_view::npos)
    throw BadInput(node.place, "Codex takes no wildcard in a host; found " + config::shown(text));
  const std::size_t port = host.rfind(':');
  if (host.starts_with('[')) {
    host = host.substr(1, std::min(host.find(']'), host.size()) - 1);
  } else if (port != std::string_view::npos && host.find(':') == port) {
    host = host.substr(0, port);
  }
  return normal_host(host);
}

using Pattern = std::vector<std::vector<std::string>>;

Pattern read_pattern(const Node& node) {
  if (node.kind != Node::Kind::sequence) config::fail_type(node, "a list of words");
  if (node.items.empty()) throw BadInput(node.place, "an empty list, which matches nothing");
  Pattern pattern;
  for (const Node& each : node.items) pattern.push_back(read_alternatives(each));
  return pattern;
}

/// As shlex reads a string: words and quotes; operators and variables are words as well.
std::vector<std::string> split(const Node& node) {
  const std::string text = config::read_string(node);
  std::vector<std::string> words;
  try {
    ShellLexer lexer(text, "~");
    for (ShellToken token = lexer.next(); token.kind != ShellToken::Kind::end; token = lexer.next())
      words.push_back(token.text);
  } catch (const sys::Error& error) {
    throw BadInput(node.place, error.what());
  }
  if (words.empty()) throw BadInput(node.place, "an example without a word");
  return words;
}

bool holds(const std::vector<std::string>& alternatives, const std::string& word) {
  return std::find(alternatives.begin(), alternatives.end(), word) != alternatives.end();
}

/// As Codex does: these words in front, and a program that is named by its path is also its name.
bool matches(const Pattern& pattern, const std::vector<std::string>& argv) {
  if (argv.size() < pattern.size()) return false;
  const bool is_path = argv.front().starts_with('/');
  if (!holds(pattern.front(), argv.front()) &&
      !(is_path && holds(pattern.front(), sys::base_name(argv.front()))))
    return false;
  return std::equal(pattern.begin() + 1, pattern.end(), argv.begin() + 1, holds);
}

std::string text_of(const Pattern& pattern) {
  std::vector<std::string> words;
  for (const std::vector<std::string>& alternatives : pattern)
    words.push_back(alternatives.size() == 1 ? sys::command_line(alternatives)
                                             : fmt::format("({})", fmt::join(alternatives, "|")));
  return fmt::format("{}", fmt::join(words, " "));
}

class CodexImporter {
 public:
  explicit CodexImporter(const std::string& file) { draft_.title = "the rules of Codex in " + file; }

  void add(const StarlarkCall& call) {
    if (call.function == "prefix_rule") return add_prefix_rule(call);
    if (call.function == "network_rule") return add_network_rule(call);
    if (call.function == "host_executable") return add_host_executable(call);
    Node name = config::text_node(call.function);
    name.place = call.place;
    config::fail_unknown(name, "function", functions);
  }

  Import finish(const Surroundings& surroundings) {
    Import import = finish_import(std::move(draft_), surroundings);
    import.left_out.insert(import.left_out.end(), refused_.begin(), refused_.end());
    return import;
  }

 private:
  void drop(ImportNote note, std::string why) {
    note.fidelity = Fidelity::dropped;
    note.why = std::move(why);
    draft_.notes.push_back(std::move(note));
  }

  void add_prefix_rule(const StarlarkCall& call) {
    const MapReader map(call.arguments, {"pattern", "decision", "justification", "match", "not_match"});
    const Pattern pattern = read_pattern(map.need("pattern"));
    const Verdict verdict = read_decision(map.find("decision"), "forbidden");
    const std::string text = text_of(pattern);
    ImportedRule rule{{call.place, "prefix_rule " + config::shown(text)}, "", {"exec"}, {}, verdict};
    if (const Node* why = map.find("justification")) rule.reason = read_text(*why);
    if (const Node* list = map.find("match")) rule.match = read_examples(*list, pattern, true);
    if (const Node* list = map.find("not_match")) rule.no_match = read_examples(*list, pattern, false);
    std::vector<std::string> words{"codex"};
    for (const std::vector<std::string>& alternatives : pattern) words.push_back(alternatives.front());
    rule.id = id_of(words);
    if (rule.reason.empty() && verdict != Verdict::allow)
      rule.reason = fmt::format("Codex {} {}.", verdict == Verdict::ask ? "asks before" : "forbids", text);
    const std::string fault = set_matchers(pattern, rule);
    if (!fault.empty()) return drop(rule.note, fault);
    draft_.rules.push_back(std::move(rule));
  }

  /// Returns why there is no such rule; empty when there is.
  static std::string set_matchers(const Pattern& pattern, ImportedRule& rule) {
    CommandPattern command;
    for (const std::string& called : pattern.front()) {
      const std::optional<std::string> program = program_pattern(literal_glob(called), rule.verdict);
      if (!program) return fmt::format("no program can be called {}", config::shown(called));
      command.programs.push_back(*program);
      command.in_workspace = command.in_workspace || program->starts_with("${workspace}");
    }
    if (pattern.size() > max_words) return "it has more words than a rule can have";
    for (auto place = pattern.begin() + 1; place != pattern.end(); ++place) {
      PatternWord& word = command.words.emplace_back();
      for (const std::string& alternative : *place) word.globs.push_back(literal_glob(alternative));
    }
    if (rule.verdict == Verdict::allow) {
      rule.when = narrow_matcher(command);
      rule.note.fidelity = Fidelity::narrowed;
      rule.note.why = "it runs in the sandbox; Codex runs it outside, as `profile: unconfined` would";
      return "";
    }
    WideMatchers wide = wide_matchers(command);
    rule.when = std::move(wide.when);
    rule.note.fidelity = wide.fidelity;
    rule.note.why = std::move(wide.why);
    return "";
  }

  std::vector<ImportedExample> read_examples(const Node& node, const Pattern& pattern, bool wanted) {
    if (node.kind != Node::Kind::sequence) config::fail_type(node, "a list of commands");
    std::vector<ImportedExample> examples;
    for (const Node& each : node.items) {
      const std::vector<std::string> argv =
          each.kind == Node::Kind::sequence ? read_alternatives(each) : split(each);
      std::string text = sys::command_line(argv, std::string::npos / 2);
      if (matches(pattern, argv) == wanted)
        examples.push_back({std::move(text), each.place});
      else
        refused_.emplace_back(
            each.place, fmt::format("this example is left out, for Codex's own rule does {}match it: {}",
                                    wanted ? "not " : "", config::shown(text)));
    }
    return examples;
  }

  void add_network_rule(const StarlarkCall& call) {
    const MapReader map(call.arguments, {"host", "protocol", "decision", "justification"});
    const std::string host = read_host(map.need("host"));
    const std::size_t protocol = config::read_index(
        map.need("protocol"), {"http", "https", "socks5_tcp", "socks5_udp", "https_connect", "http-connect"});
    const Verdict verdict = read_decision(&map.need("decision"), "deny");
    ImportedRule rule{{call.place, "network_rule " + config::shown(host)},
                      id_of({"codex", "net", host}),
                      {"net"},
                      {},
                      verdict};
    rule.reason = verdict == Verdict::allow
                      ? ""
                      : fmt::format("Codex {} connections to {}.",
                                    verdict == Verdict::ask ? "asks before" : "forbids", host);
    if (const Node* why = map.find("justification")) rule.reason = read_text(*why);
    try {
      const HostPattern checked(host);
    } catch (const sys::Error& error) {
      return drop(rule.note, error.what());
    }
    const bool is_http = protocol == 0;
    const bool is_tcp = protocol == 2;
    std::vector<std::pair<std::string, Node>> when{{"host", config::text_node(host)}};
    if (protocol == 3 && verdict == Verdict::allow)
      return drop(rule.note, "UDP does not leave the sandbox but for names");
    if (verdict != Verdict::allow) {
      rule.note.fidelity = Fidelity::widened;
      rule.note.why = "for every protocol and port";
    } else if (!is_tcp) {
      when.emplace_back("port", config::bare_node(is_http ? "80" : "443"));
      rule.note.fidelity = Fidelity::narrowed;
      rule.note.why = fmt::format("only for port {}", is_http ? 80 : 443);
    }
    rule.when = config::map_node(std::move(when));
    draft_.rules.push_back(std::move(rule));
  }

  void add_host_executable(const StarlarkCall& call) {
    const MapReader map(call.arguments, {"name", "paths"});
    const std::string name = read_text(map.need("name"));
    if (name.find('/') != std::string::npos)
      throw BadInput(map.need("name").place, "a program's name has no '/'; found " + config::shown(name));
    const Node& list = map.need("paths");
    const std::vector<std::string> paths = config::read_strings(list);
    for (const std::string& path : paths)
      if ((!path.starts_with('/') && !path.starts_with("~/")) || sys::base_name(path) != name)
        throw BadInput(list.place,
                       fmt::format("expected an absolute path, or one below ~/, that ends in {}; found {}",
                                   config::shown(name), config::shown(path)));
    ImportNote note{call.place, "host_executable " + config::shown(name)};
    if (paths.empty()) return drop(std::move(note), "it names no path");
    note.fidelity = Fidelity::widened;
    note.why = "it is this program there, and where the search path has it";
    std::erase_if(draft_.programs, [&](const auto& other) { return other.first == name; });
    draft_.programs.emplace_back(name, paths);
    draft_.notes.push_back(std::move(note));
  }

  ImportDraft draft_;
  std::vector<BadInput> refused_;  ///< examples
};

}  // namespace

Import import_codex_rules(std::string_view text, const std::string& file, const Surroundings& surroundings) {
  const std::vector<StarlarkCall> calls = read_starlark(text, file);
  if (calls.empty()) throw BadInput({file, 0, 0}, "there is no rule in it");
  CodexImporter importer(file);
  for (const StarlarkCall& call : calls) importer.add(call);
  return importer.finish(surroundings);
}

}  // namespace policy
