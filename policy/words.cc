#include "policy/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace policy {
namespace {

/// "-a" for every byte: options of a cluster have names without being written out anywhere.
const std::array<std::array<char, 2>, 256>& short_names() {
  static const auto names = [] {
    std::array<std::array<char, 2>, 256> made{};
    for (std::size_t byte = 0; byte < made.size(); ++byte) made[byte] = {'-', static_cast<char>(byte)};
    return made;
  }();
  return names;
}

std::string_view short_name(char letter) {
  const auto& name = short_names()[static_cast<unsigned char>(letter)];
  return {name.data(), name.size()};
}

enum class Takes { nothing, value, rest, unknown };

class Reader {
 public:
  Reader(const std::vector<std::string>& argv, const Grammar& grammar)
      : argv_(argv), grammar_(grammar), known_(grammar.known) {
    for (const Grammar* each = &grammar; each != nullptr; each = each->under.get()) commands_.push_back(each);
    std::reverse(commands_.begin(), commands_.end());
  }

  Words read(std::size_t first) {
    for (at_ = first; at_ < argv_.size(); ++at_) {
      const std::string_view word = argv_[at_];
      const bool maybe_value = std::exchange(after_unknown_, false);
      if (at_ == first && grammar_.style == Style::letters && !word.empty() && word[0] != '-') {
        read_letters(word);
      } else if (ended_ || grammar_.style == Style::words || word.size() < 2 || word[0] != '-') {
        add_positional(word, maybe_value);
      } else if (word == "--" && !find(word)) {
        ended_ = true;
      } else {
        maybe_value_ = maybe_value;
        read_option(word);
      }
    }
    return std::move(words_);
  }

 private:
  void add_positional(std::string_view word, bool maybe_value) {
    words_.positionals.push_back({word, maybe_value});
    if (maybe_value) return;
    if (operands_ == 0 && enter(word)) return;
    ++operands_;
    ended_ = ended_ || std::any_of(commands_.begin() + here_, commands_.end(), [&](const Command* command) {
               return operands_ == command->options_end_at;
             });
  }

  /// True when the word is one of the commands that may stand here.
  bool enter(std::string_view word) {
    const std::size_t end = commands_.size();
    bool has_commands = false;
    for (auto at = static_cast<std::size_t>(here_); at < end; ++at) {
      has_commands = has_commands || commands_[at]->has_commands();
      if (const Command* command = commands_[at]->find(word)) commands_.push_back(command);
    }
    if (commands_.size() == end) {
      known_ = known_ && !has_commands;
      return false;
    }
    here_ = static_cast<std::ptrdiff_t>(end);
    return true;
  }

  void read_option(std::string_view word) {
    const std::size_t equals = word.find('=');
    const bool whole = word.starts_with("--") || grammar_.style == Style::single_dash;
    if (!whole) return read_cluster(word);
    if (equals != std::string_view::npos) {
      add({word.substr(0, equals), word, word.substr(equals + 1), false, maybe_value_});
    } else {
      add_with_next({word, word, std::nullopt, false, maybe_value_}, takes(word));
    }
  }

  /// "-rf", "-n5", "-xvf FILE", and perhaps a long name behind one dash.
  void read_cluster(std::string_view word) {
    if (const auto listed = word.size() > 2 ? find(word) : std::nullopt)
      return add_with_next({word, word, std::nullopt, false, maybe_value_}, *listed);
    const bool maybe_letter = !known_ && word.size() > 2;
    for (std::size_t letter = 1; letter < word.size(); ++letter) {
      Option option{short_name(word[letter]), word, std::nullopt, false, maybe_value_, maybe_letter};
      const bool last = letter + 1 == word.size();
      if (last) return add_with_next(option, takes(option.name));
      if (takes_rest(option.name)) {
        option.value = word.substr(letter + 1);
        return add(option);
      }
      add(option);
    }
  }

  /// "czf FILE": letters in one word, their values in the next ones.
  void read_letters(std::string_view word) {
    maybe_value_ = false;
    for (const char letter : word)
      add_with_next({short_name(letter), word, std::nullopt, false, false, false}, takes(short_name(letter)));
  }

  void add(Option option) {
    option.listed = find(option.name).has_value();
    words_.options.push_back(option);
    ended_ = ended_ || is_listed(&Command::last_options, option.name);
  }

  void add_with_next(Option option, Takes wanted) {
    if (wanted == Takes::value && at_ + 1 < argv_.size()) option.value = argv_[++at_];
    after_unknown_ = wanted == Takes::unknown;
    if (!option.value && at_ + 1 < argv_.size()) option.next = argv_[at_ + 1];
    add(option);
  }

  [[nodiscard]] bool is_in(const Names& names, std::string_view option) const {
    return names.contains(option) || (grammar_.style == Style::single_dash && option.starts_with("--") &&
                                      names.contains(option.substr(1)));
  }

  [[nodiscard]] bool is_listed(Names Command::*list, std::string_view option) const {
    return std::any_of(commands_.begin(), commands_.end(),
                       [&](const Command* command) { return is_in(command->*list, option); });
  }

  /// What the innermost command that lists the option says.
  [[nodiscard]] std::optional<Takes> find(std::string_view option) const {
    for (auto command = commands_.rbegin(); command != commands_.rend(); ++command) {
      if (is_in((*command)->flags, option)) return Takes::nothing;
      const bool value = is_in((*command)->value_options, option);
      if (is_in((*command)->attached_options, option)) return value ? Takes::unknown : Takes::rest;
      if (value) return Takes::value;
    }
    return std::nullopt;
  }

  [[nodiscard]] Takes takes(std::string_view name) const {
    if (const auto listed = find(name)) return *listed;
    if (!known_ || may_be_of_a_later_command()) return Takes::unknown;
    if (!name.starts_with("--") || grammar_.style == Style::single_dash) return Takes::nothing;
    // It may be a shortened name of one that takes a value, or a name of its own.
    const bool shortened = std::any_of(commands_.begin(), commands_.end(), [&](const Command* command) {
      const auto longer = command->value_options.lower_bound(name);
      return longer != command->value_options.end() && std::string_view(*longer).starts_with(name);
    });
    return shortened ? Takes::unknown : Takes::nothing;
  }

  [[nodiscard]] bool may_be_of_a_later_command() const {
    return operands_ == 0 &&
           std::any_of(commands_.begin() + here_, commands_.end(), [](const Command* command) {
             return command->early_options && command->has_commands();
           });
  }

  [[nodiscard]] bool takes_rest(std::string_view name) const {
    const auto listed = find(name);
    return listed && *listed != Takes::nothing;
  }

  const std::vector<std::string>& argv_;
  const Grammar& grammar_;
  bool known_;
  /// From the program to the command that is read, each behind what it is laid over.
  std::vector<const Command*> commands_;
  std::ptrdiff_t here_ = 0;  ///< where those of the innermost command begin
  Words words_;
  std::size_t at_ = 0;
  std::size_t operands_ = 0;  ///< words behind the command
  bool ended_ = false;
  bool after_unknown_ = false;
  bool maybe_value_ = false;  ///< of the word that is being read
};

}  // namespace

Words read_words(const std::vector<std::string>& argv, std::size_t first, const Grammar& grammar) {
  return Reader(argv, grammar).read(first);
}

}  // namespace policy
