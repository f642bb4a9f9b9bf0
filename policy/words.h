#pragma once
/// A command line as its program reads it: the words, and the options with their values. Options' names are
/// compared byte for byte.
///
/// Where it is not known how a program reads a word, both readings are kept: the `maybe` members say
/// so, and the matcher takes the reading that keeps a rule strict.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/program.h"

namespace policy {

struct Positional {
  std::string_view text;
  bool maybe_value = false;  ///< it stands behind an unknown option and may be its value
};

struct Option {
  std::string_view name;  ///< "-r", "--force"
  std::string_view word;  ///< the whole word that it stands in: "-rf", "--force", "--opt=v"
  std::optional<std::string_view> value;
  bool listed = false;        ///< the grammar lists it, so that it is no shortened form of another one
  bool maybe_value = false;   ///< it stands behind an unknown option and may be its value
  bool maybe_letter = false;  ///< it is one of several letters, which may also be one long name or a value
  std::optional<std::string_view> next = {};  ///< the word behind it, where it has no value that is known
};

struct Words {
  std::vector<Positional> positionals;
  std::vector<Option> options;
};

/// The words from argv[first] on. The result holds views into `argv`, which must outlive it.
Words read_words(const std::vector<std::string>& argv, std::size_t first, const Grammar& grammar);

}  // namespace policy
