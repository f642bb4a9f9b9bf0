"""What an attack is played on, made anew for each, and what became of it: told from outside."""

import array
import contextlib
import ctypes
import fcntl
import os
import pathlib
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import termios
import tty

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p
KEYS = [".ssh/id_ed25519", ".aws/credentials", ".netrc", ".npmrc", ".bash_history", ".claude/.credentials.json"]
STATE = ".local/state/gatehouse"
# What the owner's tools would run of a workspace.
PLANTS = [".git/hooks/pre-commit", ".git/config", "nested/.git/hooks/post-checkout", "nested/.git/config", ".vscode/tasks.json",
          ".idea/runConfigurations/x.xml", ".zed/tasks.json", ".envrc", ".mcp.json", ".claude/settings.json", ".claude/settings.local.json",
          ".claude/commands/x.md", ".claude/hooks/x", ".cursor/mcp.json", ".codex/config.toml", ".gemini/settings.json",
          ".gatehouse/rules.yaml"]
RULES = """version: 1
programs: {{forbidden: {{paths: [{place}/outside/forbidden]}}}}
rules:
  - {{id: forbidden, event: exec, when: {{program: forbidden}}, verdict: deny, reason: It must not run.}}
  - {{id: secrets, event: read, when: {{path: "**/.env"}}, verdict: deny, reason: It is not for the model.}}
"""
CONFIG = "version: 1\nlimits: {processes: 100, file: 4MB}\n"
SYS_ADD_KEY, SYS_KEYCTL, SYS_IOPRIO_GET, SYS_PIDFD_GETFD = {"x86_64": (248, 250, 252, 438), "aarch64": (217, 219, 31, 438)}[os.uname().machine]
USER_RING, SEARCH_KEY, UNLINK_KEY = -4, 10, 9
GET_FILE_FLAGS = 0x80086601  # FS_IOC_GETFLAGS


def look_at(path):
    """All that a change of a file shows, but for when it was read."""
    facts = os.lstat(path)
    seen = [facts.st_mode, facts.st_uid, facts.st_gid]
    if stat.S_ISREG(facts.st_mode):
        with open(path, "rb") as file:
            flags = array.array("i", [0])
            with contextlib.suppress(OSError):  # not every file system has them
                fcntl.ioctl(file, GET_FILE_FLAGS, flags)
        seen += [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_nlink, facts.st_ino, flags[0], *os.listxattr(path)]
    return seen


def snapshot(*tops):
    below = (os.path.join(directory, name) for top in tops for directory, inner, files in os.walk(top) for name in inner + files)
    return {path: look_at(path) for path in [*(str(top) for top in tops if os.path.lexists(top)), *below]}


class Bystander:
    """A process of the same user, whom nothing inside should reach."""

    def __init__(self, program, place, token):
        self.secret = os.open(place, os.O_RDWR | os.O_TMPFILE, 0o600)
        os.write(self.secret, token.encode())
        self.log = os.open(place / "outside/log", os.O_RDWR | os.O_CREAT, 0o600)
        self.terminal, self.screen = os.openpty()[::-1]
        tty.setraw(self.terminal)
        kept = [self.secret, self.log, self.terminal]
        self.process = subprocess.Popen([program, "--bystander", token, str(place)], cwd=place / "outside", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={"TOKEN": token, "PLACE": str(place)}, pass_fds=kept, process_group=0)
        self.facts = dict(line.split("=") for line in iter(lambda: self.process.stdout.readline().decode().strip(), ""))
        self.before = self.look()

    def look(self):
        pid = self.process.pid
        return [os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid), os.sched_getscheduler(pid),
                LIBC.syscall(SYS_IOPRIO_GET, 1, pid), *(pathlib.Path(f"/proc/{pid}/{name}").read_text() for name in ("limits", "oom_score_adj", "coredump_filter"))]

    def was_reached(self):
        if self.process.poll() is not None:
            return True
        if pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "Tt":
            return True
        self.process.stdin.write(b"?")
        self.process.stdin.flush()
        # A stop may come late.
        return not select.select([self.process.stdout], [], [], 2)[0] or self.process.stdout.readline() != b"value 1\n" or self.look() != self.before

    def end(self):
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout):
            file.close()
        for fd in (self.secret, self.log, self.terminal, self.screen):
            os.close(fd)


