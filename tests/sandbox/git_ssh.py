#!/usr/bin/env python3
"""git over ssh, with a key that only the profile of git shows: sshd on this machine's loopback is the forge.

    tests/sandbox/git_ssh.py GATEHOUSE [--only WORD]
"""

import ctypes
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile

import cases
import net_scene as net
from place import until

SSHD, USERS = "/usr/sbin/sshd", pathlib.Path("/etc/passwd")


def see_other_users():
    """A list of users that the tests may write, in their mount namespace alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(USERS.read_text())
    os.chmod(file.name, 0o644)
    bind = 4096
    if libc.mount(file.name.encode(), bytes(USERS), None, bind, None) != 0:
        raise OSError(ctypes.get_errno(), "mounting a list of users")


def live_at(home):
    """ssh and sshd ask the list of users where home is, not the environment."""
    me = pwd.getpwuid(os.geteuid())
    others = [line for line in USERS.read_text().splitlines() if not line.startswith(me.pw_name + ":")]
    USERS.write_text("\n".join([f"{me.pw_name}:x:{me.pw_uid}:{me.pw_gid}::{home}:/bin/sh", *others]) + "\n")
    return me.pw_name


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, capture_output=True, timeout=60)
    return path.with_suffix(".pub").read_text()


class Forge:
    """sshd with a repository, r.git, and somebody who has its key in ~/.ssh."""

    def __init__(self, place):
        if shutil.which(SSHD) is None or shutil.which("ssh-keygen") is None:
            raise cases.Skip("openssh-server is not installed")
        self.place, keys = place, place.home / ".ssh"
        keys.mkdir(mode=0o700)
        self.user = live_at(place.home)
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)  # sshd locks its children up there
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (place.path / "authorized").write_text(make_key(keys / "id_ed25519"))
        (keys / "known_hosts").write_text(f"[allowed.example]:{self.port} {make_key(place.path / 'host')}")
        config = place.path / "sshd_config"
        config.write_text(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {place.path / 'host'}\nPidFile none\nUsePAM no\nStrictModes no\n"
                          f"PasswordAuthentication no\nAuthorizedKeysFile {place.path / 'authorized'}\n")
        self.log = (place.path / "sshd.log").open("w+")
        place.running.append(subprocess.Popen([SSHD, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log))
        assert until(self.answers), self.said()
        self.repository = place.path / "r.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.repository], env=place.env, check=True, timeout=60)
        (place.home / ".gitconfig").write_text("[user]\nname=me\nemail=me@example\n[init]\ndefaultBranch=main\n")
        self.url = f"ssh://{self.user}@allowed.example:{self.port}{self.repository}"
        place.rules("{id: remote, event: exec, when: {program: git, args: [[push, fetch, pull, clone, ls-remote]]}, verdict: allow, profile: git-remote}",
                    net.allow("allowed.example", self.port))

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as peer:
                return peer.recv(4) == b"SSH-"
        except OSError:
            return False

    def said(self):
        return (self.place.path / "sshd.log").read_text()[-1500:]

    def has(self):
        done = subprocess.run(["git", "-C", self.repository, "log", "--format=%s", "main"], env=self.place.env, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.split()


def git_pushes_with_a_key_that_no_other_program_sees(place):
    forge = Forge(place)
    done = place.run("sh", "-c", f"git init -q && echo 1 > file && git add file && git commit -qm one && git remote add origin {forge.url} && "
                     "git push -q -u origin main && git ls-remote && git clone -q $(git remote get-url origin) copy && cat copy/file; cat ~/.ssh/id_ed25519",
                     timeout=120)
    assert forge.has() == ["one"] and "refs/heads/main" in done.stdout and done.stdout.endswith("1\n"), (done, forge.said())
    assert "PRIVATE KEY" not in done.stdout, done


def a_hook_has_neither_the_key_nor_the_way(place):
    forge = Forge(place)
    hook = f"#!/bin/sh\nssh -p {forge.port} {forge.user}@allowed.example true && echo reached > reached; cat ~/.ssh/id_ed25519 > stolen; true\n"
    (place.path / "hook").write_text(hook)
    done = place.run("sh", "-c", f"git init -q && git commit -q --allow-empty -m one && mkdir hooks && cp {place.path / 'hook'} hooks/pre-push && chmod +x hooks/pre-push && "
                     f"git -c core.hooksPath=hooks push -q {forge.url} main; ls -a", timeout=120)
    assert forge.has() == ["one"] and "stolen" in done.stdout.split() and "reached" not in done.stdout.split(), (done, forge.said())
    assert "PRIVATE KEY" not in (place.workspace / "stolen").read_text(), done
    subprocess.run(["sh", place.path / "hook"], cwd=place.workspace, env=place.env, timeout=60, check=True, capture_output=True)  # it is an attack
    assert (place.workspace / "reached").exists() and "PRIVATE KEY" in (place.workspace / "stolen").read_text()


def a_hook_that_is_a_link_to_git_is_a_hook(place):
    forge = Forge(place)
    steal = f"git -c core.hooksPath=$PWD/hooks -c remote.zz.url={forge.url} -c 'alias.zz=hash-object -w {place.home}/.ssh/id_ed25519' push -q zz HEAD:main"
    script = (f"git init -q && git commit -q --allow-empty -m one && mkdir hooks && ln -s /usr/bin/git hooks/pre-push; {steal}; "
              "git cat-file --batch-all-objects --batch")
    done = place.run("sh", "-c", script, timeout=120)
    assert "commit" in done.stdout and "PRIVATE KEY" not in done.stdout, (done, forge.said())
    done = subprocess.run(["sh", "-c", script], cwd=place.workspace, env=place.env, timeout=60, check=False, capture_output=True, text=True)
    assert "PRIVATE KEY" in done.stdout, done  # it is an attack


TESTS = [git_pushes_with_a_key_that_no_other_program_sees, a_hook_has_neither_the_key_nor_the_way, a_hook_that_is_a_link_to_git_is_a_hook]


def prepare():
    net.see_other_hosts()
    see_other_users()


if __name__ == "__main__":
    sys.exit(net.main("git_ssh.py", TESTS, net.Place, prepare))
