#pragma once
/// Which proxy an owner has connections made through, as config and environment say.

#include <optional>
#include <string>

#include "config/config.h"
#include "sandbox/net/upstream.h"
#include "sandbox/spec.h"
#include "shelltool/setup/account.h"

namespace shelltool {

/// `configured` is network.upstream. "env": the first of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY
/// that says something; whichever it is, no_proxy or NO_PROXY names what goes without. Nothing: there is
/// none. Throws sys::Error for one that cannot be used, without showing what may be its password.
std::optional<sandbox::Upstream> upstream_of(const std::string& configured, const Variables& environment);

/// The same for a sandbox; only one that has an allow list has any.
std::optional<sandbox::Upstream> upstream_for(const sandbox::Spec& spec, const config::Config& config,
                                              const Variables& environment);

}  // namespace shelltool
