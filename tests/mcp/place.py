"""A fresh place to test in: a home, a workspace, rules, and servers that end with the test."""
import os
import pathlib
import shutil
import tempfile

from client import NEWEST, Server
from processes import descendants, describe, gone, living, marked, new_mark

RULES = """version: 1
rules:
  - id: git.force-push
    event: exec
    when: {program: git, args: [push], options: {any: [-f, --force]}}
    verdict: deny
    reason: Shared history must not be rewritten.
    suggest: Push without --force.
  - {id: ask.whoami, event: exec, when: {program: whoami}, verdict: ask, reason: Asks who you are.}
"""


class Skip(Exception):
    """Why a test cannot run here."""


class Place:
    def __init__(self, gatehouse):
        base = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")  # not below /tmp, which a sandbox replaces
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-mcp.",
                                                  dir=os.environ.get("GATEHOUSE_TEST_PLACE", base)))
        self.path.chmod(0o755)
        self.workspace, self.home = self.path / "workspace", self.path / "home"
        self.workspace.mkdir()
        self.home.mkdir()
        self.rules = self.path / "rules.yaml"
        self.rules.write_text(RULES)
        self.mark = new_mark()
        self.command = [str(gatehouse), "serve", "--workspace", str(self.workspace), "--rules", str(self.rules)]
        # Debian's own programs, no file of the user's, and a mark that every process of ours inherits.
        self.env = {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8",
                    "USER": os.environ.get("USER", "root"), "GATEHOUSE_TEST_MARK": self.mark}
        self.servers = []

    def serve(self, revision=NEWEST, options=(), stderr=None, env=None, command=None):
        server = Server([*(command or self.command), *options], {**self.env, **(env or {})}, self.workspace, revision, stderr)
        self.servers.append(server)
        return server

    def all_gone(self, family=()):
        """Nothing of ours runs any more: no marked process, none of the family."""
        left = gone(lambda: {*marked(self.mark), *(pid for pid, _ in living(family))})
        assert not left, f"still running: {describe(left)}"

    def end(self):
        family = set()
        for server in self.servers:
            family |= descendants(server.process.pid)
            server.end()
        try:
            self.all_gone(family)
        finally:
            shutil.rmtree(self.path, ignore_errors=True)
