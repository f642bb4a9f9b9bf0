#include "policy/matcher.h"

#include <algorithm>

#include "policy/word_matcher.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

bool is_path(std::string_view name) { return name.find('/') != std::string_view::npos; }
/// Of a word that need not be one: "a/b", ".env".
bool may_be_path(std::string_view word) { return is_path(word) || (word.size() > 1 && word.front() == '.'); }

bool is_widely(const ProgramPattern& pattern, const Face& face) {
  const auto& names = face.names();
  switch (pattern.kind) {
    case ProgramPattern::Kind::name:
    case ProgramPattern::Kind::path:
      return face.has_name(pattern.text);
    case ProgramPattern::Kind::name_glob:
      return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return !is_path(name) && pattern.name->matches(name);
      });
    case ProgramPattern::Kind::path_glob:
      return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return name.starts_with('/') && pattern.file->matches(name, Reach::wide);
      });
  }
  return false;
}

/// A file that counts as itself: nobody in the sandbox can have made it, or the owner takes it all the same.
bool is_trusted(const Face& face, const Scene& scene, bool takes_writable) {
  if (takes_writable || !face.image().file.writable) return true;
  return std::any_of(face.known().begin(), face.known().end(), [&](const Identity::Hit& hit) {
    return hit.kinship == Kinship::same_file && hit.file->writable_ok && hit.file->layer <= scene.layer;
  });
}

bool is_known_as(const Face& face, const std::string& name, const Scene& scene) {
  return std::any_of(face.known().begin(), face.known().end(), [&](const Identity::Hit& hit) {
    if (hit.kinship != Kinship::same_file || hit.file->name != name || hit.file->layer > scene.layer)
      return false;
    const std::vector<std::string>& argv = face.image().argv;
    return !hit.file->by_call || (!argv.empty() && sys::base_name(argv.front()) == sys::base_name(name));
  });
}

bool is_narrowly(const ProgramPattern& pattern, const Face& face, const Scene& scene, bool takes_writable) {
  if (!face.is_asked() || !is_trusted(face, scene, takes_writable)) return false;
  const std::string& path = face.image().file.path;
  switch (pattern.kind) {
    case ProgramPattern::Kind::name:
    case ProgramPattern::Kind::path:
      return is_known_as(face, pattern.text, scene);
    case ProgramPattern::Kind::name_glob:
      return scene.identity->in_search_path(path) && pattern.name->matches(sys::base_name(path));
    case ProgramPattern::Kind::path_glob:
      return pattern.file->matches(path, Reach::narrow);
  }
  return false;
}

/// `takes_writable`: the rule says itself that it means files which the sandbox can write.
bool match_program(const ProgramMatcher& matcher, const Face& face, const Scene& scene, Reach reach,
                   bool takes_writable = false) {
  if (reach == Reach::wide) return is_named(matcher, face);
  return matcher.programs.empty() ||
         std::any_of(matcher.programs.begin(), matcher.programs.end(), [&](const ProgramPattern& pattern) {
           return is_narrowly(pattern, face, scene, takes_writable);
         });
}

Mismatch mismatch_of_words(const ProgramMatcher& matcher, const Face& face, const Scene& scene, Reach reach) {
  if (matcher.args && !match_args(*matcher.args, face.words(*scene.programs), reach)) return Mismatch::args;
  if (matcher.verbatim && !match_verbatim(*matcher.verbatim, face.verbatim())) return Mismatch::verbatim;
  if (!matcher.options) return Mismatch::none;
  return mismatch_of(*matcher.options, face.words(*scene.programs), face.grammar(*scene.programs), reach);
}

/// The words that may name files. Certain: the words that are no options; `values`: what options were given,
/// when it looks like a path (cp -t /etc).
struct FileWords {
  std::vector<std::string_view> sure, maybe, values;
  bool hidden = false;  ///< a path may stand in an option that cannot be taken apart ("-t/etc")
};

FileWords file_words(const Words& words) {
  FileWords files;
  for (const Positional& word : words.positionals)
    (word.maybe_value ? files.maybe : files.sure).push_back(word.text);
  for (const Option& option : words.options) {
    if (option.value && may_be_path(*option.value)) files.values.push_back(*option.value);
    files.hidden = files.hidden || (!option.value && option.maybe_letter && is_path(option.word));
  }
  return files;
}

class PathsRun {
 public:
  PathsRun(const Face& face, const Scene& scene, Reach reach)
      : face_(face), scene_(scene), reach_(reach), words_(file_words(face.words(*scene.programs))) {}

