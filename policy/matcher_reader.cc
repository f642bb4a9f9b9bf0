#include "policy/matcher_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/reader.h"
#include "config/text.h"

namespace policy {
namespace {

using config::BadInput;
using config::MapReader;
using config::Node;

const std::vector<std::string> exec_keys{
    "program", "args", "options", "verbatim", "paths",            "argc", "env",
    "cwd",     "top",  "parent",  "ancestor", "writable_program", "mode", "tool"};
const std::vector<std::string> file_keys{"path", "tool", "mode"};
const std::vector<std::string> tool_names{"shell",       "job",  "read", "write", "edit",
                                          "apply_patch", "find", "grep", "files", "history"};

std::vector<std::string> keys_of(EventKind kind) {
  switch (kind) {
    case EventKind::exec:
      return exec_keys;
    case EventKind::read:
    case EventKind::write:
      return file_keys;
    case EventKind::net:
      break;
  }
  std::vector<std::string> keys = exec_keys;
  keys.insert(keys.end(), {"host", "port"});
  return keys;
}

/// The keys that all the events have.
std::vector<std::string> common_keys(const std::vector<EventKind>& events) {
  std::vector<std::string> common;
  for (const std::string& key : keys_of(events.front())) {
    const bool everywhere = std::all_of(events.begin(), events.end(), [&](EventKind kind) {
      const std::vector<std::string> keys = keys_of(kind);
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    });
    if (everywhere) common.push_back(key);
  }
  return common;
}

/// Names the events and their keys, so that nobody has to look them up.
void check_keys(const Node& map, const std::vector<EventKind>& events, const std::vector<std::string>& keys) {
  for (const config::Entry& entry : map.entries) {
    const std::string& key = entry.key.scalar;
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::vector<const char*> names;
    for (const EventKind kind : events) names.push_back(name_of(kind));
    const std::string near = config::nearest(key, keys);
    throw BadInput(entry.key.place,
                   fmt::format("unknown key {}: {} {} {} {}{}", config::shown(key),
                               names.size() == 1 ? "event" : "events", fmt::join(names, " and "),
                               names.size() == 1 ? "has" : "have in common", fmt::join(keys, ", "),
                               near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
}

/// A map of which only the keys that its events have may be asked for, or anything else.
class Keys {
 public:
  Keys(const Node& map, const std::vector<std::string>& keys) : reader_(map, keys), keys_(keys) {
    if (map.entries.empty())
      throw BadInput(map.place, "an empty map matches everything; leave the key out instead");
  }
  [[nodiscard]] const Node* find(std::string_view key) const {
    const bool known = std::find(keys_.begin(), keys_.end(), key) != keys_.end();
    return known ? reader_.find(key) : nullptr;
  }

 private:
  MapReader reader_;
  std::vector<std::string> keys_;
};

/// Makes a pattern; what is wrong with it is told with its place.
template <class Pattern, class... Arguments>
Pattern make_pattern(const PlacedWord& word, const Arguments&... arguments) {
  try {
    return Pattern(word.text, arguments...);
  } catch (const sys::Error& error) {
    throw BadInput(word.place, error.what());
  }
}

void need_some(const Node& node, bool empty) {
  if (empty) throw BadInput(node.place, "an empty list matches nothing; leave the key out or fill the list");
}

class MatcherReader {
 public:
  explicit MatcherReader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  Matcher read(const Node& node, const std::vector<EventKind>& events) {
    const std::vector<std::string> keys = common_keys(events);
    check_keys(node, events, keys);
    const Keys map(node, keys);
    Matcher matcher;
    read_exec(map, matcher);
    if (const Node* path = map.find("path")) matcher.path = files(*path);
    if (const Node* hosts = map.find("host")) {
      for (const PlacedWord& word : words(*hosts)) matcher.hosts.push_back(make_pattern<HostPattern>(word));
    }
    if (const Node* ports = map.find("port")) matcher.ports = read_ranges(*ports, 1, UINT16_MAX);
    if (const Node* modes = map.find("mode")) matcher.modes = read_modes(*modes);
    if (const Node* tools = map.find("tool")) matcher.tools = read_tools(*tools);
    return matcher;
  }

 private:
  void read_exec(const Keys& map, Matcher& matcher) {
    read_program_keys(map, matcher.program);
    if (const Node* paths = map.find("paths")) matcher.paths = read_paths(*paths);
    if (const Node* argc = map.find("argc")) matcher.argc = read_ranges(*argc, 0, UINT32_MAX);
    if (const Node* env = map.find("env")) matcher.env = read_env(*env);
    if (const Node* cwd = map.find("cwd")) matcher.cwd = files(*cwd);
    if (const Node* top = map.find("top")) matcher.top = config::read_bool(*top);
    if (const Node* parent = map.find("parent")) matcher.parent = read_programs(*parent);
    if (const Node* ancestor = map.find("ancestor")) matcher.ancestor = read_programs(*ancestor);
    if (const Node* writable = map.find("writable_program"))
      matcher.writable_program = config::read_bool(*writable);
  }

  void read_program_keys(const Keys& map, ProgramMatcher& matcher) {
    if (const Node* program = map.find("program")) {
      for (const PlacedWord& word : words(*program)) matcher.programs.push_back(read_program(word));
    }
    if (const Node* args = map.find("args")) matcher.args = read_args(*args);
    if (const Node* options = map.find("options")) matcher.options = read_options(*options);
    if (const Node* verbatim = map.find("verbatim")) matcher.verbatim = read_verbatim(*verbatim);
  }

  ProgramPattern read_program(const PlacedWord& word) {
    ProgramPattern pattern;
    const bool is_file = word.text.find('/') != std::string::npos;
    if (word.text.empty() ||
        (is_file && word.text.find_first_of("/~$") != 0 && !word.text.starts_with("**/")))
      throw BadInput(word.place, "a program is a name, an absolute path, or a glob for either; found " +
                                     config::shown(word.text));
    auto glob = make_pattern<WordGlob>(word);
    if (glob.literal() && (!is_file || word.text.front() == '/')) {
      pattern.kind = is_file ? ProgramPattern::Kind::path : ProgramPattern::Kind::name;
      pattern.text = *glob.literal();
    } else if (is_file) {
      pattern.kind = ProgramPattern::Kind::path_glob;
      pattern.file = make_pattern<FilePattern>(word, *vocabulary_.surroundings);
    } else {
      pattern.kind = ProgramPattern::Kind::name_glob;
      pattern.name = std::move(glob);
    }
    return pattern;
  }

  std::vector<ProgramMatcher> read_programs(const Node& node) {
    std::vector<ProgramMatcher> matchers;
    const auto add = [&](const Node& each) {
      const Keys map(each, {"program", "args", "options", "verbatim"});
      read_program_keys(map, matchers.emplace_back());
    };
    if (node.kind != Node::Kind::sequence) {
      add(node);
    } else {
      for (const Node& each : node.items) add(each);
      need_some(node, node.items.empty());
    }
    return matchers;
  }

  std::vector<ArgPattern> read_args(const Node& node) {
    std::vector<ArgPattern> patterns;
    const auto add = [&](const Node& each) {
      ArgPattern pattern;
      if (each.kind == Node::Kind::scalar && each.scalar == "**")
        pattern.any_words = true;
      else
        pattern.alternatives = globs(each);
      patterns.push_back(std::move(pattern));
    };
    if (node.kind != Node::Kind::sequence) {
      add(node);
    } else {
      for (const Node& each : node.items) add(each);
    }
    need_some(node, patterns.empty());
    if (patterns.size() > max_args) throw BadInput(node.place, "more than 63 words");
    return patterns;
  }

  /// An empty list says that there are no words.
  std::vector<ArgPattern> read_verbatim(const Node& node) {
    const bool nothing = node.kind == Node::Kind::sequence && node.items.empty();
    return nothing ? std::vector<ArgPattern>() : read_args(node);
  }

  OptionsMatcher read_options(const Node& node) {
    const Keys map(node, {"any", "all", "none", "only", "values"});
    OptionsMatcher matcher;
    if (const Node* any = map.find("any")) matcher.any = option_names(*any);
    if (const Node* none = map.find("none")) matcher.none = option_names(*none);
    if (const Node* all = map.find("all")) {
      if (all->kind != Node::Kind::sequence) matcher.all.push_back(option_names(*all));
      for (const Node& each : all->items) matcher.all.push_back(option_names(each));
      need_some(*all, matcher.all.empty());
    }
    if (const Node* only = map.find("only")) {
      const bool nothing = only->kind == Node::Kind::sequence && only->items.empty();
      matcher.only = nothing ? std::vector<std::string>() : option_names(*only);
    }
    if (const Node* values = map.find("values")) {
      if (values->kind != Node::Kind::map) config::fail_type(*values, "a map of options and their values");
      for (const config::Entry& entry : values->entries)
        matcher.values.emplace_back(option_names(entry.key).front(), globs(entry.value));
    }
    return matcher;
  }

  std::vector<std::string> option_names(const Node& node) {
    std::vector<std::string> names;
    for (const PlacedWord& word : words(node)) {
      if (word.text.size() < 2 || word.text.front() != '-')
        throw BadInput(word.place, "an option's name begins with '-', as in \"--force\"; found " +
                                       config::shown(word.text));
      if (word.text.find('=') != std::string::npos)
        throw BadInput(word.place,
                       "an option's name has no '='; its value is matched by options: {values: {…}}");
      names.push_back(word.text);
    }
    return names;
  }

  PathsMatcher read_paths(const Node& node) {
    const Keys map(node, {"any", "all", "none"});
    PathsMatcher matcher;
    if (const Node* any = map.find("any")) matcher.any = files(*any);
    if (const Node* all = map.find("all")) matcher.all = files(*all);
    if (const Node* none = map.find("none")) matcher.none = files(*none);
    return matcher;
  }

  EnvMatcher read_env(const Node& node) {
    const Keys map(node, {"any", "none", "equals"});
    EnvMatcher matcher;
    if (const Node* any = map.find("any")) matcher.any = globs(*any);
    if (const Node* none = map.find("none")) matcher.none = globs(*none);
    if (const Node* equals = map.find("equals")) {
      if (equals->kind != Node::Kind::map) config::fail_type(*equals, "a map of names and their values");
      for (const config::Entry& entry : equals->entries)
        matcher.equals.emplace_back(globs(entry.key).front(), globs(entry.value));
    }
    return matcher;
  }

  /// "3", "1-3", 3: one or a list of them.
  std::vector<CountRange> read_ranges(const Node& node, std::uint64_t least, std::uint64_t most) {
    std::vector<CountRange> ranges;
    for (const PlacedWord& word : words(node)) {
      CountRange range;
      const char* const end = word.text.data() + word.text.size();
      auto read = std::from_chars(word.text.data(), end, range.least);
      range.most = range.least;
      if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-')
        read = std::from_chars(read.ptr + 1, end, range.most);
      if (read.ec != std::errc() || read.ptr != end || range.least > range.most || range.least < least ||
          range.most > most)
        throw BadInput(word.place,
                       fmt::format("expected a number from {} to {} or a range such as 1-3; found {}", least,
                                   most, config::shown(word.text)));
      ranges.push_back(range);
    }
    return ranges;
  }

  std::vector<sandbox::Mode> read_modes(const Node& node) {
    using sandbox::Mode;
    std::vector<sandbox::Mode> modes;
    const auto add = [&](const Node& each) {
      modes.push_back(config::read_word<Mode>(each, {{"read-only", Mode::read_only},
                                                     {"workspace-write", Mode::workspace_write},
                                                     {"danger-full-access", Mode::danger_full_access}}));
    };
    if (node.kind != Node::Kind::sequence) add(node);
    for (const Node& each : node.items) add(each);
    need_some(node, modes.empty());
    return modes;
  }

  std::vector<std::string> read_tools(const Node& node) {
    std::vector<std::string> tools;
    if (node.kind != Node::Kind::sequence) tools.push_back(tool_names[config::read_index(node, tool_names)]);
    for (const Node& each : node.items) tools.push_back(tool_names[config::read_index(each, tool_names)]);
    need_some(node, tools.empty());
    return tools;
  }

  std::vector<PlacedWord> words(const Node& node) { return read_words(node, vocabulary_); }

  std::vector<WordGlob> globs(const Node& node) {
    std::vector<WordGlob> made;
    for (const PlacedWord& word : words(node)) made.push_back(make_pattern<WordGlob>(word));
    return made;
  }

  std::vector<FilePattern> files(const Node& node) {
    std::vector<FilePattern> made;
    for (const PlacedWord& word : words(node))
      made.push_back(make_pattern<FilePattern>(word, *vocabulary_.surroundings));
    return made;
  }

  const Vocabulary& vocabulary_;
};

void add_word(const Node& node, const Vocabulary& vocabulary, std::vector<PlacedWord>& words) {
  const std::string text = config::read_string(node);
  if (!text.starts_with('@')) {
    words.push_back({text, node.place});
    return;
  }
  const auto set = vocabulary.sets->find(std::string_view(text).substr(1));
  if (set != vocabulary.sets->end()) {
    for (const std::string& each : set->second) words.push_back({each, node.place});
    return;
  }
  std::vector<std::string> known;
  for (const auto& [name, list] : *vocabulary.sets) known.push_back("@" + name);
  const std::string near = config::nearest(text, known);
  throw BadInput(node.place, "there is no set " + config::shown(text) +
                                 (near.empty() ? "; a word that begins with '@' is written \\@"
                                               : "; did you mean '" + near + "'?"));
}

}  // namespace

std::vector<PlacedWord> read_words(const config::Node& node, const Vocabulary& vocabulary) {
  std::vector<PlacedWord> words;
  if (node.kind != Node::Kind::sequence) add_word(node, vocabulary, words);
  for (const Node& each : node.items) add_word(each, vocabulary, words);
  need_some(node, words.empty());
  return words;
}

std::vector<Matcher> read_matchers(const config::Node& node, const std::vector<EventKind>& events,
                                   const Vocabulary& vocabulary) {
  std::vector<Matcher> matchers;
  MatcherReader reader(vocabulary);
  if (node.kind != Node::Kind::sequence) {
    matchers.push_back(reader.read(node, events));
  } else {
    for (const Node& each : node.items) matchers.push_back(reader.read(each, events));
    need_some(node, node.items.empty());
  }
  return matchers;
}

}  // namespace policy
