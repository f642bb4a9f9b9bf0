#include "policy/shell_words.h"

#include <algorithm>

#include "policy/program_text.h"
#include "policy/shell_lexer.h"
#include "policy/word_list.h"
#include "policy/wrapper.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

constexpr int max_depth = 16;
constexpr std::size_t max_commands = 1000;

constexpr std::string_view keywords = " ! { } if then else elif fi while until do done coproc time ";
/// Those that only change the shell itself.
constexpr std::string_view builtins =
    " : alias bg break cd continue declare dirs disown exit export fg getopts hash history jobs let local "
    "mapfile "
    "popd pushd read readarray readonly return set shift shopt suspend times trap type typeset ulimit umask "
    "unalias "
    "unset wait ";

constexpr std::string_view directory_builtins = " cd pushd popd ";

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  std::string_view name = word.substr(0, equals);
  if (name.ends_with('+')) name.remove_suffix(1);
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

/// The words of a wrapper that are those of what it starts, too.
std::vector<std::size_t> expanded_in(const std::vector<std::string>& argv, const ShellCommand& around) {
  std::vector<std::size_t> expanded;
  for (std::size_t index = 0; index < argv.size(); ++index) {
    const auto is_it = [&](std::size_t word) { return around.argv.at(word) == argv[index]; };
    if (std::any_of(around.expanded.begin(), around.expanded.end(), is_it)) expanded.push_back(index);
  }
  return expanded;
}

/// Everything that is found, in the order in which it would start.
class Collector {
 public:
  explicit Collector(std::string_view home) : home_(home) {}

  void add_text(std::string_view text, const ShellCommand& context, int depth);
  void add_command(ShellCommand command, int depth);
  void add_unclear(ShellCommand context, std::string why) {
    context.argv.clear();
    context.unclear = std::move(why);
    commands_.push_back(std::move(context));
  }
  [[nodiscard]] std::string_view home() const { return home_; }
  std::vector<ShellCommand> take() { return std::move(commands_); }

 private:
  std::string_view home_;
  std::vector<ShellCommand> commands_;
};

class TextReader {
 public:
  TextReader(std::string_view text, Collector& collector, const ShellCommand& context, int depth)
      : lexer_(text, collector.home()), collector_(collector), context_(context), depth_(depth) {
    context_.argv.clear();
    context_.assignments.clear();
    context_.expanded.clear();
  }

  void read() {
    for (ShellToken token = lexer_.next(); token.kind != ShellToken::Kind::end && !stopped_;
         token = lexer_.next()) {
      switch (token.kind) {
        case ShellToken::Kind::word:
          add_word(token);
          break;
        case ShellToken::Kind::open:
          if (!words_.empty()) return stop("a function");
          directories_.push_back(context_.directory);
          break;
        case ShellToken::Kind::close:
          finish();
          if (directories_.empty()) return stop("a ')' without its '('");
          context_.directory = directories_.back();
          directories_.pop_back();
          break;
        case ShellToken::Kind::separator:
          finish();
          skipping_ = false;
          break;
        case ShellToken::Kind::end:
          break;
      }
    }
    finish();
    for (const std::string& inner : lexer_.substitutions()) collector_.add_text(inner, context_, depth_ + 1);
  }

 private:
  void add_word(ShellToken& token) {
    if (skipping_) return;
    if (in_test_) {
      in_test_ = token.text != "]]";
      return;
    }
    if (!words_.empty() || token.quoted || !token.dynamic.empty()) return words_.push_back(std::move(token));
    const bool is_option_of_time = after_time_ && token.text == "-p";
    after_time_ = token.text == "time";
    if (lists(keywords, token.text) || is_option_of_time) return;
    if (token.text == "[[") {
      in_test_ = true;
    } else if (token.text == "for" || token.text == "select") {
      skipping_ = true;  // up to its `do`; what its variable changes is dynamic by itself
    } else if (token.text == "case" || token.text == "function") {
      stop(token.text == "case" ? "a case" : "a function");
    } else {
      words_.push_back(std::move(token));
    }
  }

  void stop(const char* what) {
    stopped_ = true;
    words_.clear();
    collector_.add_unclear(context_, std::string("what stands behind ") + what + " is not followed");
  }

