"""Which processes are there: by a mark in their words or environment, and by descent."""
import os
import time
import uuid


def new_mark():
    return "mark-" + uuid.uuid4().hex


def _read(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid):
    """(parent, state, start time): with its start time a process id is one process's for ever."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return (int(fields[1]), fields[0], int(fields[19])) if fields else None


def marked(mark):
    """Living processes that carry the mark; this one does not count."""
    wanted = mark.encode()
    return [pid for pid in _pids() if pid != os.getpid()
            and (wanted in _read(pid, "cmdline") or wanted in _read(pid, "environ"))
            and (_stat(pid) or (0, b"Z", 0))[1] != b"Z"]


def named(name):
    """Those whose first word is that: programs that were started with exec -a NAME."""
    return [pid for pid in _pids() if _read(pid, "cmdline").startswith(name.encode() + b"\0")]


def descendants(root):
    """{(pid, start time)} of everything below that process, in any namespace, and itself."""
    stats = {pid: stat for pid in _pids() if (stat := _stat(pid))}
    children = {}
    for pid, (parent, _, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    found, todo = set(), [root]
    while todo:
        pid = todo.pop()
        if pid in stats:
            found.add((pid, stats[pid][2]))
        todo.extend(children.get(pid, ()))
    return found


def living(processes):
    """Those of {(pid, start time)} that are still there and no zombies."""
    stats = {(pid, start): _stat(pid) for pid, start in processes}
    return {one for one, stat in stats.items() if stat and stat[2] == one[1] and stat[1] not in (b"Z", b"X")}


def gone(find, seconds=10):
    """Waits until find() finds nothing; what it found last otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        left = find()
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.002)


def describe(pids):
    return "; ".join(f"{pid} {_read(pid, 'cmdline').replace(bytes(1), b' ')[:120].decode(errors='replace')}"
                     for pid in pids)
