#include "policy/face.h"

#include <algorithm>

#include "sandbox/sys/path.h"

namespace policy {
namespace {

constexpr std::string_view system_trees[] = {"/usr",   "/bin", "/sbin", "/lib",
                                             "/lib64", "/opt", "/nix",  "/snap"};

std::string_view base_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool is_system_path(std::string_view path) {
  return std::any_of(std::begin(system_trees), std::end(system_trees),
                     [&](std::string_view tree) { return sys::is_within(path, tree); });
}

class FaceMaker {
 public:
  FaceMaker(const Identity& identity, std::vector<Face>& faces) : identity_(identity), faces_(faces) {}

  void add(const sandbox::Image& image, std::size_t index) {
    Face face(image, index);
    face.known_ = identity_.find(image.file);
    add_name(face, base_of(image.called));
    add_name(face, image.called);
    add_name(face, base_of(image.file.path));
    add_name(face, image.file.path);
    const std::string_view self = image.argv.empty() ? base_of(image.called) : base_of(image.argv.front());
    bool multicall = is_multicall_name(base_of(image.file.path));
    for (const Identity::Hit& hit : face.known_) {
      multicall = multicall || is_multicall_name(base_of(hit.file->path));
      if (counts(hit, image, self)) add_name(face, hit.file->name);
    }
    if (!multicall) {
      faces_.push_back(std::move(face));
      return add_subcommand(faces_.back(), image.called);
    }
    add_applet(std::move(face), self);
  }

 private:
  static void add_name(Face& face, std::string_view name) {
    if (!name.empty() && !face.has_name(name)) face.names_.push_back(name);
  }

  /// A file with several names on a system is several programs, each under its own; a name that was made for
  /// it elsewhere is the same program.
  static bool counts(const Identity::Hit& hit, const sandbox::Image& image, std::string_view self) {
    const std::string_view name = base_of(hit.file->name);
    if (hit.file->by_call) return self == name || base_of(image.called) == name;
    if (hit.kinship != Kinship::linked || image.file.writable) return true;
    return !is_system_path(image.file.path) || base_of(image.file.path).find(name) != std::string_view::npos;
  }

  /// "git-push" that is a name of git itself is git with this word first: its words are those of "git push".
  void add_subcommand(const Face& face, std::string_view called) {
    const std::string_view name = base_of(called);
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos || !face.has_name(name.substr(0, dash))) return;
    std::vector<std::string> words = {std::string(name.substr(0, dash)), std::string(name.substr(dash + 1))};
    const std::vector<std::string>& argv = face.image().argv;
    if (!argv.empty()) words.insert(words.end(), argv.begin() + 1, argv.end());
    Face whole = face;
    whole.spelled_ = std::make_shared<const std::vector<std::string>>(std::move(words));
    faces_.push_back(std::move(whole));
  }

  /// "busybox rm -r x", "rm" by a link, "coreutils --coreutils-prog=rm".
  void add_applet(Face face, std::string_view self) {
    const std::vector<std::string>& argv = face.image().argv;
    constexpr std::string_view program = "--coreutils-prog=";
    constexpr std::string_view script = "--coreutils-prog-shebang=";
    std::size_t at = 0;
    while (is_multicall_name(self) && at + 1 < argv.size()) {
      const std::string_view next = argv[++at];
      self = next.starts_with(program)  ? next.substr(program.size())
             : next.starts_with(script) ? next.substr(script.size())
                                        : base_of(next);
    }
    if (self.starts_with('-')) self.remove_prefix(1);  // a login shell's argv[0]
    if (at == 0) {
      add_name(face, self);
      return faces_.push_back(std::move(face));
    }
    Face applet = face;
    faces_.push_back(std::move(face));
    applet.first_ = at;
    applet.names_.clear();
    add_name(applet, self);
    faces_.push_back(std::move(applet));
  }

  const Identity& identity_;
  std::vector<Face>& faces_;
};

bool Face::has_name(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

const Grammar& Face::grammar(const ProgramTable& table) const {
  for (const std::string_view name : names_)
    if (const Program* program = table.find(name)) return program->grammar;
  return table.unknown_grammar();
}

const Words& Face::words(const ProgramTable& table) const {
  const Grammar* wanted = &grammar(table);
  for (const auto& [grammar, words] : words_)
    if (grammar == wanted) return words;
  return words_.emplace_back(wanted, read_words(spelled_ ? *spelled_ : image_->argv, first_ + 1, *wanted))
      .second;
}

std::span<const std::string> Face::verbatim() const {
  const std::span<const std::string> words = spelled_ ? *spelled_ : image_->argv;
  return words.subspan(std::min(first_ + 1, words.size()));
}

const NamedFile& Face::file(std::string_view word, const sandbox::ExecEvent& event, Resolve resolve) const {
  const auto found = word_files_.find(word.data());
  if (found != word_files_.end()) return found->second;
  return word_files_.emplace(word.data(), named_file(word, event.cwd, resolve, event.follow_links))
      .first->second;
}

std::vector<Face> faces_of(const sandbox::ExecEvent& event, const Identity& identity) {
  std::vector<Face> faces;
  faces.reserve(event.images.size() + 1);
  FaceMaker maker(identity, faces);
  for (std::size_t index = 0; index < event.images.size(); ++index) maker.add(event.images[index], index);
  return faces;
}

std::vector<Face> faces_of(const sandbox::Image& image, const Identity& identity) {
  std::vector<Face> faces;
  FaceMaker(identity, faces).add(image, 0);
  return faces;
}

}  // namespace policy
