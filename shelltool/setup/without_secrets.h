#pragma once
/// What package managers' settings say of where packages come from, without what signs in there.

#include <string>
#include <string_view>

namespace shelltool {

enum class SettingsForm {
  npmrc,   ///< KEY = VALUE; of its keys only those that are known to be harmless are kept
  yarnrc,  ///< Yarn 2's YAML; as above
  lines,   ///< any text whose secrets are in its URLs, or in lines that say so: token, password, _auth
  urls,    ///< any text whose secrets are in its URLs alone
  xml,     ///< NuGet.Config, Maven's settings.xml
};

/// Of what cannot be read as what it should be, settings that lead nowhere: without any, the public registry
/// would be asked for what a private one has. Error for what is no text at all.
std::string without_secrets(std::string_view text, SettingsForm form);

}  // namespace shelltool
