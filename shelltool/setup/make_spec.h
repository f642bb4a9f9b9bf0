#pragma once
/// From settings to a sandbox.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"
#include "shelltool/setup/account.h"
#include "shelltool/setup/places.h"
#include "shelltool/setup/workspace.h"

namespace shelltool {

/// What a profile opens: absolute paths, links as written; see config::Profile.
struct OpenedPaths {
  std::vector<std::string> write;
  std::map<std::string, std::string> copy;
};

struct SpecSources {
  const config::Config& config;
  const Places& places;
  const Workspace& workspace;
  const Caller& caller;
  std::vector<std::string> argv;
  std::string cwd;               ///< absolute
  std::vector<std::string> env;  ///< --env K=V
  OpenedPaths opened = {};       ///< by a profile
};

struct MadeSpec {
  sandbox::Spec spec;
  Identity identity;
  Variables offered;               ///< the caller's, and what the user's login shell exports
  std::string cache_base;          ///< for reserve_caches()
  OpenedPaths opened;              ///< for prepare_host()
  sys::Fd cache_lock;              ///< what prepare_host() reserved
  std::optional<Account> unasked;  ///< whose login shell has to be asked first; see kept_login_exports()
  std::vector<std::string> notes;  ///< what the user should know, a sentence each
};

/// Everything but Spec::protect's hooks and agents' files, which the guard of the sandbox knows. Reads the
/// file system, changes nothing. Throws sys::Error naming what is wrong: a missing cwd, an unknown
/// sandbox.user, a network mode that is not there yet.
MadeSpec make_spec(const SpecSources& sources);

/// Makes what the sandbox needs on the host: gatehouse's own directories (see
/// claim_own_directories), what a profile opens, and the private caches. Caches that cannot be made are left
/// out, which `notes` says.
void prepare_host(MadeSpec& made, const Places& places);

sandbox::Mode mode_of(config::Mode mode);
sandbox::Network network_of(config::NetworkMode mode);

}  // namespace shelltool
