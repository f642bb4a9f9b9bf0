#pragma once
/// Which files a program's name means. Files are looked up once, when the rules are compiled.

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/program.h"
#include "policy/surroundings.h"
#include "sandbox/exec_event.h"

namespace policy {

/// A file that a name in the rules was found to mean.
struct KnownFile {
  std::string name;  ///< as rules spell it: "git", or an absolute path
  std::string path;  ///< every symlink followed
  dev_t device = 0;
  ino_t inode = 0;
  /// The file has another name than the one it was found by (reboot is systemctl, rm is busybox): it is this
  /// program only when it is called so.
  bool by_call = false;
  bool writable_ok = false;
  int layer = 0;  ///< of the file that declared it; 0 for what lies in the search path
};

/// How an image's file relates to a known one.
enum class Kinship {
  same_file,  ///< path and inode
  same_path,  ///< another file at that path, as an upgrade leaves it
  linked,     ///< a hard link with another name
  copy,       ///< an unchanged copy
};

class Identity {
 public:
  explicit Identity(const Surroundings& surroundings);

  /// Looks a name up in the search path, or an absolute path where it says. Once per name. What this machine
  /// does not have is assumed to be at missing_path(), with inode 0: examples need not fail for it.
  void add(const std::string& name);
  /// Nothing is added for now: what only that needs is let go.
  void finish() { listings_ = {}; }
  /// Declared by `programs:`; may have `~` and wildcards.
  void declare(const std::string& name, const std::string& path, bool writable_ok, int layer);

  /// Of a program that lies in the search path: it may be writable.
  void declare_found(const std::string& name, int layer);

  /// What the file is known as; a kinship other than `same_file` is for matching widely.
  struct Hit {
    const KnownFile* file = nullptr;
    Kinship kinship = Kinship::same_file;
  };
  [[nodiscard]] std::vector<Hit> find(const sandbox::File& file) const;
  /// The first file of that name in the search path, every symlink followed.
  [[nodiscard]] std::optional<std::string> look_up(const std::string& name) const;
  /// True for a file that lies directly in a directory of the search path.
  [[nodiscard]] bool in_search_path(const std::string& path) const;
  static std::string missing_path(const std::string& name);
  /// Some file that is there is known by this name, or by both.
  [[nodiscard]] bool is_there(const std::string& name) const;
  [[nodiscard]] bool share_file(const std::string& one, const std::string& other) const;
  /// Every file that is known and there, each once.
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  void list_directories();
  [[nodiscard]] bool may_have(std::size_t directory, const std::string& name);
  void assume(const std::string& name);
  void add_file(KnownFile file, const std::string& path, bool declared);

  std::string home_;
  std::vector<std::string> directories_;
  std::vector<std::string> real_directories_;
  /// The names in each of them that can be listed, sorted, once many are looked up and until finish(): most
  /// that rules name are in none.
  std::vector<std::optional<std::vector<std::string>>> listings_;
  Names added_;
  std::vector<KnownFile> files_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
  std::map<std::pair<dev_t, ino_t>, std::vector<std::size_t>> by_inode_;
};

}  // namespace policy
