#include "policy/words.h"

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

enum class Takes { nothing, value, unknown };

class Reader {
 public:
  Reader(const std::vector<std::string>& argv, const Grammar& grammar)
      : argv_(argv), grammar_(grammar), known_(grammar.known), values_(&grammar.value_options) {}

  Words read(std::size_t first) {
    for (at_ = first; at_ < argv_.size(); ++at_) {
      const std::string_view word = argv_[at_];
      const bool maybe_value = std::exchange(after_unknown_, false);
      if (ended_ || grammar_.style == Style::words || word.size() < 2 || word[0] != '-') {
        add_positional(word, maybe_value);
      } else if (word == "--") {
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
    if (command_seen_ || maybe_value) return;
    command_seen_ = true;
    if (grammar_.commands.empty()) return;
    const auto command = grammar_.commands.find(word);
    known_ = known_ && command != grammar_.commands.end();
    static const Names none;
    values_ = command == grammar_.commands.end() ? &none : &command->second;
  }

  void read_option(std::string_view word) {
    const std::size_t equals = word.find('=');
    const bool whole = word.starts_with("--") || grammar_.style == Style::single_dash;
    if (!whole) return read_cluster(word);
    if (equals != std::string_view::npos) {
      add({word.substr(0, equals), word, word.substr(equals + 1), maybe_value_});
    } else {
      add_with_next({word, word, std::nullopt, maybe_value_}, takes(word));
    }
  }

  /// "-rf", "-n5", "-xvf FILE", and perhaps a long name behind one dash.
  void read_cluster(std::string_view word) {
    if (word.size() > 2 && values_->contains(word))
      return add_with_next({word, word, std::nullopt, maybe_value_}, Takes::value);
    const bool maybe_letter = !known_ && word.size() > 2;
    for (std::size_t letter = 1; letter < word.size(); ++letter) {
      Option option{short_name(word[letter]), word, std::nullopt, maybe_value_, maybe_letter};
      const bool last = letter + 1 == word.size();
      const Takes wanted = takes(option.name);
      if (last) return add_with_next(option, wanted);
      if (wanted == Takes::value) {
        option.value = word.substr(letter + 1);
        return add(option);
      }
      add(option);
    }
  }

  void add(const Option& option) { words_.options.push_back(option); }

  void add_with_next(Option option, Takes wanted) {
    if (wanted == Takes::value && at_ + 1 < argv_.size()) option.value = argv_[++at_];
    after_unknown_ = wanted == Takes::unknown;
    add(option);
  }

  [[nodiscard]] Takes takes(std::string_view name) const {
    if (values_->contains(name)) return Takes::value;
    if (grammar_.style == Style::single_dash && name.starts_with("--") && values_->contains(name.substr(1)))
      return Takes::value;
    if (!known_) return Takes::unknown;
    if (grammar_.style != Style::gnu || !name.starts_with("--")) return Takes::nothing;
    // It may be a shortened name of one that takes a value, or a name of its own.
    const auto longer = values_->lower_bound(name);
    const bool shortened = longer != values_->end() && std::string_view(*longer).starts_with(name);
    return shortened ? Takes::unknown : Takes::nothing;
  }

  const std::vector<std::string>& argv_;
  const Grammar& grammar_;
  bool known_;
  const Names* values_;
  Words words_;
  std::size_t at_ = 0;
  bool ended_ = false;
  bool command_seen_ = false;
  bool after_unknown_ = false;
  bool maybe_value_ = false;  ///< of the word that is being read
};

}  // namespace

Words read_words(const std::vector<std::string>& argv, std::size_t first, const Grammar& grammar) {
  return Reader(argv, grammar).read(first);
}

}  // namespace policy
