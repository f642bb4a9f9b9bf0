#pragma once
/// Package managers' and compilers' caches, which a command sees copy-on-write.

#include <string>
#include <vector>

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"
#include "shelltool/setup/account.h"
#include "shelltool/setup/places.h"

namespace shelltool {

/// A readable name for a directory that no other directory has: "home=ada=src=app".
std::string workspace_id(const std::string& workspace);

/// The caches of a user that are there, links followed; none inside another, none that a root lies in.
std::vector<std::string> known_caches(const std::string& home, const Variables& variables,
                                      const std::vector<std::string>& roots);

/// The directory of all private caches. Where root starts the command of another user, it is neither in
/// root's home, which that user cannot enter, nor in theirs, where they could lead root's hand:
/// /var/cache/gatehouse.
std::string cache_base(const Places& places, const Identity& identity);
/// The directory of one workspace's private caches.
std::string cache_store(const std::string& base, const Identity& identity, const std::string& workspace);

/// The same as overlays, their upper halves below `store`: one for all that lie on the mount of `home`, and
/// one for each that does not.
std::vector<sandbox::Caches> private_caches(const std::vector<std::string>& caches, const std::string& home,
                                            const std::string& store);

/// Makes `upper` and `work`, owned by the command's user, in directories that are the caller's, below
/// `store`/N: two overlays that are mounted at the same time must not share an upper half, so each sandbox of
/// a workspace that runs takes the first set that is free, and has it as long as the result is open. Throws
/// sys::Error where somebody else owns them, or too many are in use.
sys::Fd reserve_caches(std::vector<sandbox::Caches>& caches, const std::string& base,
                       const Identity& identity);

/// Variables that send tools whose cache is not there to `directory`, which the command may write.
Variables redirected_caches(const std::string& home, const Variables& variables,
                            const std::string& directory);

}  // namespace shelltool
