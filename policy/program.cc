#include "policy/program.h"

#include <array>

namespace policy {
namespace {

/// One line of the built-in table: lists are separated by blanks. An empty command is the program itself.
struct Line {
  std::string_view program;
  std::string_view command;
  std::string_view value_options;
  Style style = Style::gnu;
};

constexpr std::array lines{
    Line{"git", "",
         "-C -c --git-dir --work-tree --namespace --super-prefix --config-env --list-cmds --attr-source"},
    Line{"git", "add", "--chmod --pathspec-from-file"},
    Line{"git", "am", "-C -p --directory --exclude --include --patch-format --whitespace"},
    Line{"git", "bisect", "--term-new --term-old --term-good --term-bad"},
    Line{"git", "branch", "-u --set-upstream-to --contains --no-contains --points-at --sort --format"},
    Line{"git", "checkout", "-b -B --orphan --conflict --pathspec-from-file"},
    Line{"git", "cherry-pick", "-m --mainline -s --strategy -X --strategy-option --cleanup"},
    Line{"git", "clean", "-e --exclude"},
    Line{"git", "clone",
         "-b --branch -c --config --depth -j --jobs -o --origin -u --upload-pack --reference "
         "--reference-if-able --separate-git-dir --server-option --shallow-since "
         "--shallow-exclude --template --filter --bundle-uri"},
    Line{"git", "commit",
         "-m --message -F --file -C --reuse-message -c --reedit-message -t --template --author "
         "--date --fixup --squash --cleanup --trailer --pathspec-from-file"},
    Line{"git", "config", "-f --file --blob --type --default --get-color --get-colorbool --value --comment"},
    Line{"git", "diff", "-O --diff-filter -S -G -l --inter-hunk-context --output --src-prefix --dst-prefix"},
    Line{"git", "fetch",
         "--depth --deepen --shallow-since --shallow-exclude -j --jobs --refmap -o "
         "--server-option --upload-pack --negotiation-tip --filter"},
    Line{"git", "filter-branch",
         "--env-filter --tree-filter --index-filter --parent-filter --msg-filter "
         "--commit-filter --tag-name-filter --subdirectory-filter -d --original"},
    Line{"git", "gc", ""},
    Line{"git", "init", "-b --initial-branch --template --separate-git-dir --object-format"},
    Line{"git", "log",
         "-n --max-count --skip --since --after --until --before --author --committer --grep -S -G "
         "-L -O -l --format --date --output"},
    Line{"git", "merge", "-m -F --file -s --strategy -X --strategy-option --cleanup --into-name"},
    Line{"git", "pull",
         "-s --strategy -X --strategy-option --depth --deepen -j --jobs -o --server-option "
         "--upload-pack --refmap"},
    Line{"git", "push", "-o --push-option --repo --receive-pack --exec"},
    Line{"git", "rebase", "--onto -s --strategy -X --strategy-option -x --exec --whitespace -C"},
    Line{"git", "remote", "-t -m"},
    Line{"git", "reset", "--pathspec-from-file"},
    Line{"git", "restore", "-s --source --conflict --pathspec-from-file"},
    Line{"git", "revert", "-m --mainline -s --strategy -X --strategy-option --cleanup"},
    Line{"git", "rm", "--pathspec-from-file"},
    Line{"git", "show", "--format --date -O -S -G --output"},
    Line{"git", "stash", "-m --message --pathspec-from-file"},
    Line{"git", "status", ""},
    Line{"git", "submodule", "-b --branch --name --reference --depth -j --jobs"},
    Line{"git", "switch", "-c -C --create --force-create --orphan --conflict"},
    Line{"git", "tag",
         "-m --message -F --file -u --local-user --cleanup --sort --format --contains "
         "--no-contains --points-at"},
    Line{"git", "update-ref", "-m"},
    Line{"git", "worktree", "-b -B --reason --expire"},
    Line{"gatehouse", "",
         "--config --rules --workspace --mode --network --approval --audit --cwd --env --root "
         "--pid --timeout --profile --publish --report --host --http --unix --auth --toolsets "
         "--tool-prefix --script"},
    Line{"rm", "", ""},
    Line{"rmdir", "", ""},
    Line{"cp", "", "-t --target-directory -S --suffix"},
    Line{"mv", "", "-t --target-directory -S --suffix"},
    Line{"ln", "", "-t --target-directory -S --suffix"},
    Line{"install", "", "-t --target-directory -S --suffix -m --mode -o --owner -g --group"},
    Line{"chmod", "", "--reference"},
    Line{"chown", "", "--reference --from"},
    Line{"dd", "", "", Style::words},
    Line{"curl", "",
         "-A -b -c -C -d -D -e -E -F -H -h -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --user-agent "
         "--cookie --cookie-jar --data --data-raw --data-binary --data-urlencode --header --form "
         "--output --output-dir --request --url --user --proxy --max-time --connect-timeout --retry "
         "--cacert --cert --key --resolve --upload-file --write-out --referer --range --config "
         "--interface --unix-socket --json"},
    Line{"docker", "", "-H --host --config -c --context -l --log-level --tlscacert --tlscert --tlskey"},
    Line{"find", "",
         "-D -name -iname -path -ipath -wholename -regex -iregex -type -xtype -size -mtime -mmin -atime "
         "-amin -ctime -cmin -newer -user -group -uid -gid -perm -maxdepth -mindepth -printf "
         "-fprint -fprintf -fprint0 -fls -lname -ilname -inum -links -samefile -fstype -used",
         Style::single_dash},
    Line{"go", "", "-C", Style::single_dash},
    Line{"terraform", "", "-chdir", Style::single_dash},
    Line{"kubectl", "",
         "--context --cluster --user --namespace -n --kubeconfig --server -s --token --as --as-group "
         "--as-uid --certificate-authority --client-certificate --client-key --request-timeout "
         "--tls-server-name --cache-dir -o --output -l --selector -f --filename -k --kustomize "
         "--field-selector -c --container --type -p --patch --replicas --image --timeout -v"},
    Line{"helm", "",
         "--kube-context --kubeconfig -n --namespace --kube-apiserver --kube-token --kube-as-user -f "
         "--values --set --set-string --set-file --version --repo --timeout"},
    Line{"npm", "", "--prefix -C --registry -w --workspace --userconfig --cache --loglevel --tag"},
    Line{"make", "",
         "-C --directory -f --file --makefile -I --include-dir -o --old-file -W --what-if --eval"},
    Line{"ssh", "", "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w"},
    Line{"tar", "", "-f --file -C --directory -T --files-from -X --exclude-from --exclude -b -F -g -K -N -V"},
};

void add_words(std::string_view text, Names& names) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) names.emplace(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

ProgramTable::ProgramTable() {
  for (const Line& line : lines) {
    Grammar& grammar = programs_[std::string(line.program)].grammar;
    grammar.known = true;
    if (line.command.empty()) {
      grammar.style = line.style;
      add_words(line.value_options, grammar.value_options);
    } else {
      add_words(line.value_options, grammar.commands[std::string(line.command)]);
    }
  }
}

Program& ProgramTable::entry(const std::string& name) {
  const auto [found, is_new] = programs_.try_emplace(name);
  if (is_new) found->second.grammar = unknown_;
  return found->second;
}

void ProgramTable::add(const ProgramEntry& entry) {
  Program& known = this->entry(entry.name);
  const Grammar& grammar = entry.program.grammar;
  known.paths.insert(known.paths.end(), entry.program.paths.begin(), entry.program.paths.end());
  known.runs.insert(known.runs.end(), entry.program.runs.begin(), entry.program.runs.end());
  known.writable_ok = known.writable_ok || entry.program.writable_ok;
  if (entry.states_style) known.grammar.style = grammar.style;
  if (!entry.states_grammar) return;
  known.grammar.known = true;
  known.grammar.value_options.insert(grammar.value_options.begin(), grammar.value_options.end());
  for (const auto& [command, options] : grammar.commands)
    known.grammar.commands[command].insert(options.begin(), options.end());
}

void ProgramTable::add_value_option(const std::string& name, const std::string& option) {
  Grammar& grammar = entry(name).grammar;
  grammar.value_options.insert(option);
  for (auto& [command, options] : grammar.commands) options.insert(option);
}

void ProgramTable::add_value_option_of_unknown(const std::string& option) {
  unknown_.value_options.insert(option);
}

void ProgramTable::add_flag(const std::string& name, const std::string& option) {
  entry(name).grammar.flags.insert(option);
}

const Program* ProgramTable::find(std::string_view name) const {
  const auto found = programs_.find(name);
  return found == programs_.end() ? nullptr : &found->second;
}

bool is_multicall_name(std::string_view base_name) {
  return base_name.starts_with("busybox") || base_name.starts_with("toybox") || base_name == "coreutils" ||
         base_name == "bbsuid";
}

}  // namespace policy
