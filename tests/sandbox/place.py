"""Where a test runs gatehouse: a home and a workspace of its own, and a config."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time


class Place:
    def __init__(self, gatehouse, name):
        base = "/opt" if os.geteuid() == 0 else os.path.expanduser("~")  # not below /tmp, which a sandbox replaces
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"gatehouse-{name}.", dir=os.environ.get("GATEHOUSE_TEST_PLACE", base)))
        self.path.chmod(0o755)
        self.home, self.workspace = self.path / "home", self.path / "ws"
        self.home.mkdir()
        self.workspace.mkdir()
        self.gatehouse = str(gatehouse)
        self.env = {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.audit, self.report_file = self.path / "audit.jsonl", self.path / "report.json"
        self.running = []

    def config(self, text):
        (self.path / "config.yaml").write_text("version: 1\n" + text + "\n")

    def options(self):
        config = self.path / "config.yaml"
        return ["--audit", self.audit, *(["--config", config] if config.exists() else [])]

    def words(self, *words, options=()):
        self.audit.unlink(missing_ok=True)
        report = [] if "--json" in options else ["--report", self.report_file]
        return [self.gatehouse, "exec", *self.options(), *report, *map(str, options), "--", *map(str, words)]

    def run(self, *words, options=(), timeout=60, env=()):
        return subprocess.run(self.words(*words, options=options), cwd=self.workspace, env={**self.env, **dict(env)}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)

    def python(self, text, *words, **options):
        return self.run("/usr/bin/python3", "-c", "import os,socket,sys,time\n" + text, *words, **options)

    def begin(self, *words, options=(), stdin=subprocess.DEVNULL):
        """One that goes on while the test does."""
        process = subprocess.Popen(self.words(*words, options=options), cwd=self.workspace, env=self.env, text=True,
                                   stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.running.append(process)
        return process

    def serve(self, *options):
        server = Served([self.gatehouse, "serve", *self.options(), *options], self.workspace, self.env)
        self.running.append(server.process)
        return server

    def report(self):
        return json.loads(self.report_file.read_text())

    def records(self, event):
        return [record for record in map(json.loads, self.audit.read_text().splitlines()) if record["event"] == event]

    def end(self):
        for process in self.running:
            process.kill()
            process.communicate()
        shutil.rmtree(self.path, ignore_errors=True)


class Served:
    """`gatehouse serve` with somebody who asks one thing after the other."""

    def __init__(self, words, workspace, env):
        self.process = subprocess.Popen(words, cwd=workspace, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.last = 0
        self.call("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})

    def call(self, method, params):
        self.last += 1
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}) + "\n")
        self.process.stdin.flush()
        while (answer := json.loads(self.process.stdout.readline())).get("id") != self.last:
            pass
        return answer["result"]

    def shell(self, command, **arguments):
        """What the model reads, and what programs read."""
        result = self.call("tools/call", {"name": "shell", "arguments": {"command": command, **arguments}})
        return result["content"][0]["text"].strip(), {**result["_meta"]["gatehouse/result"], "is_error": result.get("isError", False)}


def until(is_so, seconds=20):
    """Waits for what happens by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if is_so():
                return True
        time.sleep(0.02)
    return False


def processes_with(mark):
    """Whose command lines have it, but for our own."""
    found = []
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (directory / "cmdline").read_bytes() and int(directory.name) != os.getpid():
                found.append(directory.name)
    return found