  Mismatch run(const PathsMatcher& matcher) {
    if (!matcher.any.empty() && !any(matcher.any, reach_)) return Mismatch::paths_any;
    if (!matcher.all.empty() && !all(matcher.all)) return Mismatch::paths_all;
    if (matcher.none.empty()) return Mismatch::none;
    const bool is_sure = reach_ == Reach::wide || !words_.hidden;
    return is_sure && !any(matcher.none, opposite(reach_)) ? Mismatch::none : Mismatch::paths_none;
  }

 private:
  [[nodiscard]] bool fits(const std::vector<FilePattern>& patterns, std::string_view word,
                          Reach reach) const {
    const NamedFile& file = face_.file(word, *scene_.event, scene_.resolve);
    return std::any_of(patterns.begin(), patterns.end(), [&](const FilePattern& pattern) {
      return (file.real && pattern.matches(*file.real, reach)) ||
             (reach == Reach::wide && pattern.matches(file.plain, reach));
    });
  }

  [[nodiscard]] bool some(const std::vector<FilePattern>& patterns,
                          const std::vector<std::string_view>& words, Reach reach) const {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return fits(patterns, word, reach); });
  }

  [[nodiscard]] bool each(const std::vector<FilePattern>& patterns,
                          const std::vector<std::string_view>& words) const {
    return std::all_of(words.begin(), words.end(),
                       [&](std::string_view word) { return fits(patterns, word, reach_); });
  }

  [[nodiscard]] bool any(const std::vector<FilePattern>& patterns, Reach reach) const {
    return some(patterns, words_.sure, reach) ||
           (reach == Reach::wide &&
            (some(patterns, words_.maybe, reach) || some(patterns, words_.values, reach)));
  }

  /// Never true of no words at all: "everything that is deleted lies in build" is not said of nothing.
  [[nodiscard]] bool all(const std::vector<FilePattern>& patterns) const {
    if (reach_ == Reach::wide)
      return each(patterns, words_.sure) && (!words_.sure.empty() || some(patterns, words_.maybe, reach_));
    return !words_.hidden && !words_.sure.empty() && each(patterns, words_.sure) &&
           each(patterns, words_.maybe) && each(patterns, words_.values);
  }

  const Face& face_;
  const Scene& scene_;
  Reach reach_;
  FileWords words_;
};

bool match_values(const std::vector<std::string>& env, const WordGlob& name,
                  const std::vector<WordGlob>& globs, Reach reach) {
  bool given = false;
  for (const std::string_view entry : env) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !name.matches(entry.substr(0, equals))) continue;
    const std::string_view value = entry.substr(equals + 1);
    const bool fits =
        std::any_of(globs.begin(), globs.end(), [&](const WordGlob& glob) { return glob.matches(value); });
    if (fits && reach == Reach::wide) return true;
    if (!fits && reach == Reach::narrow) return false;
    given = given || fits;
  }
  return given;
}

Mismatch mismatch_of(const EnvMatcher& matcher, const std::vector<std::string>& env, Reach reach) {
  const auto has = [&](const std::vector<WordGlob>& globs) {
    return std::any_of(env.begin(), env.end(), [&](std::string_view entry) {
      const std::string_view name = entry.substr(0, entry.find('='));
      return std::any_of(globs.begin(), globs.end(),
                         [&](const WordGlob& glob) { return glob.matches(name); });
    });
  };
  if (!matcher.any.empty() && !has(matcher.any)) return Mismatch::env_any;
  if (has(matcher.none)) return Mismatch::env_none;
  for (const auto& [name, values] : matcher.equals)
    if (!match_values(env, name, values, reach)) return Mismatch::env_equals;
  return Mismatch::none;
}

bool match_ancestor(const std::vector<ProgramMatcher>& matchers, const sandbox::Ancestor& ancestor,
                    const Scene& scene, Reach reach) {
  const std::vector<Face> faces = faces_of(ancestor.image, *scene.identity);
  return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
    return std::any_of(matchers.begin(), matchers.end(), [&](const ProgramMatcher& matcher) {
      return match_program(matcher, face, scene, reach) &&
             mismatch_of_words(matcher, face, scene, reach) == Mismatch::none;
    });
  });
}

Mismatch mismatch_of_callers(const Matcher& matcher, const Scene& scene, Reach reach) {
  const sandbox::Ancestor* const caller = scene.event->caller.get();
  if (!matcher.parent.empty() &&
      (caller == nullptr || !match_ancestor(matcher.parent, *caller, scene, reach)))
    return Mismatch::parent;
  if (matcher.ancestor.empty()) return Mismatch::none;
  for (const sandbox::Ancestor* link = caller; link != nullptr; link = link->parent.get())
    if (match_ancestor(matcher.ancestor, *link, scene, reach)) return Mismatch::none;
  return Mismatch::ancestor;
}

