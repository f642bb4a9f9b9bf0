#pragma once
/// `gatehouse doctor --fix`: what refuses user namespaces and is a setting of this machine, mended for good.

#include <optional>
#include <string>
#include <vector>

#include "sandbox/launcher/namespace_limit.h"

namespace shelltool {

struct Repair {
  std::string why;                        ///< the limit
  std::string file, text;                 ///< written, so that it holds after the next boot
  std::string setting = {}, value = {};   ///< of the kernel, set now; empty: none
  std::vector<std::string> command = {};  ///< run now, and searched in PATH; empty: none
};

/// Nothing where gatehouse cannot mend it by itself. Throws sys::Error where this program is not to be given
/// what an AppArmor profile gives to its path: see check_program().
std::optional<Repair> repair_for(const sandbox::NamespaceLimit& limit, const std::string& program);

/// Whoever may change the program could do what it is allowed to: throws sys::Error where that is somebody
/// but root, for its file and each directory above, and where its path would mean something else in a
/// profile.
void check_program(const std::string& program);

/// What will be done, in lines.
std::string text_of(const Repair& repair);

/// By root. The files are below `root`. Throws sys::Error, and the file is as it was; one that is there and
/// not gatehouse's is not replaced.
void carry_out(const Repair& repair, const std::string& root = {});

}  // namespace shelltool
