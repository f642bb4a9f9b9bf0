"""A network by name: how fast the gate is while a name server outside is silent, and bytes through an allowed connection.

usage: net_bench.py GATEHOUSE PAIRS     both measurements as JSON; bench() runs it so, since it has files and a network of its own
"""
import json
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sandbox"))
import net_scene as scene  # noqa: E402

MEGABYTE, MEGABYTES, WAITING = 1 << 20, 1024, 8
FILES = {"/etc/hosts": "127.0.0.1 localhost fast.example\n", "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n",
         "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"}
# Prints how many seconds the loop takes beside what runs in the background.
LOOP = """import subprocess, sys, time, os
beside = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]])
while not os.path.exists("ready"): time.sleep(0.01)
started = time.perf_counter()
subprocess.run(["sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"], check=True)
print(time.perf_counter() - started)
beside.kill()
"""
ASK = """import socket, sys, threading, time
def ask(name):
    while True:
        try: socket.create_connection((name, 80))
        except OSError: pass
for n in range(int(sys.argv[1])): threading.Thread(target=ask, args=("silent%d.example" % n,)).start()
time.sleep(1); open("ready", "w").close(); time.sleep(1000)
"""
SEND = """import socket, sys, time
size, block = int(sys.argv[3]) << 20, bytearray(1 << 20)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
    started = time.perf_counter()
    if sys.argv[4] == "out":
        s.sendall(b"o")
        for _ in range(int(sys.argv[3])): s.sendall(block)
        s.shutdown(socket.SHUT_WR); assert s.recv(1) == b"k"
    else:
        s.sendall(b"i"); got = 0
        while count := s.recv_into(block): got += count
        assert got == size, got
    print(time.perf_counter() - started)
"""


def talk(peer):
    block = bytearray(MEGABYTE)
    if peer.recv(1) == b"o":
        while peer.recv_into(block):
            pass
        peer.sendall(b"k")
    else:
        for _ in range(MEGABYTES):
            peer.sendall(block)


def seconds(done):
    if done.returncode != 0 or done.stderr:
        raise RuntimeError(f"ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return float(done.stdout)


def pairs(ours, theirs, count):
    """The median of the pairs' ratios, and the medians of both sides in milliseconds."""
    a, b = zip(*((ours(), theirs()) for _ in range(count)))
    return statistics.median(x / y for x, y in zip(a, b)), statistics.median(a) * 1000, statistics.median(b) * 1000


def loop_beside(place, asking):
    (place.workspace / "ready").unlink(missing_ok=True)
    return seconds(place.run("/usr/bin/python3", "-c", LOOP, ASK, str(asking)))


def measure(gatehouse, count):
    scene.see_other_files(FILES, network=True)
    names = scene.NameServer()
    names.silent = {f"silent{n}.example" for n in range(WAITING)}
    server, place = scene.Server("fast", talk=talk), scene.Place(gatehouse)
    try:
        place.rules(scene.allow("'*.example'", "[80, %d]" % server.port))
        words = ["/usr/bin/python3", "-c", SEND]
        more = [str(server.port), str(MEGABYTES)]
        figures = {"loop": pairs(lambda: loop_beside(place, WAITING), lambda: loop_beside(place, 0), count)}
        for way in ("out", "in"):
            figures[way] = pairs(
                lambda: seconds(place.run(*words, "fast.example", *more, way)),
                lambda: seconds(subprocess.run([*words, "127.0.0.1", *more, way], capture_output=True, text=True, check=False)), count)
        assert set(names.asked) >= names.silent, "the name server was not asked"
        return figures
    finally:
        place.end()


def bench(options, table):
    count = 1 if options.quick else 7
    done = subprocess.run([sys.executable, __file__, str(options.gatehouse), str(count)], capture_output=True, text=True, check=False)

    def figure(which):
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-200:])
        return json.loads(done.stdout)[which]

    table.ratio("1,000 x /bin/true, a name server silent", "the same, nobody asks it", 1.05, lambda: figure("loop"))
    for way in ("out", "in"):
        table.ratio(f"1 GB {way} by an allowed connection", "direct on loopback", 1.25, lambda way=way: figure(way))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
