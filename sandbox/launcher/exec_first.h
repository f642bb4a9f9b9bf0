#pragma once

#include <string>
#include <vector>

namespace sandbox {

/// The exec of a command's first program: argv[0] is searched in the PATH of `env`, as execvp(3) does, which
/// also takes a file without "#!" for a shell script. Returns the errno when it has failed.
int exec_first(const std::vector<std::string>& argv, const std::vector<std::string>& env);
/// The exec of this very path.
int exec_path(const std::string& path, const std::vector<std::string>& argv,
              const std::vector<std::string>& env);

}  // namespace sandbox
