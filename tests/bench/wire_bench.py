"""What `gatehouse serve` costs, beside npm's server-everything and a plain fork and exec, in interleaved pairs."""

import json
import os
import pathlib
import statistics
import subprocess
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
INSTALL = """here=$1
. "$2"
fetch_all "$3" >&2 || exit
installed node && installed "$3"
"""


class Server:
    """An MCP server on pipes, and the shortest client: what it costs is the same on both sides."""

    def __init__(self, command, cwd, env=None):
        started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, bufsize=0)
        self.to, self.back = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.last_id = 0
        self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                    "clientInfo": {"name": "bench", "version": "1"}})
        self.start = time.perf_counter() - started
        os.write(self.to, b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')

    def request(self, method, params):
        """Seconds until the answer; what a server says beside is passed over."""
        self.last_id += 1
        message = json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}).encode()
        end = b'"id":%d' % self.last_id
        started = time.perf_counter()
        os.write(self.to, message + b"\n")
        answer = b""
        while not (answer.endswith(b"\n") and end in answer):
            chunk = os.read(self.back, 65536)
            if not chunk:
                raise RuntimeError(f"the server is gone: {self.process.wait()}")
            answer += chunk
        taken = time.perf_counter() - started
        if b'"error"' in answer or b'"isError":true' in answer:
            raise RuntimeError(answer.decode(errors="replace")[:300])
        return taken

    def call(self, tool, **arguments):
        return self.request("tools/call", {"name": tool, "arguments": arguments})

    def memory(self):
        """Kilobytes of it and all below it: what it adds to the machine (PSS)."""
        parents = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                stat = pathlib.Path("/proc", name, "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(name))
        family = [self.process.pid]
        for pid in family:
            family.extend(parents.get(pid, ()))
        return sum(_kilobytes(pid) for pid in family)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def _kilobytes(pid):
    try:
        lines = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def npm_server(name, script):
    """The command of a server from npm, by its name in tests/mcp/versions; installed where it is missing."""
    found = subprocess.run(["bash", "-c", INSTALL, "bash", str(TESTS / "mcp"), str(TESTS / "hosts" / "install.sh"), name],
                           capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise RuntimeError((found.stdout + found.stderr).strip()[-200:] or "npm cannot install it")
    node, package = found.stdout.split("\n")[:2]
    return [f"{node}/bin/node", f"{package}/{script}"]


def fork_exec(program, *words):
    """Seconds of the plain thing: (v)fork, exec, wait. A fork of this interpreter would cost thrice that."""
    started = time.perf_counter()
    pid = os.posix_spawn(program, [program, *words], os.environ)
    os.waitpid(pid, 0)
    return time.perf_counter() - started


def interleaved(ours, theirs, count, warm=0, pause=0.0):
    """The median of the pairs' ratios and both medians in milliseconds; `pause`: seconds before each."""
    a, b = [], []
    for _ in range(warm + count):
        for side, measure in ((a, ours), (b, theirs)):
            if pause:
                time.sleep(pause)
            side.append(measure())
    a, b = a[warm:], b[warm:]
    ratio = statistics.median(x / y for x, y in zip(a, b))
    return ratio, statistics.median(a) * 1000, statistics.median(b) * 1000


class WireBench:
    def __init__(self, options, table, cwd):
        self.table, self.cwd, self.is_quick = table, cwd, options.quick
        self.serve = [str(options.gatehouse), "serve", "--workspace", str(cwd)]

    def server(self, command):
        return Server(command, self.cwd)

    def start_of(self, command):
        server = self.server(command)
        server.close()
        return server.start

    def shell(self):
        """A person's or model's calls come apart; back to back, the next shell has no time to be made ready."""
        server = self.server(self.serve)
        try:
            for what, command, pause in (("a warm shell call of true, stdio", "true", 0.005),
                                         ("the same, back to back", "true", 0),
                                         ("a warm shell call of /bin/true, stdio", "/bin/true; :", 0.005)):
                self.table.ratio(what, f"fork+exec of sh -c '{command}'", 1.5,
                                 lambda command=command, pause=pause: interleaved(
                                     lambda: server.call("shell", command=command),
                                     lambda: fork_exec("/bin/sh", "-c", command),
                                     50 if self.is_quick else 500, 20, pause))
        finally:
            server.close()

    def echo(self, command, measure, warm):
        """Fresh servers each time: a JIT that has had thousands of calls is three times as fast."""
        ours, theirs = self.server(self.serve), self.server(command)
        try:
            return interleaved(lambda: measure(ours), lambda: theirs.call("echo", message="hi"),
                               200 if self.is_quick else 1000, warm)
        finally:
            ours.close()
            theirs.close()

    def idle(self, command):
        """Both have answered one call; for gatehouse that is the whole sandbox, too."""
        ours, theirs = self.server(self.serve), self.server(command)
        try:
            ours.call("shell", command="true")
            theirs.call("echo", message="hi")
            time.sleep(0.3)
            a, b = ours.memory() / 1024, theirs.memory() / 1024
            self.table.print("idle memory after a call (PSS, all)", "server-everything", f"{a / b:.3f}", "<= 0.2",
                             f"{a:.1f} MB against {b:.1f} MB" + ("" if a / b <= 0.2 else ", MISSED"))
        finally:
            ours.close()
            theirs.close()


def bench(options, table, cwd):
    wire = WireBench(options, table, cwd)
    wire.shell()
    try:
        command = [*npm_server("everything", "dist/index.js"), "stdio"]
    except RuntimeError as why:
        table.print("start, echo, memory", "server-everything", "-", "", f"SKIP {why}")
        return
    table.ratio("start to first initialize answer", "server-everything", 0.1,
                lambda: interleaved(lambda: wire.start_of(wire.serve), lambda: wire.start_of(command),
                                    3 if options.quick else 15, 1))
    for what, measure, warm in (
            ("policy state, stdio", lambda server: server.call("policy", action="state"), 50),
            ("ping, stdio", lambda server: server.request("ping", {}), 50),
            ("policy state, after 5,000 calls", lambda server: server.call("policy", action="state"), 5000)):
        table.ratio(what, "server-everything's echo", 0.2,
                    lambda measure=measure, warm=warm: wire.echo(command, measure, warm))
    wire.idle(command)
