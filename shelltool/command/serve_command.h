#pragma once

#include "shelltool/setup/options.h"

namespace shelltool {

struct ServeOptions {
  CommonOptions common;
  bool stdio = true;           ///< the only transport
  bool patch_in_part = false;  ///< apply_patch keeps what stands before a change that fails, as Codex does
};

/// `gatehouse serve`: a server of the Model Context Protocol on standard input and output, until the client
/// closes its end or SIGTERM, SIGINT or SIGHUP comes. Returns the exit status. Throws sys::Error where
/// options or config are wrong.
int run_serve(const ServeOptions& options, const std::string& version);

}  // namespace shelltool
