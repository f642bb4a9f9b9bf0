"""How long it takes a change of the state to be in force in twenty sandboxes."""
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sandbox"))
from state import Place  # noqa: E402

SESSIONS, TARGET = 20, 50
IDLE = ": > ready; while sleep 0.05; do :; done"
WRITING = "exec 5>> $$.log; : > ready; while sleep 0.05; do echo x >&5; done"


def in_force_after(options, script, rounds):
    place = Place(options.gatehouse)
    try:
        for _ in range(SESSIONS):
            place.start(script)
        took = [place.set("--mode", "read-only")["in_force_ms"]]
        for _ in range(rounds - 1):  # whoever was in the way has been ended the first time
            place.set("--mode", "workspace-write")
            took.append(place.set("--mode", "read-only")["in_force_ms"])
        return statistics.median(took)
    finally:
        place.end()


def bench(options, table):
    table.most("state set, 20 sandboxes", "ms", TARGET, lambda: in_force_after(options, IDLE, 5))
    table.most("state set, 20 with a writer each", "ms", TARGET, lambda: in_force_after(options, WRITING, 1))
