#pragma once
/// `gatehouse init`: the user's files to start from.

#include <functional>
#include <string>
#include <vector>

#include "shelltool/setup/places.h"

namespace CLI {
class App;
}

namespace shelltool {

struct FirstFile {
  std::string path;
  bool is_new = false;  ///< it was written now; false: there was one, which was left alone
};

/// Writes config.yaml and rules.yaml where there is none, 0600. Throws sys::Error.
std::vector<FirstFile> write_first_files(const Places& places);

/// Adds the subcommand. Parsing it sets `action`, which returns 0.
void add_init_command(CLI::App& app, std::function<int()>& action);

}  // namespace shelltool