class Servers:
    """Sockets of the owner's, one for each way to a server."""

    def __init__(self, place, name):
        self.open, self.facts = [], {}
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        for fact, family, kind, address, protocol in (
                ("tcp", socket.AF_INET, stream, "127.0.0.1", 0), ("tcp_other", socket.AF_INET, stream, "127.9.9.9", 0), ("tcp6", socket.AF_INET6, stream, "::1", 0),
                ("udp", socket.AF_INET, datagram, "127.0.0.1", 0), ("udp6", socket.AF_INET6, datagram, "::1", 0),
                ("udp_lite", socket.AF_INET, datagram, "127.0.0.1", socket.IPPROTO_UDPLITE)):
            with contextlib.suppress(OSError):  # not every kernel has it
                self.facts[fact] = self.add(family, kind, (address, 0), protocol).getsockname()[1]
        self.tmp = f"/tmp/{name}.sock"
        for path, kind in ((place / "outside/stream.sock", stream), (place / "outside/packet.sock", socket.SOCK_SEQPACKET),
                           (place / "outside/datagram.sock", datagram), (place / "home/.docker/run/docker.sock", stream), (self.tmp, stream),
                           (f"\0{name}", stream), (f"\0{name}-datagram", datagram)):
            self.add(socket.AF_UNIX, kind, str(path))

    def add(self, family, kind, address, protocol=0):
        server = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
        if family == socket.AF_INET and kind == socket.SOCK_STREAM:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
        server.bind(address)
        if kind != socket.SOCK_DGRAM:
            server.listen()
        self.open.append(server)
        return server

    def were_reached(self):
        return bool(select.select(self.open, [], [], 0)[0])

    def end(self):
        for server in self.open:
            server.close()
        os.unlink(self.tmp)


class Shared:
    """What a machine's processes share beside files, with a secret in each."""

    def __init__(self, name, token):
        self.name, text = name, token.encode() + b"\0"
        self.key = secrets.randbelow(1 << 30) + 1
        self.memory = LIBC.shmget(self.key, 4096, 0o1600)
        address = LIBC.shmat(self.memory, None, 0)
        ctypes.memmove(address, text, len(text))
        LIBC.shmdt(ctypes.c_void_p(address))
        self.messages = LIBC.msgget(self.key, 0o1600)
        LIBC.msgsnd(self.messages, (1).to_bytes(8, "little") + text, len(text), 0)
        self.queue = LIBC.mq_open(f"/{name}".encode(), os.O_RDWR | os.O_CREAT, 0o600, None)
        LIBC.mq_send(self.queue, text, len(text), 0)
        self.ring = LIBC.syscall(SYS_ADD_KEY, b"user", name.encode(), text, len(text), USER_RING)
        self.files = [pathlib.Path(directory) / name for directory in ("/tmp", "/var/tmp", "/dev/shm")]
        for file in self.files:
            file.write_text(token)

    def end(self):
        LIBC.shmctl(self.memory, 0, None)
        LIBC.msgctl(self.messages, 0, None)
        os.close(self.queue)
        LIBC.mq_unlink(f"/{self.name}".encode())
        LIBC.syscall(SYS_KEYCTL, UNLINK_KEY, self.ring, USER_RING)
        for file in self.files:
            file.unlink()


