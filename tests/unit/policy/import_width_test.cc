/// What is imported decides no less than the original where it refuses, and no more where it allows: tried
/// with patterns and commands by chance, against the formats' own matching.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "shelltool/command/import_command.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using Words = std::vector<std::string>;

class Chance {
 public:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_);
  }
  const std::string& of(const Words& words) { return words[below(words.size())]; }

 private:
  std::mt19937 engine_{20261126};
};

const Words programs{"git", "rm", "tar", "npm", "docker", "kubectl", "terraform", "unheard-of"};

/// The file says what the words mean to rules: programs are where any system has them.
sandbox::ExecEvent event_of(const Words& argv) {
  return tests::event_of(argv, tests::system_file("/usr/bin/" + argv.front()));
}

RuleSet imported(const std::string& source, const std::string& text) {
  Surroundings bare = tests::here();
  bare.search_path = {"/usr/bin"};
  const Import import = shelltool::import_rules(source, text, "/ws/.claude/f", bare);
  return RuleSet::compile({{Layer::user, config::read_yaml(import.yaml, "imported.yaml")}}, bare);
}

bool is_matched(const RuleSet& rules, const Words& argv) {
  const Decision decision = rules.decide(event_of(argv), State());
  return std::any_of(decision.matched.begin(), decision.matched.end(),
                     [](const Matched& rule) { return rule.rule != "claude.read-only"; });
}

struct Row {
  Words pattern, argv;
  bool is_original = false;
};

/// A command that begins as the pattern does, more often than not, with words added and taken away.
Words command_near(const Words& pattern, const Words& vocabulary, Chance& chance) {
  Words argv = pattern;
  for (std::size_t change = chance.below(3); change > 0; --change) {
    const std::size_t at = 1 + chance.below(argv.size());
    if (chance.below(4) == 0 && at < argv.size())
      argv.erase(argv.begin() + static_cast<std::ptrdiff_t>(at));
    else
      argv.insert(argv.begin() + static_cast<std::ptrdiff_t>(at), chance.of(vocabulary));
  }
  return argv;
}

/// What must hold of a rule that matches, and of one that does not.
void check_width(const RuleSet& deny, const RuleSet& allow, const Row& row) {
  CAPTURE(fmt::format("{}", fmt::join(row.pattern, "|")));
  CAPTURE(fmt::format("{}", fmt::join(row.argv, "|")));
  if (row.is_original) CHECK(is_matched(deny, row.argv));
  CHECK((!is_matched(allow, row.argv) || row.is_original));
}

TEST_CASE("an imported rule of Codex refuses no less and allows no more than Codex") {
  const Words vocabulary{"push",     "run",  "-f",    "--force", "-C",  "/x", "--", "-rf",
                         "--opt=v",  "-xzf", "xzf",   "exec",    "",    "-",  "@x", "a*",
                         "--force=", "-n",   "image", "=",       "a b", "+",  "-Cx"};
  Chance chance;
  std::size_t matches = 0;
  for (int round = 0; round < 100; ++round) {
    Words pattern{chance.of(programs)};
    for (std::size_t more = chance.below(4); more > 0; --more) pattern.push_back(chance.of(vocabulary));
    Words tokens;
    for (const std::string& word : pattern) tokens.push_back("'" + word + "'");
    const std::string rule =
        fmt::format("prefix_rule(pattern=[{}], decision='{{}}')", fmt::join(tokens, ", "));
    const RuleSet deny = imported("codex", fmt::format(fmt::runtime(rule), "forbidden"));
    const RuleSet allow = imported("codex", fmt::format(fmt::runtime(rule), "allow"));
    for (int command = 0; command < 30; ++command) {
      const Words argv = command_near(pattern, vocabulary, chance);
      const bool is_original =
          argv.size() >= pattern.size() && std::equal(pattern.begin(), pattern.end(), argv.begin());
      matches += is_original ? 1 : 0;
      check_width(deny, allow, {pattern, argv, is_original});
    }
  }
  CHECK(matches > 300);
}

bool is_like(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*')
    return is_like(pattern.substr(1), text) || (!text.empty() && is_like(pattern, text.substr(1)));
  return !text.empty() && pattern.front() == text.front() && is_like(pattern.substr(1), text.substr(1));
}

/// As Claude Code's documentation has it: text against text, and " *" at the end stands also for nothing
/// where it is the only wildcard.
bool is_like_claude(const std::string& pattern, const std::string& text) {
  const bool is_lone = pattern.ends_with(" *") && pattern.find('*') + 1 == pattern.size();
  return is_like(pattern, text) || (is_lone && text + " *" == pattern);
}

TEST_CASE("an imported permission of Claude Code refuses no less and allows no more than Claude Code") {
  const Words in_patterns{"push", "run", "-f", "*",       "*",    "*",  "a*",
                          "*b",   "a*b", "-*", "--force", "main", "x=*"};
  const Words in_commands{"push", "run", "-f",      "a",    "b",   "ab", "axb",
                          "xb",   "ax",  "--force", "main", "x=1", "-n"};
  Chance chance;
  std::size_t matches = 0;
  for (int round = 0; round < 100; ++round) {
    Words pattern{chance.below(6) == 0 ? chance.of({"*", "g*", "*m", "n*m"}) : chance.of(programs)};
    for (std::size_t more = chance.below(4); more > 0; --more) pattern.push_back(chance.of(in_patterns));
    const std::string text = fmt::format("{}", fmt::join(pattern, " "));
    const auto settings = [&](const char* list) {
      return fmt::format(R"j({{"permissions": {{"{}": ["Bash({})"], "defaultMode": "bypassPermissions"}}}})j",
                         list, text);
    };
    const RuleSet deny = imported("claude", settings("deny"));
    const RuleSet allow = imported("claude", settings("allow"));
    for (int command = 0; command < 30; ++command) {
      Words near = pattern;
      for (std::string& word : near)
        for (std::size_t star = word.find('*'); star != std::string::npos; star = word.find('*'))
          word.replace(star, 1, chance.of({"", "x", "ab"}));
      if (near.front().empty()) near.front() = "git";
      std::erase(near, "");
      const Words argv = command_near(near, in_commands, chance);
      const bool is_original = is_like_claude(text, fmt::format("{}", fmt::join(argv, " ")));
      matches += is_original ? 1 : 0;
      check_width(deny, allow, {pattern, argv, is_original});
    }
  }
  CHECK(matches > 300);
}

TEST_CASE("a source that is damaged anywhere is imported or refused at its own place") {
  Chance chance;
  const Words damages{"'",  "\"", "[", "]", "(", ")", ",",    "\\", "*",
                      "\n", "{",  "}", ":", "@", "#", "\xff", "é",  "/"};
  for (const auto& [source, name] :
       {std::pair{"codex", "import/codex.rules"}, std::pair{"claude", "import/claude.json"}}) {
    const std::string whole = tests::text_of_data(name);
    std::size_t refused = 0;
    for (int round = 0; round < 300; ++round) {
      std::string text = whole;
      const std::string& damage = chance.of(damages);
      const std::size_t at = chance.below(text.size());
      if (chance.below(3) == 0)
        text.erase(at, 1 + chance.below(4));
      else
        text.insert(at, damage);
      CAPTURE(text.substr(at > 30 ? at - 30 : 0, 60));
      try {
        const Import import = shelltool::import_rules(source, text, "f", tests::here());
        CHECK(!import.yaml.empty());
      } catch (const config::BadInput& error) {
        CHECK(error.place().file == "f");
        ++refused;
      }
    }
    CHECK(refused > 50);
  }
}

}  // namespace
}  // namespace policy
