#pragma once
/// Files that an owner wrote: opened without waiting, and read only when they are what they should be.

#include <optional>
#include <string>

#include "config/kept_trees.h"
#include "config/node.h"

namespace config {

inline constexpr std::size_t max_file_bytes = 8 << 20;

/// Who may have written a file.
enum class Author {
  anyone,
  root,  ///< owned by root, and nobody else can write it; otherwise BadInput
};

/// The text of the file; nothing when there is no such file. A directory, FIFO, socket, device or
/// unreadable file is BadInput, and so is a dangling symlink: it was meant to be a file.
std::optional<std::string> find_text_file(const std::string& path, Author author = Author::anyone);
/// The document in it.
std::optional<Node> find_yaml_file(const std::string& path, Author author = Author::anyone,
                                   const KeptTrees& trees = KeptTrees(""));
/// The same of a file that has to be there.
Node read_yaml_file(const std::string& path, const KeptTrees& trees = KeptTrees(""));

}  // namespace config