class Scene:
    """Directories, canaries and facts of one attack in one run."""

    def __init__(self, base, gatehouse, program, attack):
        self.attack, self.gatehouse, self.program = attack, gatehouse, program
        self.place = base / secrets.token_hex(4)
        self.name, self.token, self.ran = (f"gatehouse-attack-{secrets.token_hex(8)}", *(secrets.token_hex(16) for _ in range(2)))
        self.home, self.workspace, self.outside = (self.place / name for name in ("home", "workspace", "outside"))
        self.gate = self.place / "bin/gatehouse"
        self.make_files()
        self.bystander = Bystander(program, self.place, self.token)
        self.servers = Servers(self.place, self.name) if attack.goal == "reached" else None
        self.shared = Shared(self.name, self.token) if attack.name.startswith("secrets.") else None
        self.make_terminal_and_descriptors()
        self.write_facts()
        self.before = self.snapshots()

    def make_files(self):
        for name in (".config/gatehouse", ".config/git", ".claude", ".cache/pip", ".npm/_cacache", ".cargo/registry", ".docker/run",
                     f"{STATE}/audit", f"{STATE}/trust", f"{STATE}/history", f"{STATE}/run", ".ssh", ".aws"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        for directory in (self.home / STATE).rglob("*"):
            directory.chmod(0o700)
        for name in (".git/hooks", ".git/objects", ".git/refs/heads", "sub"):
            (self.workspace / name).mkdir(parents=True)
        (self.outside / "empty").mkdir(parents=True)
        self.gate.parent.mkdir()
        if self.attack.name == "own.program":
            shutil.copy(self.gatehouse, self.gate)
        else:
            self.gate.symlink_to(self.gatehouse)
        (self.workspace / ".git/HEAD").write_text("ref: refs/heads/main\n")
        (self.workspace / ".git/config").write_text("[core]\n\trepositoryformatversion = 0\n")
        for file in [*(self.home / key for key in KEYS), self.home / STATE / "audit/earlier.jsonl", self.workspace / ".env", self.workspace / "sub/.env"]:
            file.write_text(self.token)
        for file in (self.home / ".bashrc", self.home / ".profile", self.home / STATE / "history/earlier", self.outside / "victim"):
            file.write_text("the owner's\n")
        with contextlib.suppress(OSError):
            os.setxattr(self.outside / "victim", "user.kept", b"x")
        (self.outside / "forbidden").write_text(f"#!/bin/sh\necho {self.ran}\n")
        (self.outside / "forbidden").chmod(0o755)
        (self.home / ".config/gatehouse/rules.yaml").write_text(RULES.format(place=self.place))
        (self.place / "limits.yaml").write_text(CONFIG)
        if self.attack.name == "own.trust-command":
            (self.workspace / ".gatehouse").mkdir()
            (self.workspace / ".gatehouse/rules.yaml").write_text("version: 1\nrules: []\n")

    def make_terminal_and_descriptors(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.write(self.bystander.screen, self.token.encode())
        self.ends = socket.socketpair()
        self.descriptors = {"inherited_file": os.open(self.outside / "victim", os.O_RDWR), "inherited_directory": os.open(self.outside, os.O_RDONLY),
                            "inherited_place": os.open(self.outside / "victim", os.O_PATH), "inherited_secret": os.dup(self.bystander.secret),
                            "inherited_socket": os.dup(self.ends[1].fileno()), "inherited_process": os.pidfd_open(self.bystander.process.pid)}

    def write_facts(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.free_port = free.getsockname()[1]
        facts = {"bystander": self.bystander.process.pid, "secret_descriptor": self.bystander.secret, "log_descriptor": self.bystander.log,
                 "terminal_descriptor": self.bystander.terminal, "other_terminal": os.ttyname(self.bystander.terminal), "ipc_key": self.shared.key if self.shared else 0,
                 "ipc_name": self.name, "gate": self.gate, "free_port": self.free_port, **self.descriptors, **self.bystander.facts, **(self.servers.facts if self.servers else {})}
        (self.place / "facts").write_text("".join(f"{name}={value}\n" for name, value in facts.items()))

    def snapshots(self):
        """By goal. gatehouse itself writes records and private caches meanwhile."""
        own = (self.home / ".config/gatehouse", self.home / STATE / "trust", self.home / STATE / "audit/earlier.jsonl", self.home / STATE / "history/earlier",
               self.gate)
        parts = {"own": snapshot(*own), "outside": snapshot(self.outside)}
        of_gatehouse = (str(self.home / STATE), str(self.home / ".cache/gatehouse"), str(self.home / ".config/gatehouse"))
        parts["home"] = {path: seen for path, seen in snapshot(self.home).items() if not path.startswith(of_gatehouse)}
        return parts

    def planted(self):
        def text(name):
            try:
                return (self.workspace / name).read_bytes()
            except OSError:
                return b""
        return any(b"planted" in text(name) for name in PLANTS)

    def large(self):
        path = self.workspace / "large"
        return path.exists() and path.stat().st_size > 4 << 20

    def of_this_place(self):
        """Processes that have to do with it, but for the bystander; the youngest first, which may be the next to end."""
        mine = str(self.place).encode()
        for pid in sorted(map(int, filter(str.isdigit, os.listdir("/proc"))), reverse=True):
            if pid not in (os.getpid(), self.bystander.process.pid):
                with contextlib.suppress(OSError):
                    if mine in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                        yield pid

    def is_survived(self):
        """Looked for more than once: one that runs from process to process is not there in every look."""
        return any(any(self.of_this_place()) for _ in range(8))

    def new_key(self):
        found = LIBC.syscall(SYS_KEYCTL, SEARCH_KEY, USER_RING, b"user", f"{self.name}-new".encode(), 0)
        if found > 0:
            LIBC.syscall(SYS_KEYCTL, UNLINK_KEY, found, USER_RING)
        return found > 0

    def damage(self, output):
        """Every goal that was reached, of those that can be told afterwards."""
        now = self.snapshots()
        found = {goal for goal, before in self.before.items() if now[goal] != before}
        found |= {goal for goal, text in (("secret", self.token), ("ran", self.ran), ("gained", "Last password change")) if text.encode() in output}
        told = {"planted": self.planted(), "large": self.large(), "survivor": self.attack.goal == "survivor" and self.is_survived(), "key": self.new_key(),
                "bystander": self.bystander.was_reached(), "reached": self.servers and self.servers.were_reached() or bool(select.select([self.ends[0]], [], [], 0)[0]),
                "typed": bool(select.select([self.slave], [], [], 0)[0]), "drawn": b"drawn" in self.drawn()}
        return found | {goal for goal, is_so in told.items() if is_so}

    def drawn(self):
        return os.read(self.bystander.screen, 4096) if select.select([self.bystander.screen], [], [], 0)[0] else b""

    def end_processes(self):
        for _ in range(200):
            left = list(self.of_this_place())
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                return

    def end(self):
        """The directories stay: removing many at once takes less time."""
        for part in filter(None, (self.bystander, self.servers, self.shared)):
            part.end()
        for fd in (self.master, self.slave, *self.descriptors.values()):
            os.close(fd)
        for end in self.ends:
            end.close()
