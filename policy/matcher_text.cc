#include "policy/matcher_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "sandbox/sys/text.h"

namespace policy {
namespace {

/// Of a long list its beginning.
template <class List, class TextOf>
std::string joined(const List& list, const char* divider, const TextOf& text_of) {
  constexpr std::size_t most = 8;
  std::string text;
  std::size_t count = 0;
  for (const auto& each : list) {
    if (++count > most) continue;
    if (count > 1) text += divider;
    text += text_of(each);
  }
  return count > most ? text + fmt::format("{}… {} more", divider, count - most) : text;
}

std::string text(const std::string& word) { return sys::visible(word); }
std::string text(const WordGlob& glob) { return sys::visible(glob.text()); }
std::string text(const FilePattern& pattern) { return sys::visible(pattern.text()); }
std::string text(const HostPattern& host) { return host.text(); }
std::string text(sandbox::Mode mode) { return sandbox::name_of(mode); }
std::string text(const CountRange& range) {
  return range.least == range.most ? fmt::format("{}", range.least)
                                   : fmt::format("{}-{}", range.least, range.most);
}
std::string text(const ProgramPattern& pattern) { return sys::visible(text_of(pattern)); }
template <class Value>
std::string list_of(const std::vector<Value>& values) {
  return joined(values, ", ", [](const Value& value) { return text(value); });
}
std::string text(const ArgPattern& pattern) {
  if (pattern.any_words) return "**";
  return pattern.alternatives.size() == 1 ? text(pattern.alternatives.front())
                                          : "[" + list_of(pattern.alternatives) + "]";
}
std::string args_text(const std::vector<ArgPattern>& patterns) {
  return joined(patterns, " ", [](const ArgPattern& pattern) { return text(pattern); });
}

/// "any -f, --force and none -n".
class Parts {
 public:
  explicit Parts(const char* divider = " and ") : divider_(divider) {}
  void add(const char* name, const std::string& value) {
    if (!value.empty()) text_ += fmt::format("{}{} {}", text_.empty() ? "" : divider_, name, value);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const char* divider_;
  std::string text_;
};

std::string text(const OptionsMatcher& options) {
  Parts parts;
  parts.add("any", list_of(options.any));
  parts.add("all", joined(options.all, ", ", [](const std::vector<std::string>& names) {
              return names.size() == 1 ? names.front() : "[" + list_of(names) + "]";
            }));
  parts.add("none", list_of(options.none));
  if (options.only) parts.add("only", options.only->empty() ? "nothing" : list_of(*options.only));
  for (const auto& [name, values] : options.values) parts.add(name.c_str(), list_of(values));
  return parts.text();
}

void add_program(const ProgramMatcher& matcher, Parts& parts) {
  parts.add("program", list_of(matcher.programs));
  if (matcher.args) parts.add("args", args_text(*matcher.args));
  if (matcher.verbatim)
    parts.add("verbatim", matcher.verbatim->empty() ? "nothing" : args_text(*matcher.verbatim));
  if (matcher.options) parts.add("options", text(*matcher.options));
}

std::string text(const ProgramMatcher& matcher) {
  Parts parts(", ");
  add_program(matcher, parts);
  return parts.text();
}

std::string text(const PathsMatcher& paths) {
  Parts parts;
  parts.add("any", list_of(paths.any));
  parts.add("all", list_of(paths.all));
  parts.add("none", list_of(paths.none));
  return parts.text();
}

std::string text(const EnvMatcher& env) {
  Parts parts;
  parts.add("any", list_of(env.any));
  parts.add("none", list_of(env.none));
  for (const auto& [name, values] : env.equals) parts.add(name.text().c_str(), list_of(values));
  return parts.text();
}

std::string text(bool value) { return value ? "true" : "false"; }

/// A word of the event, which may be huge.
std::string in_quotes(std::string_view word) {
  constexpr std::size_t most_bytes = 80;
  return sys::command_line({std::string(word)}, most_bytes);
}

/// What a look met.
class Met {
 public:
  Met(const Look& look, const Scene& scene)
      : face_(*look.face), event_(*scene.event), words_(look.face->words(*scene.programs)), scene_(scene) {}

