#!/usr/bin/env python3
"""More connections at once than fit: those beyond are refused with ENOBUFS, the others go on, and who comes later is served.

    tests/sandbox/crowd.py GATEHOUSE [--only WORD] [--count N]
"""

import argparse
import pathlib
import resource
import sys

import cases
import net_scene as net

OPEN_FILES = 4096  # of egress, which takes six for a connection

CROWD = """
import collections, time
to, kept, said = (socket.gethostbyname("allowed.example"), int(sys.argv[1])), [], collections.Counter()
for n in range(int(sys.argv[2])):
    s = socket.socket()
    try: s.connect(to); kept.append(s); said["made"] += 1
    except OSError as error: said[errno.errorcode[error.errno]] += 1
def talk(s): s.sendall(b"x"); return s.recv(9) == b"four x"
heard = sum(map(talk, kept))
for s in kept: s.close()
later = False
limit = time.monotonic() + 40
while not later and time.monotonic() < limit:
    try: later = talk(socket.create_connection(to))
    except OSError: time.sleep(0.05)
print(said["made"], said["ENOBUFS"], heard, later, len(said))
"""


def those_that_fit_are_carried_and_the_others_refused(place):
    server = net.Server("four")
    place.rules(net.allow("allowed.example", server.port))
    count = place.count
    done = place.python(CROWD, server.port, count, timeout=240)
    made, refused, heard, later, kinds = done.stdout.split()
    assert int(made) + int(refused) == count and int(kinds) <= 2, done
    assert heard == made and int(made) >= min(count, 500) and later == "True" and done.returncode == 0, done
    told = {denial["rule"]: denial["times"] for denial in place.denials()}
    assert told == ({"net.crowded": int(refused)} if refused != "0" else {}), told
    most = (OPEN_FILES - 256) // 6
    assert int(made) <= most, (done, most)


def main():
    parser = argparse.ArgumentParser(prog="crowd.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    parser.add_argument("--count", type=int, default=2000, help="of connections at once")
    options = parser.parse_args()
    try:
        net.see_other_hosts()
    except OSError as error:
        print(f"SKIP: {error}\n0 passed, 0 failed, 1 skipped")
        return 77
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))

    def place():
        made = net.Place(options.gatehouse)
        made.count = options.count
        return made

    return cases.run([those_that_fit_are_carried_and_the_others_refused], options.only, place)


if __name__ == "__main__":
    sys.exit(main())
