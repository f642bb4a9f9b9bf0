#include "policy/matcher_reader.h"

#include "config/reader.h"
#include "config/text.h"
#include "policy/rules_shape.h"

namespace policy {
namespace {

using config::BadInput;
using config::find;
using config::Node;

/// Makes a pattern; what is wrong with it is told with its place.
template <class Pattern, class... Arguments>
Pattern make_pattern(const PlacedWord& word, const Arguments&... arguments) {
  try {
    return Pattern(word.text, arguments...);
  } catch (const sys::Error& error) {
    throw BadInput(word.place, error.what());
  }
}

/// Calls for each of a list, or for what is a list of one.
template <class Visit>
void for_each(const Node& node, Visit visit) {
  if (node.kind != Node::Kind::sequence) return visit(node);
  for (const Node& each : node.items) visit(each);
}

class MatcherReader {
 public:
  explicit MatcherReader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  Matcher read(const Node& map) {
    Matcher matcher;
    read_process(map, matcher);
    if (const Node* path = find(map, "path")) matcher.path = files(*path);
    if (const Node* hosts = find(map, "host")) {
      for (const PlacedWord& word : words(*hosts)) matcher.hosts.push_back(make_pattern<HostPattern>(word));
    }
    if (const Node* ports = find(map, "port")) matcher.ports = read_ranges(*ports, port_shape);
    if (const Node* modes = find(map, "mode"))
      for_each(*modes, [&](const Node& each) {
        matcher.modes.push_back(static_cast<sandbox::Mode>(config::index_of(each, mode_shape)));
      });
    if (const Node* tools = find(map, "tool"))
      for_each(*tools, [&](const Node& each) { matcher.tools.push_back(each.scalar); });
    return matcher;
  }

 private:
  void read_process(const Node& map, Matcher& matcher) {
    read_program_keys(map, matcher.program);
    if (const Node* paths = find(map, "paths")) matcher.paths = read_paths(*paths);
    if (const Node* argc = find(map, "argc")) matcher.argc = read_ranges(*argc, count_shape);
    if (const Node* env = find(map, "env")) matcher.env = read_env(*env);
    if (const Node* cwd = find(map, "cwd")) matcher.cwd = files(*cwd);
    if (const Node* top = find(map, "top")) matcher.top = config::read_bool(*top);
    if (const Node* parent = find(map, "parent")) matcher.parent = read_programs(*parent);
    if (const Node* ancestor = find(map, "ancestor")) matcher.ancestor = read_programs(*ancestor);
    if (const Node* writable = find(map, "writable_program"))
      matcher.writable_program = config::read_bool(*writable);
  }

  void read_program_keys(const Node& map, ProgramMatcher& matcher) {
    if (const Node* program = find(map, "program")) {
      for (const PlacedWord& word : words(*program)) matcher.programs.push_back(read_program(word));
    }
    if (const Node* args = find(map, "args")) matcher.args = read_args(*args);
    if (const Node* options = find(map, "options")) matcher.options = read_options(*options);
    if (const Node* verbatim = find(map, "verbatim")) matcher.verbatim = read_args(*verbatim);
  }

  ProgramPattern read_program(const PlacedWord& word) {
    ProgramPattern pattern;
    config::check_spelling(word.text, program_spelling, word.place);
    const bool is_file = word.text.find('/') != std::string::npos;
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
    for_each(node, [&](const Node& each) { read_program_keys(each, matchers.emplace_back()); });
    return matchers;
  }

  std::vector<ArgPattern> read_args(const Node& node) {
    std::vector<ArgPattern> patterns;
    for_each(node, [&](const Node& each) {
      ArgPattern& pattern = patterns.emplace_back();
      pattern.any_words = each.kind == Node::Kind::scalar && each.scalar == "**";
      if (!pattern.any_words) pattern.alternatives = globs(each);
    });
    return patterns;
  }

  OptionsMatcher read_options(const Node& map) {
    OptionsMatcher matcher;
    if (const Node* any = find(map, "any")) matcher.any = option_names(*any);
    if (const Node* none = find(map, "none")) matcher.none = option_names(*none);
    if (const Node* all = find(map, "all"))
      for_each(*all, [&](const Node& each) { matcher.all.push_back(option_names(each)); });
    if (const Node* only = find(map, "only")) matcher.only = option_names(*only);
    if (const Node* values = find(map, "values"))
      for (const config::Entry& entry : values->entries)
        matcher.values.emplace_back(option_names(entry.key).front(), globs(entry.value));
    return matcher;
  }

  std::vector<std::string> option_names(const Node& node) {
    std::vector<std::string> names;
    for (const PlacedWord& word : words(node)) {
      config::check_spelling(word.text, option_spelling, word.place);
      names.push_back(word.text);
    }
    return names;
  }

  PathsMatcher read_paths(const Node& map) {
    PathsMatcher matcher;
    if (const Node* any = find(map, "any")) matcher.any = files(*any);
    if (const Node* all = find(map, "all")) matcher.all = files(*all);
    if (const Node* none = find(map, "none")) matcher.none = files(*none);
    return matcher;
  }

  EnvMatcher read_env(const Node& map) {
    EnvMatcher matcher;
    if (const Node* any = find(map, "any")) matcher.any = globs(*any);
    if (const Node* none = find(map, "none")) matcher.none = globs(*none);
    if (const Node* equals = find(map, "equals"))
      for (const config::Entry& entry : equals->entries)
        matcher.equals.emplace_back(globs(entry.key).front(), globs(entry.value));
    return matcher;
  }

  std::vector<CountRange> read_ranges(const Node& node, const config::Shape& shape) {
    std::vector<CountRange> ranges;
    for (const PlacedWord& word : words(node))
      ranges.push_back(config::read_range(word.text, word.place, shape.least, shape.most));
    return ranges;
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
  for_each(node, [&](const Node& each) { add_word(each, vocabulary, words); });
  return words;
}

void check_matchers(const config::Node& node, const std::vector<EventKind>& events) {
  config::Kinds kinds{0, "event", event_shape.words};
  for (const EventKind event : events) kinds.mask |= 1U << static_cast<unsigned>(event);
  config::check(node, matchers_shape, kinds);
}

std::vector<Matcher> read_matchers(const config::Node& node, const Vocabulary& vocabulary) {
  std::vector<Matcher> matchers;
  MatcherReader reader(vocabulary);
  for_each(node, [&](const Node& each) { matchers.push_back(reader.read(each)); });
  return matchers;
}

}  // namespace policy
