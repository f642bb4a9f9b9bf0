#include "policy/import/claude_command.h"

#include <algorithm>

#include "policy/glob.h"
#include "policy/shell_lexer.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

constexpr std::size_t max_words = 60;
constexpr std::size_t max_readings = 16;

/// A redirection that no quotes enclose; the lexer passes over them.
bool has_redirection(std::string_view text) {
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && quote != '\'') {
      ++at;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '<' || c == '>') {
      return true;
    }
  }
  return false;
}

/// The words of the text; throws sys::Error with the reason why it is no simple command.
std::vector<ShellToken> tokens_of(std::string_view text, std::string_view home) {
  const auto fail = [](const std::string& why) { throw sys::Error(sys::Kind::invalid, why); };
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\n'; }))
    fail("it has a control character");
  if (has_redirection(text)) fail("it has a redirection, which is checked as a file that is written");
  std::vector<ShellToken> tokens;
  ShellLexer lexer(text, home);
  for (ShellToken token = lexer.next(); token.kind != ShellToken::Kind::end; token = lexer.next()) {
    if (token.kind != ShellToken::Kind::word)
      fail("it has a shell operator: Claude Code takes commands apart there, so that this matches none");
    if (!token.dynamic.empty())
      fail("it has " + token.dynamic + ": a program is given what comes of it, and a rule sees no more");
    tokens.push_back(std::move(token));
  }
  if (tokens.size() > max_words) fail("it has more words than a rule can have");
  return tokens;
}

bool has_star(std::string_view text) { return text.find('*') != std::string_view::npos; }

/// Of Claude Code's wildcards there is one; what else means something to a glob is itself.
std::string glob_of(std::string_view text) {
  std::string glob;
  for (const char c : text) glob += c == '*' ? "*" : glob_quoted(std::string_view(&c, 1));
  return glob.starts_with('@') ? "\\" + glob : glob;
}

PatternWord word_of(std::string_view text) { return {{glob_of(text)}}; }
const PatternWord any_words{{}, true};

/// What a word may stand for, in words.
std::vector<std::vector<PatternWord>> readings_of(const ShellToken& token) {
  const std::string_view text = token.text;
  if (!has_star(text)) return {{word_of(text)}};
  const std::string_view head = text.substr(0, text.find('*'));
  const std::string_view tail = text.substr(text.rfind('*') + 1);
  if (!token.quoted && head.size() + 1 == text.size()) return {{word_of(text), any_words}};
  std::vector<PatternWord> spread;
  if (!head.empty()) spread.push_back(word_of(std::string(head) + "*"));
  spread.push_back(any_words);
  if (!tail.empty()) spread.push_back(word_of("*" + std::string(tail)));
  return {{word_of(text)}, spread};
}

using Words = std::vector<PatternWord>;

/// Each way to read all of them.
std::vector<Words> readings_of(const std::vector<ShellToken>& tokens) {
  std::vector<Words> all{{}};
  for (const ShellToken& token : tokens) {
    std::vector<Words> longer;
    for (const Words& reading : readings_of(token)) {
      for (const Words& before : all) {
        longer.push_back(before);
        longer.back().insert(longer.back().end(), reading.begin(), reading.end());
      }
    }
    all = std::move(longer);
    if (all.size() > max_readings)
      throw sys::Error(sys::Kind::invalid, "it has too many wildcards within words");
  }
  return all;
}

/// "NAME=value" in front of the command.
bool take_assignment(const ShellToken& token, CommandPattern& pattern) {
  const std::size_t equals = token.text.find('=');
  if (equals == std::string::npos || equals == 0 || token.text.find_first_of("/*-. ") < equals) return false;
  pattern.env.emplace_back(glob_of(token.text.substr(0, equals)), glob_of(token.text.substr(equals + 1)));
  return true;
}

/// The first word is the program. That of a wildcard alone may be any, and so may the words behind it.
void set_program(Words words, Verdict verdict, CommandPattern& pattern) {
  const PatternWord first = words.front();
  const bool is_any = first.any_words || first.globs.front() == "*";
  if (!first.any_words) words.erase(words.begin());
  pattern.words = std::move(words);
  if (is_any) return;
  const std::optional<std::string> program = program_pattern(first.globs.front(), verdict);
  if (!program)
    throw sys::Error(sys::Kind::invalid, "no program can be called {}", sys::shown(first.globs.front()));
  pattern.programs = {*program};
  pattern.in_workspace = program->starts_with("${workspace}");
}

/// A wildcard at the end, which stands for further words.
bool take_end(std::vector<ShellToken>& tokens, bool has_other_stars) {
  ShellToken& last = tokens.back();
  if (last.quoted || !last.text.ends_with('*')) return false;
  if (last.text == "*" && !has_other_stars && tokens.size() > 1) tokens.pop_back();
  return true;
}

void read(std::string_view text, Verdict verdict, std::string_view home, ClaudeCommand& command) {
  std::vector<ShellToken> tokens = tokens_of(text, home);
  CommandPattern common;
  while (!tokens.empty() && take_assignment(tokens.front(), common)) tokens.erase(tokens.begin());
  if (tokens.empty()) throw sys::Error(sys::Kind::invalid, "it names no program");
  const std::size_t stars = static_cast<std::size_t>(std::count_if(
      tokens.begin(), tokens.end(), [](const ShellToken& token) { return has_star(token.text); }));
  common.is_open = take_end(tokens, stars > 1);
  command.program = has_star(tokens.front().text) ? "" : tokens.front().text;
  for (Words& words : readings_of(tokens)) {
    CommandPattern& reading = command.readings.emplace_back(common);
    const bool ends_open = reading.is_open && words.back().any_words;
    if (ends_open) words.pop_back();
    set_program(std::move(words), verdict, reading);
  }
}

}  // namespace

ClaudeCommand read_claude_command(std::string_view text, Verdict verdict, std::string_view home) {
  ClaudeCommand command;
  const std::size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  text = text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
  std::string spaced(text);
  if (spaced.ends_with(":*")) spaced.replace(spaced.size() - 2, 2, " *");
  if (text.empty() || spaced == "*" || spaced == " *") {
    command.readings.emplace_back();
    return command;
  }
  try {
    read(spaced, verdict, home, command);
  } catch (const sys::Error& error) {
    command.readings.clear();
    command.fault = error.what();
  }
  return command;
}

}  // namespace policy
