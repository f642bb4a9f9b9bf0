#pragma once
/// A search in ripgrep's words.

#include <string>

#include "shelltool/files/grep.h"
#include "shelltool/files/ripgrep.h"

namespace shelltool::files {

/// What is searched: a directory, or a file that is held open.
struct GrepScope {
  std::string root;       ///< the directory's true name; of a file the one that it is in
  std::string file_name;  ///< empty: the directory is searched
  int descriptor = -1;    ///< of either, open for reading
  bool has_ignored = false, has_binary = false;  ///< what is passed over otherwise
};

RipgrepRun run_of(const GrepRequest& request, const GrepScope& scope,
                  std::chrono::steady_clock::time_point deadline);
/// The files that would be searched, each with a NUL behind it, in place of a search.
RipgrepRun listing_of(const GrepRequest& request, const GrepScope& scope,
                      std::chrono::steady_clock::time_point deadline);

/// ripgrep's refusal as a sentence with the next step.
std::string explained_failure(const GrepRequest& request, const std::string& failure);

}  // namespace shelltool::files
