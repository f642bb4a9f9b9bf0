"""What an attack holds while it lives, told from outside by /proc and by what its process has open."""

import fcntl
import os
import pathlib
import socket

from attacks_scene import LIBC, SYS_PIDFD_GETFD


def tree(pid):
    """The process and all below it."""
    yield pid
    try:
        children = [child for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from tree(int(child))


def read(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def links(pid, directory):
    found = {}
    try:
        for entry in pathlib.Path(f"/proc/{pid}/{directory}").iterdir():
            found[entry.name] = os.readlink(entry)
    except OSError:
        pass
    return found


def attackers(pid):
    """Of the tree, who is not gatehouse."""
    return [one for one in tree(pid) if not read(one, "comm").startswith("gatehouse")]


def families(pid):
    """Of the sockets that a process has."""
    process = os.pidfd_open(pid)
    for name, target in links(pid, "fd").items():
        if target.startswith("socket:"):
            taken = LIBC.syscall(SYS_PIDFD_GETFD, process, int(name), 0)
            if taken >= 0:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=taken) as one:  # named, or it would be asked for
                    yield one.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN)
    os.close(process)


def differs(pids, kind):
    return len({links(pid, "ns").get(kind) for pid in pids} - {None}) > 1


def has_lock(scene):
    with open(scene.outside / "victim", "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def has_lease(scene):
    try:
        os.close(os.open(scene.home / ".bashrc", os.O_WRONLY | os.O_NONBLOCK))
    except BlockingIOError:
        return True
    return False


def listens(scene):
    try:
        socket.create_connection(("127.0.0.1", scene.free_port), 0.5).close()
    except OSError:
        return False
    return True


def is_held(scene, goal, pid):
    """Whether somebody below the process has what the goal says."""
    word, _, what = goal.partition(" ")
    pids = attackers(pid)
    looks = {
        "fd": lambda: any(target.startswith(what) for one in pids for target in links(one, "fd").values()),
        "socket": lambda: any(int(what) == family for one in pids for family in families(one)),
        "namespace": lambda: differs(pids, what),
        "mount": lambda: any("attack-mount" in read(one, "mountinfo") for one in pids),
        "root": lambda: any(os.path.samefile(f"/proc/{one}/root", scene.outside) for one in pids),
        "persona": lambda: any(int(read(one, "personality") or "0", 16) != 0 for one in pids),
        "lied": lambda: any(read(one, "cmdline").startswith("harmless") for one in pids),
        "many": lambda: len(pids) > 150,
        "locked": lambda: has_lock(scene),
        "leased": lambda: has_lease(scene),
        "listens": lambda: listens(scene),
    }
    return word in looks and looks[word]()
