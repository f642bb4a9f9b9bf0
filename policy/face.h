#pragma once
/// One way to see an image: as the file that it is, or as the applet that a busybox was asked to be.

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policy/file_pattern.h"
#include "policy/identity.h"
#include "policy/words.h"
#include "sandbox/exec_event.h"

namespace policy {

class Face {
 public:
  Face(const sandbox::Image& image, std::size_t index) : image_(&image), index_(index) {}

  [[nodiscard]] const sandbox::Image& image() const { return *image_; }
  /// The image is the one that was asked for, seen as itself: what matching narrowly looks at.
  [[nodiscard]] bool is_asked() const { return index_ == 0 && first_ == 0; }
  /// Names and absolute paths that count as this program to a wide matcher; views of the image and of
  /// Identity.
  [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }
  [[nodiscard]] const std::vector<Identity::Hit>& known() const { return known_; }
  [[nodiscard]] bool has_name(std::string_view name) const;

  /// The words behind the program's own name, as `table` reads them; read once per grammar.
  [[nodiscard]] const Words& words(const ProgramTable& table) const;
  [[nodiscard]] const Grammar& grammar(const ProgramTable& table) const;
  /// The same words as they stand.
  [[nodiscard]] std::span<const std::string> verbatim() const;
  /// A word of the command line as a file; looked up once per word.
  [[nodiscard]] const NamedFile& file(std::string_view word, const sandbox::ExecEvent& event,
                                      Resolve resolve) const;

 private:
  friend class FaceMaker;
  const sandbox::Image* image_;
  std::size_t index_;
  std::size_t first_ = 0;  ///< where in argv the program's own name stands
  std::shared_ptr<const std::vector<std::string>>
      spelled_;  ///< its words, where they are not the image's own
  std::vector<std::string_view> names_;
  std::vector<Identity::Hit> known_;
  mutable std::deque<std::pair<const Grammar*, Words>> words_;
  mutable std::unordered_map<const char*, NamedFile> word_files_;
};

/// Below a directory where a system keeps its programs; nobody makes links there but its package manager.
bool is_system_path(std::string_view path);

/// Every face of every image. `event` and `identity` must outlive the faces.
std::vector<Face> faces_of(const sandbox::ExecEvent& event, const Identity& identity);
std::vector<Face> faces_of(const sandbox::Image& image, const Identity& identity);

}  // namespace policy
