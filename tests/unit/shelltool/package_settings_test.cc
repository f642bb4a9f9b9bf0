#include "shelltool/setup/package_settings.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/temporary.h"

using namespace shelltool;
using sandbox::Held;
using tests::TemporaryDirectory;

namespace {

struct Home {
  TemporaryDirectory dir;
  config::Config config;
  Variables variables;
  std::vector<std::string> hidden, roots;

  std::vector<Held> find() const {
    Identity identity;
    identity.account.home = dir.path();
    return package_settings(config, identity, variables, roots, hidden);
  }
  /// As they are shown, by path below HOME.
  std::string shown(const std::string& path) const {
    for (const Held& held : find())
      if (held.path == dir / path) return held.as == Held::As::replaced ? held.text : "(hidden)";
    return "(as it is)";
  }
};

}  // namespace

TEST_CASE(
    "settings of package managers are shown without what signs in, at their usual places and moved ones") {
  Home home;
  home.dir.write(".npmrc", "registry=https://r.example/\n//r.example/:_authToken=SECRET\n");
  home.dir.make_directory(".config/pip");
  home.dir.write(".config/pip/pip.conf", "[global]\nindex-url = https://me:pw@r.example/\n");
  home.dir.write("other", "x=y\nregistry=https://r.example/\n");
  home.variables["NPM_CONFIG_USERCONFIG"] = home.dir / "other";
  CHECK(home.shown(".npmrc") == "registry=https://r.example/\n");
  CHECK(home.shown(".config/pip/pip.conf") == "[global]\nindex-url = https://r.example/\n");
  CHECK(home.shown("other") == "registry=https://r.example/\n");
}

TEST_CASE("settings without a secret are shown as they are, unless they would be hidden") {
  Home home;
  home.dir.write(".npmrc", "registry=https://r.example/\n");
  CHECK(home.shown(".npmrc") == "(as it is)");
  home.hidden = {home.dir / ".npmrc"};
  CHECK(home.shown(".npmrc") == "registry=https://r.example/\n");
}

TEST_CASE("what the owner shows or hides himself is not changed") {
  Home home;
  home.dir.write(".npmrc", "_auth=SECRET\n");
  home.config.sandbox.unhide = {"~/.npmrc"};
  CHECK(home.shown(".npmrc") == "(as it is)");
  home.config.sandbox.unhide = {};
  home.config.sandbox.hide = {"~/.npmrc"};
  CHECK(home.find().empty());
}

TEST_CASE("a link that a command may have made shows nothing of what is hidden") {
  Home home;
  home.dir.write(".netrc", "machine r.example login me password SECRET\n");
  home.hidden = {home.dir / ".netrc"};
  home.dir.make_directory("ws");
  home.dir.make_directory(".nuget/NuGet");
  for (const char* place : {"ws/pip.conf", ".yarnrc", ".npmrc", ".nuget/NuGet/NuGet.Config"})
    std::filesystem::create_symlink(home.dir / ".netrc", home.dir / place);
  home.variables["PIP_CONFIG_FILE"] = home.dir / "ws/pip.conf";
  CHECK(home.shown(".netrc").find("SECRET") == std::string::npos);
  for (const Held& held : home.find()) CHECK(held.text.empty());
}

TEST_CASE("settings in the workspace are the command's, unless they are hidden by default") {
  Home home;
  home.dir.write("ws/pip.conf", "[global]\nindex-url = https://me:pw@r.example/\n");
  home.variables["PIP_CONFIG_FILE"] = home.dir / "ws/pip.conf";
  home.dir.write("ws/npmrc", "_auth=SECRET\n");
  home.variables["NPM_CONFIG_USERCONFIG"] = home.dir / "ws/npmrc";
  home.roots = {home.dir / "ws"};
  CHECK(home.shown("ws/pip.conf") == "(as it is)");
  CHECK(home.shown("ws/npmrc").empty());
}

TEST_CASE("of settings that are not hidden by default only what is secret is taken") {
  Home home;
  home.dir.write(".config/pnpm/rc", "store-dir=/s\n//r.example/:_authToken=SECRET\n# mine\n");
  CHECK(home.shown(".config/pnpm/rc") == "store-dir=/s\n# mine\n");
}

TEST_CASE("what has no end is hidden and ends no look") {
  Home home;
  home.variables["PIP_CONFIG_FILE"] = "/proc/kallsyms";
  CHECK(home.find().size() == 1);
  for (const Held& held : home.find()) CHECK(held.as == Held::As::hidden);
}

TEST_CASE("what root reads for another user is only what that user may read") {
  Home home;
  home.dir.write(".npmrc", "registry=https://r.example/\n_auth=SECRET\n");
  std::filesystem::permissions(home.dir / ".npmrc", std::filesystem::perms::owner_read);
  Identity identity;
  identity.account.home = home.dir.path();
  identity.user.uid = ::geteuid() + 1;
  identity.user.gid = ::getegid() + 1;
  const auto how = [&] { return package_settings(home.config, identity, {}, {}, {}).front().as; };
  CHECK(how() == Held::As::replaced);
  identity.is_caller = false;
  CHECK(how() == Held::As::hidden);
  std::filesystem::permissions(home.dir / ".npmrc", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  CHECK(how() == Held::As::replaced);
}

TEST_CASE("settings behind a link are held where they lie") {
  Home home;
  home.dir.write("npmrc", "_auth=SECRET\n");
  std::filesystem::create_symlink("npmrc", home.dir / ".npmrc");
  CHECK(home.shown("npmrc").empty());
}

TEST_CASE("what is no file is let be, and what is far too large is hidden") {
  Home home;
  home.dir.make_directory(".npmrc");
  CHECK(home.find().empty());
  std::filesystem::remove(home.dir / ".npmrc");
  home.dir.write(".npmrc", std::string((1U << 20) + 1, 'x'));
  CHECK(home.shown(".npmrc") == "(hidden)");
}