template <class Value, class Sought>
bool holds(const std::vector<Value>& list, const Sought& sought) {
  return list.empty() || std::find(list.begin(), list.end(), sought) != list.end();
}

bool match_cwd(const std::vector<FilePattern>& patterns, const std::string& cwd, Reach reach) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const FilePattern& pattern) {
           return pattern.matches_directory(cwd, reach);
         });
}

Mismatch mismatch_of_state(const Matcher& matcher, const Scene& scene) {
  if (!holds(matcher.modes, scene.state->mode)) return Mismatch::mode;
  return holds(matcher.tools, scene.tool) ? Mismatch::none : Mismatch::tool;
}

bool match_path(const std::vector<FilePattern>& patterns, const NamedFile& file, Reach reach) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const FilePattern& pattern) {
    return (file.real && pattern.covers(*file.real, reach)) ||
           (reach == Reach::wide && pattern.covers(file.plain, reach));
  });
}

Mismatch mismatch_of_connection(const Matcher& matcher, const NetEvent& event) {
  const std::optional<Address> address = event.known_address();
  const bool host = std::any_of(matcher.hosts.begin(), matcher.hosts.end(), [&](const HostPattern& pattern) {
    return pattern.matches(event.host, address);
  });
  if (!matcher.hosts.empty() && !host) return Mismatch::host;
  const bool port = std::any_of(matcher.ports.begin(), matcher.ports.end(), [&](const CountRange& range) {
    return range.least <= event.port && event.port <= range.most;
  });
  return matcher.ports.empty() || port ? Mismatch::none : Mismatch::port;
}

Mismatch mismatch_of_target(const Matcher& matcher, const Scene& scene, Reach reach) {
  if (!matcher.path.empty() && (scene.file == nullptr || !match_path(matcher.path, scene.file->file, reach)))
    return Mismatch::path;
  if (matcher.hosts.empty() && matcher.ports.empty()) return Mismatch::none;
  return scene.net == nullptr ? Mismatch::host : mismatch_of_connection(matcher, *scene.net);
}

Mismatch mismatch_of_scene(const Matcher& matcher, const Scene& scene, Reach reach) {
  const Mismatch state = mismatch_of_state(matcher, scene);
  return state == Mismatch::none ? mismatch_of_target(matcher, scene, reach) : state;
}

}  // namespace

const std::string& text_of(const ProgramPattern& pattern) {
  if (pattern.name) return pattern.name->text();
  return pattern.file ? pattern.file->text() : pattern.text;
}

bool Matcher::names_process() const {
  return !program.programs.empty() || program.args || program.options || program.verbatim || paths ||
         !argc.empty() || env || !cwd.empty() || top || !parent.empty() || !ancestor.empty() ||
         writable_program;
}

bool is_named(const ProgramMatcher& matcher, const Face& face) {
  return matcher.programs.empty() ||
         std::any_of(matcher.programs.begin(), matcher.programs.end(),
                     [&](const ProgramPattern& pattern) { return is_widely(pattern, face); });
}

Mismatch mismatch_of(const Matcher& matcher, const Scene& scene, Reach reach) {
  if (matcher.names_process() && reach == Reach::narrow) return Mismatch::process;
  return mismatch_of_scene(matcher, scene, reach);
}

/// The cheap keys first: most rules that the index lets through end there.
Mismatch mismatch_of(const Matcher& matcher, const Face& face, const Scene& scene, Reach reach) {
  const sandbox::ExecEvent& event = *scene.event;
  if (matcher.top && *matcher.top != event.top) return Mismatch::top;
  if (matcher.writable_program && *matcher.writable_program != face.image().file.writable)
    return Mismatch::writable_program;
  if (const Mismatch found = mismatch_of_scene(matcher, scene, reach); found != Mismatch::none) return found;
  const bool takes_writable = matcher.writable_program.value_or(false);
  if (!match_program(matcher.program, face, scene, reach, takes_writable)) return Mismatch::program;
  if (const Mismatch found = mismatch_of_words(matcher.program, face, scene, reach); found != Mismatch::none)
    return found;
  if (!matcher.argc.empty() && !match_count(matcher.argc, face.words(*scene.programs), reach))
    return Mismatch::argc;
  if (matcher.env) {
    if (const Mismatch found = mismatch_of(*matcher.env, event.env, reach); found != Mismatch::none)
      return found;
  }
  if (!match_cwd(matcher.cwd, event.cwd, reach)) return Mismatch::cwd;
  if (const Mismatch found = mismatch_of_callers(matcher, scene, reach); found != Mismatch::none)
    return found;
  return matcher.paths ? PathsRun(face, scene, reach).run(*matcher.paths) : Mismatch::none;
}

}  // namespace policy