  [[nodiscard]] std::string words() const {
    return some(joined(words_.positionals, " ",
                       [](const Positional& word) { return maybe(in_quotes(word.text), word.maybe_value); }));
  }
  [[nodiscard]] std::string verbatim() const {
    return some(joined(face_.verbatim(), " ", [](const std::string& word) { return in_quotes(word); }));
  }
  [[nodiscard]] std::string options() const {
    return some(joined(words_.options, ", ", [](const Option& option) {
      std::string shown = in_quotes(option.name);
      if (option.value) shown += " " + in_quotes(*option.value);
      return maybe(shown, option.maybe_value);
    }));
  }
  [[nodiscard]] std::string files() const {
    return some(joined(words_.positionals, ", ", [&](const Positional& word) {
      const NamedFile& file = face_.file(word.text, event_, scene_.resolve);
      return in_quotes(file.real.value_or(file.plain));
    }));
  }
  [[nodiscard]] std::string caller() const { return event_.caller ? event_.caller->name : "nobody here"; }
  [[nodiscard]] std::string callers() const {
    std::vector<std::string> names = sandbox::chain_of(event_);
    names.pop_back();
    return some(joined(names, " > ", [](const std::string& name) { return sys::visible(name); }));
  }

 private:
  static std::string maybe(const std::string& shown, bool is_maybe) {
    return is_maybe ? "(" + shown + ")" : shown;
  }
  static std::string some(const std::string& list) { return list.empty() ? "nothing" : list; }

