#pragma once
/// `gatehouse init`: the user's files to start from.

#include <string>
#include <vector>

#include "shelltool/setup/places.h"

namespace shelltool {

struct FirstFile {
  std::string path;
  bool is_new = false;  ///< it was written now; false: there was one, which was left alone
};

/// Writes config.yaml and rules.yaml where there is none, 0600. Throws sys::Error.
std::vector<FirstFile> write_first_files(const Places& places);

/// Returns 0.
int run_init();

}  // namespace shelltool
