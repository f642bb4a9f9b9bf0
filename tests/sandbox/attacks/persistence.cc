// What the owner's shell, git, editor or agent would run later, outside of the sandbox.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::home, goal::planted;

/// With the directories on the way.
void plant(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), 0755);
  put_with(path, "\nplanted\n", O_APPEND | O_CREAT);
}

void move_git_and_plant(const Scene&) {
  if (::rename(".git", "was") == 0) plant(".git/hooks/pre-commit");
}

void link_hooks(const Scene&) {
  plant("other/pre-commit");
  ::rename(".git/hooks", ".git/were");
  [[maybe_unused]] const int made = ::symlink("../other", ".git/hooks");
}

void rename_into_hooks(const Scene&) {
  plant("innocent");
  ::chmod("innocent", 0755);
  ::rename("innocent", ".git/hooks/pre-commit");
}

void link_into_hooks(const Scene&) {
  plant("innocent");
  [[maybe_unused]] const int made = ::link("innocent", ".git/hooks/pre-commit");
}

void prepare_and_rename(const Scene&) {
  plant("prepared/tasks.json");
  ::rename("prepared", ".vscode");
}

void link_editor_settings(const Scene&) {
  plant("other/tasks.json");
  [[maybe_unused]] const int made = ::symlink("other", ".vscode");
}

/// Again and again, up to the end: the last one is taken back all the same.
void plant_for_a_while(const Scene&) {
  for (int round = 0; round < 300; ++round) {
    plant(".vscode/tasks.json");
    ::usleep(100);
  }
}

const Attack table[] = {
    {"persistence.bashrc", home, Fails::confined, [](const Scene& at) { plant(at.home(".bashrc")); }},
    {"persistence.profile", home, Fails::confined, [](const Scene& at) { plant(at.home(".profile")); }},
    {"persistence.zshenv", home, Fails::confined, [](const Scene& at) { plant(at.home(".zshenv")); }},
    {"persistence.fish", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".config/fish/config.fish")); }},
    {"persistence.inputrc", home, Fails::confined, [](const Scene& at) { plant(at.home(".inputrc")); }},
    {"persistence.vimrc", home, Fails::confined, [](const Scene& at) { plant(at.home(".vimrc")); }},
    {"persistence.tmux", home, Fails::confined, [](const Scene& at) { plant(at.home(".tmux.conf")); }},
    {"persistence.authorized-keys", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".ssh/authorized_keys")); }},
    {"persistence.ssh-rc", home, Fails::confined, [](const Scene& at) { plant(at.home(".ssh/rc")); }},
    {"persistence.gitconfig", home, Fails::confined, [](const Scene& at) { plant(at.home(".gitconfig")); }},
    {"persistence.git-config", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".config/git/config")); }},
    {"persistence.service", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".config/systemd/user/x.service")); }},
    {"persistence.autostart", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".config/autostart/x.desktop")); }},
    {"persistence.bus-service", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".local/share/dbus-1/services/x.service")); }},
    {"persistence.local-bin", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".local/bin/ls")); }},
    {"persistence.cargo-bin", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".cargo/bin/cargo")); }},
    {"persistence.python-site", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".local/lib/python3.11/site-packages/x.pth")); }},
    {"persistence.agent-settings", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".claude/settings.json")); }},
    {"persistence.cache", home, Fails::confined, [](const Scene& at) { plant(at.home(".cache/pip/wheel")); }},
    {"persistence.npm-cache", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".npm/_cacache/index")); }},
    {"persistence.registry", home, Fails::confined,
     [](const Scene& at) { plant(at.home(".cargo/registry/crate")); }},
    {"persistence.hook", planted, Fails::confined, [](const Scene&) { plant(".git/hooks/pre-commit"); }},
    {"persistence.hook-renamed", planted, Fails::confined, rename_into_hooks},
    {"persistence.hook-linked", planted, Fails::confined, link_into_hooks},
    {"persistence.hooks-linked", planted, Fails::confined, link_hooks},
    {"persistence.git-moved", planted, Fails::confined, move_git_and_plant},
    {"persistence.git-hooks-path", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config core.hooksPath ./planted"); }, "git"},
    {"persistence.git-monitor", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config core.fsmonitor ./planted"); }, "git"},
    {"persistence.git-ssh", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config core.sshCommand ./planted"); }, "git"},
    {"persistence.git-alias", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config alias.st '!./planted'"); }, "git"},
    {"persistence.git-filter", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config filter.x.clean ./planted"); }, "git"},
    {"persistence.git-include", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git config include.path ../planted"); }, "git"},
    {"persistence.git-nested", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git init -q nested; echo planted > nested/.git/hooks/post-checkout"); },
     "git"},
    {"persistence.git-nested-key", planted, Fails::confined,
     [](const Scene& at) { shell(at, "git init -q nested; git -C nested config core.editor ./planted"); },
     "git"},
    {"persistence.tasks", planted, Fails::confined, [](const Scene&) { plant(".vscode/tasks.json"); }},
    {"persistence.tasks-renamed", planted, Fails::confined, prepare_and_rename},
    {"persistence.tasks-linked", planted, Fails::confined, link_editor_settings},
    {"persistence.tasks-again", planted, Fails::confined, plant_for_a_while},
    {"persistence.idea", planted, Fails::confined,
     [](const Scene&) { plant(".idea/runConfigurations/x.xml"); }},
    {"persistence.zed", planted, Fails::confined, [](const Scene&) { plant(".zed/tasks.json"); }},
    {"persistence.direnv", planted, Fails::confined, [](const Scene&) { plant(".envrc"); }},
    {"persistence.mcp", planted, Fails::confined, [](const Scene&) { plant(".mcp.json"); }},
    {"persistence.claude", planted, Fails::confined, [](const Scene&) { plant(".claude/settings.json"); }},
    {"persistence.claude-local", planted, Fails::confined,
     [](const Scene&) { plant(".claude/settings.local.json"); }},
    {"persistence.claude-command", planted, Fails::confined,
     [](const Scene&) { plant(".claude/commands/x.md"); }},
    {"persistence.claude-hook", planted, Fails::confined, [](const Scene&) { plant(".claude/hooks/x"); }},
    {"persistence.cursor", planted, Fails::confined, [](const Scene&) { plant(".cursor/mcp.json"); }},
    {"persistence.codex", planted, Fails::confined, [](const Scene&) { plant(".codex/config.toml"); }},
    {"persistence.gemini", planted, Fails::confined, [](const Scene&) { plant(".gemini/settings.json"); }},
    {"persistence.project-rules", planted, Fails::confined,
     [](const Scene&) { plant(".gatehouse/rules.yaml"); }},
};

}  // namespace

std::span<const Attack> persistence() { return table; }

}  // namespace attacks