  void finish() {
    std::vector<ShellToken> words;
    words.swap(words_);
    ShellCommand command = context_;
    auto word = words.begin();
    for (; word != words.end() && is_assignment(word->text); ++word)
      command.assignments.push_back(word->text);
    if (word == words.end()) return;
    if (!word->dynamic.empty()) {
      command.unclear = "the name of the program is " + word->dynamic;
    } else if (word->glob && word->text != "[") {
      command.unclear = "the name of the program is a glob";
    }
    command.is_named = command.unclear.empty();
    for (; word != words.end(); ++word) {
      if (!word->dynamic.empty() || word->glob) command.expanded.push_back(command.argv.size());
      if (!word->dynamic.empty() && command.unclear.empty()) command.unclear = "a word is " + word->dynamic;
      command.argv.push_back(std::move(word->text));
    }
    if (lists(directory_builtins, command.argv.front())) change_directory(command);
    if (command.argv.front() == "trap" && command.argv.size() > 2)
      return collector_.add_text(command.argv[1], context_, depth_ + 1);
    if (!lists(builtins, command.argv.front())) collector_.add_command(std::move(command), depth_);
  }

  void change_directory(const ShellCommand& command) {
    const std::string& to = command.argv.back();
    if (command.argv.front() != "cd" || command.argv.size() < 2 || to.starts_with('-') ||
        !command.unclear.empty()) {
      context_.is_lost = true;
      return;
    }
    const std::string& from = context_.directory;
    context_.directory = to.starts_with('/') || from.empty() ? to : from + "/" + to;
  }

  ShellLexer lexer_;
  Collector& collector_;
  ShellCommand context_;
  int depth_;
  std::vector<ShellToken> words_;
  std::vector<std::string> directories_;
  bool in_test_ = false;
  bool after_time_ = false;
  bool skipping_ = false;
  bool stopped_ = false;
};

void Collector::add_text(std::string_view text, const ShellCommand& context, int depth) {
  if (depth > max_depth) return add_unclear(context, "it is nested too deeply");
  try {
    TextReader(text, *this, context, depth).read();
  } catch (const sys::Error& error) {
    add_unclear(context, error.what());
  }
}

void Collector::add_command(ShellCommand command, int depth) {
  if (commands_.size() == max_commands) return add_unclear(command, "there are too many commands");
  if (commands_.size() > max_commands) return;
  if (command.argv.front() == "." || command.argv.front() == "source")
    return add_unclear(command, "it reads commands from a file");
  const bool runs_itself = command.argv.front() != "exec" && command.argv.front() != "command" &&
                           command.argv.front() != "builtin" && command.argv.front() != "eval";
  if (command.argv.front() == "command" && command.argv.size() > 1 &&
      (command.argv[1] == "-v" || command.argv[1] == "-V"))
    return;
  if (depth > max_depth) return add_unclear(command, "it is nested too deeply");
  const std::vector<Wrapped> inside = unwrap(command.argv);
  ShellCommand context = command;
  if (command.untold.empty()) command.untold = untold_text(command.argv);
  if (runs_itself) {
    context.starter = commands_.size();
    commands_.push_back(std::move(command));
  }
  for (const std::string& assigned : command_texts(context.assignments))
    add_text(assigned, context, depth + 1);
  for (const Wrapped& each : inside) {
    if (each.text) {
      add_text(*each.text, context, depth + 1);
    } else {
      ShellCommand inner = context;
      inner.argv = each.argv;
      inner.expanded = expanded_in(each.argv, context);
      inner.assignments.insert(inner.assignments.end(), each.assignments.begin(), each.assignments.end());
      if (each.more_words) inner.untold = "more words come from the input";
      add_command(std::move(inner), depth + 1);
    }
  }
}

}  // namespace

std::vector<ShellCommand> commands_in_text(std::string_view text, std::string_view home) {
  Collector collector(home);
  collector.add_text(text, {}, 0);
  return collector.take();
}

std::vector<ShellCommand> commands_in(const std::vector<std::string>& argv, std::string_view home) {
  Collector collector(home);
  if (!argv.empty()) {
    ShellCommand command;
    command.argv = argv;
    collector.add_command(std::move(command), 0);
  }
  return collector.take();
}

}  // namespace policy
