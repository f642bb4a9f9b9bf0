#pragma once
/// What a rule says under `when` and `unless`. All keys must hold; a list means any.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/reader.h"
#include "policy/decision.h"
#include "policy/event.h"
#include "policy/face.h"
#include "policy/file_pattern.h"
#include "policy/glob.h"
#include "policy/host_pattern.h"
#include "policy/reach.h"

namespace policy {

/// A program's name, the absolute path of one, or a glob for either.
struct ProgramPattern {
  enum class Kind { name, path, name_glob, path_glob };
  Kind kind = Kind::name;
  std::string text;  ///< of a name or path
  std::optional<WordGlob> name;
  std::optional<FilePattern> file;
};
/// As it was written.
const std::string& text_of(const ProgramPattern& pattern);

/// One place in `args`: alternatives, or "**".
struct ArgPattern {
  bool any_words = false;
  std::vector<WordGlob> alternatives;
};
/// More places than this are refused.
constexpr std::size_t max_args = 63;

struct OptionsMatcher {
  std::vector<std::string> any;
  std::vector<std::vector<std::string>> all;  ///< of each list one
  std::vector<std::string> none;
  std::optional<std::vector<std::string>> only;
  /// Widely: given, with one such value. Narrowly: given, and every value is such.
  std::vector<std::pair<std::string, std::vector<WordGlob>>> values;
};

struct PathsMatcher {
  std::vector<FilePattern> any, all, none;
};

struct EnvMatcher {
  std::vector<WordGlob> any, none;
  /// Widely: a variable of such a name has one such value. Narrowly: there is one, and each has.
  std::vector<std::pair<WordGlob, std::vector<WordGlob>>> equals;
};

using config::CountRange;

/// The keys that `parent` and `ancestor` have too.
struct ProgramMatcher {
  std::vector<ProgramPattern> programs;
  std::optional<std::vector<ArgPattern>> args;
  std::optional<OptionsMatcher> options;
  /// All the words behind the program's name, options too, as they stand.
  std::optional<std::vector<ArgPattern>> verbatim;
};

/// The keys of a process come first; an exec has them, and a connection by the process that makes it.
struct Matcher {
  ProgramMatcher program;
  std::optional<PathsMatcher> paths;
  std::vector<CountRange> argc;  ///< of the words that are no options
  std::optional<EnvMatcher> env;
  std::vector<FilePattern> cwd;
  std::optional<bool> top;
  std::vector<ProgramMatcher> parent, ancestor;
  std::optional<bool> writable_program;
  std::vector<FilePattern> path;
  std::vector<HostPattern> hosts;
  std::vector<CountRange> ports;
  std::vector<sandbox::Mode> modes;
  std::vector<std::string> tools;

  /// Some key is one of a process.
  [[nodiscard]] bool names_process() const;
};

/// What a matcher looks at besides the face.
struct Scene {
  const sandbox::ExecEvent* event = nullptr;  ///< none: no process is known
  const State* state = nullptr;
  const Identity* identity = nullptr;
  const ProgramTable* programs = nullptr;  ///< as the rule's layer knows them
  int layer = 0;
  Resolve resolve = Resolve::on_disk;
  std::string_view tool = "shell";
  const FileEvent* file = nullptr;
  const NetEvent* net = nullptr;
};

/// The first key that does not hold, in the order in which they are looked at.
enum class Mismatch : unsigned char {
  none,     ///< the matcher matches
  process,  ///< which process it is, is not known
  top,
  writable_program,
  mode,
  tool,
  path,
  host,
  port,
  program,
  args,
  verbatim,
  options_any,
  options_all,
  options_none,
  options_only,
  options_values,
  argc,
  env_any,
  env_none,
  env_equals,
  cwd,
  parent,
  ancestor,
  paths_any,
  paths_all,
  paths_none
};

Mismatch mismatch_of(const Matcher& matcher, const Face& face, const Scene& scene, Reach reach);
/// The same for what no known process does: widely, it may be any.
Mismatch mismatch_of(const Matcher& matcher, const Scene& scene, Reach reach);

/// The face has a name that the matcher means, or the matcher names none.
bool is_named(const ProgramMatcher& matcher, const Face& face);

}  // namespace policy