  const Face& face_;
  const sandbox::ExecEvent& event_;
  const Words& words_;
  const Scene& scene_;
};

/// Of several things that must all hold, the first that does not, found by asking the matcher itself.
template <class List, class Make>
auto first_failing(const List& list, const Look& look, const Scene& scene, const Make& make) {
  return std::find_if(list.begin(), list.end(), [&](const auto& each) {
    return mismatch_of(make(each), *look.face, scene, look.reach) != Mismatch::none;
  });
}

std::string all_text(const Look& look, const Scene& scene) {
  const auto failing = first_failing(look.matcher->program.options->all, look, scene,
                                     [](const std::vector<std::string>& names) {
                                       Matcher one;
                                       one.program.options = OptionsMatcher{{}, {names}, {}, {}, {}};
                                       return one;
                                     });
  return list_of(*failing);
}

std::string values_text(const Look& look, const Scene& scene) {
  const auto failing =
      first_failing(look.matcher->program.options->values, look, scene, [](const auto& wanted) {
        Matcher one;
        one.program.options = OptionsMatcher{{}, {}, {}, {}, {wanted}};
        return one;
      });
  return fmt::format("{} with {}", failing->first, list_of(failing->second));
}

std::string equals_text(const Look& look, const Scene& scene) {
  const auto failing = first_failing(look.matcher->env->equals, look, scene, [](const auto& wanted) {
    Matcher one;
    one.env = EnvMatcher{{}, {}, {wanted}};
    return one;
  });
  return fmt::format("{} is not {}", text(failing->first), list_of(failing->second));
}

std::string program_text(const Look& look) {
  const std::string& path = look.face->image().file.path;
  const std::string wanted = list_of(look.matcher->program.programs);
  if (look.reach == Reach::wide || !is_named(look.matcher->program, *look.face))
    return fmt::format("{} is not {}", sys::visible(path), wanted);
  return fmt::format("{} is {} by name, and not a file that is certainly the one that is meant",
                     sys::visible(path), wanted);
}

std::string options_text(const Look& look, const Scene& scene) {
  const OptionsMatcher& wanted = *look.matcher->program.options;
  const std::string found = Met(look, scene).options();
  if (look.mismatch == Mismatch::options_any)
    return fmt::format("none of {} among {}", list_of(wanted.any), found);
  if (look.mismatch == Mismatch::options_all)
    return fmt::format("none of {} among {}", all_text(look, scene), found);
  if (look.mismatch == Mismatch::options_none)
    return fmt::format("one of {}, or what may be one, among {}", list_of(wanted.none), found);
  if (look.mismatch == Mismatch::options_values)
    return fmt::format("no {}, or another value, among {}", values_text(look, scene), found);
  const std::string allowed = wanted.only->empty() ? "none" : list_of(*wanted.only);
  return fmt::format("others than {} among {}", allowed, found);
}

std::string paths_text(const Look& look, const Scene& scene) {
  const PathsMatcher& wanted = *look.matcher->paths;
  const std::string found = Met(look, scene).files();
  if (look.mismatch == Mismatch::paths_any)
    return fmt::format("none of {} among {}", list_of(wanted.any), found);
  if (look.mismatch == Mismatch::paths_all)
    return fmt::format("not all of {} are {}", found, list_of(wanted.all));
  return fmt::format("one of {}, or what may be one, among {}", list_of(wanted.none), found);
}

std::string env_text(const Look& look, const Scene& scene) {
  const EnvMatcher& wanted = *look.matcher->env;
  if (look.mismatch == Mismatch::env_any) return fmt::format("none of {} is set", list_of(wanted.any));
  if (look.mismatch == Mismatch::env_none) return fmt::format("one of {} is set", list_of(wanted.none));
  return equals_text(look, scene);
}

std::string target_text(const Look& look, const Scene& scene) {
  const Matcher& wanted = *look.matcher;
  if (look.mismatch == Mismatch::path)
    return fmt::format("{} is not {}", sys::visible(scene.file->file.real.value_or(scene.file->file.plain)),
                       list_of(wanted.path));
  const std::string host = sys::visible(words_of(*scene.net).back());
  if (look.mismatch == Mismatch::port)
    return fmt::format("{} is not {}", scene.net->port, list_of(wanted.ports));
  return fmt::format("{} is not {}", host, list_of(wanted.hosts));
}

std::string callers_text(const Look& look, const Scene& scene) {
  const bool is_parent = look.mismatch == Mismatch::parent;
  const auto& wanted = is_parent ? look.matcher->parent : look.matcher->ancestor;
  const Met met(look, scene);
  const std::string programs =
      joined(wanted, " or ", [](const ProgramMatcher& matcher) { return text(matcher); });
  return is_parent ? fmt::format("{}, not {}", met.caller(), programs)
                   : fmt::format("none of {} is {}", met.callers(), programs);
}

/// In the order of Mismatch.
constexpr const char* keys[] = {"",        "process", "top",     "writable_program",
                                "mode",    "tool",    "path",    "host",
                                "port",    "program", "args",    "verbatim",
                                "options", "options", "options", "options",
                                "options", "argc",    "env",     "env",
                                "env",     "cwd",     "parent",  "ancestor",
                                "paths",   "paths",   "paths"};
static_assert(std::size(keys) == static_cast<std::size_t>(Mismatch::paths_none) + 1);

const char* key_of(Mismatch mismatch) { return keys[static_cast<std::size_t>(mismatch)]; }

std::string what_failed(const Look& look, const Scene& scene) {
  const Matcher& wanted = *look.matcher;
  const std::string_view key = key_of(look.mismatch);
  if (key == "process") return "which process it is, is not known";
  if (key == "top") return *wanted.top ? "another program starts it" : "it is started directly";
  if (key == "writable_program")
    return *wanted.writable_program ? "the sandbox could not have written the program"
                                    : "the sandbox could have written the program";
  if (key == "mode") return fmt::format("{} is not {}", text(scene.state->mode), list_of(wanted.modes));
  if (key == "tool") return fmt::format("{} is not {}", scene.tool, list_of(wanted.tools));
  if (key == "program") return program_text(look);
  if (key == "options") return options_text(look, scene);
  if (key == "env") return env_text(look, scene);
  if (key == "cwd") return fmt::format("{} is not {}", sys::visible(scene.event->cwd), list_of(wanted.cwd));
  if (key == "parent" || key == "ancestor") return callers_text(look, scene);
  if (key == "paths") return paths_text(look, scene);
  if (key == "args")
    return fmt::format("not {}, but {}", args_text(*wanted.program.args), Met(look, scene).words());
  if (key == "verbatim")
    return fmt::format("not {}, but {}",
                       wanted.program.verbatim->empty() ? "nothing" : args_text(*wanted.program.verbatim),
                       Met(look, scene).verbatim());
  if (key == "argc")
    return fmt::format("not {} words, but {}", list_of(wanted.argc), Met(look, scene).words());
  return target_text(look, scene);
}

}  // namespace

std::string text_of(const Matcher& matcher) {
  Parts parts("; ");
  add_program(matcher.program, parts);
  if (matcher.paths) parts.add("paths", text(*matcher.paths));
  parts.add("argc", list_of(matcher.argc));
  if (matcher.env) parts.add("env", text(*matcher.env));
  parts.add("cwd", list_of(matcher.cwd));
  if (matcher.top) parts.add("top", text(*matcher.top));
  const auto programs = [](const ProgramMatcher& program) { return text(program); };
  parts.add("parent", joined(matcher.parent, " or ", programs));
  parts.add("ancestor", joined(matcher.ancestor, " or ", programs));
  if (matcher.writable_program) parts.add("writable_program", text(*matcher.writable_program));
  parts.add("path", list_of(matcher.path));
  parts.add("host", list_of(matcher.hosts));
  parts.add("port", list_of(matcher.ports));
  parts.add("mode", list_of(matcher.modes));
  parts.add("tool", list_of(matcher.tools));
  return parts.text();
}

std::string mismatch_text(const Look& look, const Scene& scene) {
  return fmt::format("{}: {}", key_of(look.mismatch), what_failed(look, scene));
}

}  // namespace policy
