#include "shelltool/setup/project_rules.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "config/file.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/caches.h"

namespace shelltool {

std::string project_rules_path(const std::string& workspace) { return workspace + "/.gatehouse/rules.yaml"; }

std::string trusted_copy_path(const Places& places, const std::string& workspace) {
  return places.trust() + "/" + workspace_id(workspace) + ".yaml";
}

ProjectRules find_project_rules(const Places& places, const std::string& workspace) {
  ProjectRules rules{
      project_rules_path(workspace), {}, config::find_text_file(trusted_copy_path(places, workspace)), {}};
  try {
    rules.text = config::find_text_file(rules.path);
  } catch (const sys::Error& error) {
    rules.trouble = error.what();
  }
  return rules;
}

void trust(const Places& places, const std::string& workspace, const std::string& text) {
  make_private_directory(places.trust());
  const std::string copy = trusted_copy_path(places, workspace);
  const std::string fresh = fmt::format("{}.{}", copy, ::getpid());
  {
    const sys::Fd file = sys::open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    sys::write_all(file.get(), text, fresh);
  }
  if (std::rename(fresh.c_str(), copy.c_str()) != 0)
    throw sys::SysError(errno, "renaming {} to {}", fresh, copy);
}

bool withdraw_trust(const Places& places, const std::string& workspace) {
  const std::string copy = trusted_copy_path(places, workspace);
  if (::unlink(copy.c_str()) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) throw sys::SysError(errno, "removing {}", copy);
  return false;
}

std::string note_on(const ProjectRules& rules) {
  if (!rules.trouble.empty()) return sys::visible(rules.trouble) + "; it does not count";
  const std::string path = sys::visible(rules.path);
  if (rules.trusted && rules.text != rules.trusted)
    return path + (rules.text
                       ? " is not what was trusted, which still counts; gatehouse policy trust shows it"
                       : " is gone; what was trusted counts until gatehouse policy trust --remove");
  if (rules.text && !rules.trusted)
    return "the rules in " + path +
           " are not trusted, so they do not count; gatehouse policy trust shows them";
  return {};
}

}  // namespace shelltool
