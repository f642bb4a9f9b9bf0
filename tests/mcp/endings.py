"""However a call or a server ends, nothing of it is left running."""
import os
import random
import shlex
import signal
import time

from client import Gone, text_of
from processes import describe, descendants, gone, marked, named, new_mark

# Ways in which a command gets out of its parent's sight, and how many sleepers it starts. $0 is the mark.
WAYS = {
    "in the foreground": ('exec -a "$0" sleep 1000', 1),
    "in the background": ('(exec -a "$0" sleep 1000) & wait', 1),
    "in a session of its own": ('setsid bash -c \'exec -a "$0" sleep 1000\' "$0" & wait', 1),
    "orphaned twice": ('(setsid bash -c \'(exec -a "$0" sleep 1000) &\' "$0" &) ; (exec -a "$0" sleep 1000)', 2),
    "deaf to signals": ('trap "" TERM INT HUP; (trap "" TERM; exec -a "$0" sleep 1000) & exec -a "$0" sleep 1000', 2),
    "stopped": ('(exec -a "$0" sleep 1000) & kill -STOP $!; exec -a "$0" sleep 1000', 1),
    "a crowd": ('for i in $(seq 40); do (exec -a "$0" sleep 1000) & done; wait', 40),
}


def start_way(server, way):
    """Starts that way of running on; returns the request and the mark once it is under way."""
    script, sleepers = way
    mark = new_mark()
    request = server.start("shell", {"command": f"bash -c {shlex.quote(script)} {mark}"})
    deadline = time.monotonic() + 20
    while len(named(mark)) < sleepers:
        assert time.monotonic() < deadline, f"it never ran: {server.receive(0)}"
        time.sleep(0.001)
    return request, mark


def assert_gone(mark):
    left = gone(lambda: marked(mark))
    assert not left, f"still running: {describe(left)}"


def a_cancelled_call_leaves_no_process(place):
    """As often as --rounds says, in every way in turn, on one connection."""
    server = place.serve()
    ways = list(WAYS.values())
    server.shell("true")
    for i in range(place.rounds):
        request, mark = start_way(server, ways[i % len(ways)])
        if i % 3 == 2:
            time.sleep(random.random() * 0.01)
        server.cancel(request)
        assert_gone(mark)
        server.answers_ping()
        assert not server.queue, f"a cancelled call is answered: {server.queue}"
    assert text_of(server.shell("echo still here")).endswith("still here\n")


def a_call_cancelled_at_any_moment_leaves_no_process(place):
    server = place.serve()
    marks = [new_mark() for _ in range(place.rounds)]
    for i, mark in enumerate(marks):
        request = server.start("shell", {"command": f"exec -a {mark} sleep 1000"})
        time.sleep(i / place.rounds * 0.01)
        server.cancel(request)
    server.shell("true")
    for mark in marks:
        assert_gone(mark)


def a_cancelled_call_leaves_the_others_alone(place):
    server = place.serve()
    mark = new_mark()
    server.shell(f"(exec -a {mark} sleep 1000) > /dev/null 2>&1 &")
    other = server.start("shell", {"command": "sleep 1; echo unharmed"})
    for way in WAYS.values():
        request, its_mark = start_way(server, way)
        server.cancel(request)
        assert_gone(its_mark)
    assert "unharmed" in text_of(server.answer(other)["result"])
    assert len(marked(mark)) == 1


def a_killed_server_leaves_no_process(place):
    """As often as --rounds says: SIGKILL in the middle of every way of running on."""
    ways = list(WAYS.values())
    for i in range(place.rounds):
        server = place.serve()
        _, mark = start_way(server, ways[i % len(ways)])
        family = descendants(server.process.pid)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert_gone(mark)
        place.all_gone(family)
        server.end()


def a_server_killed_at_any_moment_leaves_no_process(place):
    for i in range(place.rounds):
        server = place.serve()
        server.start("shell", {"command": f"(setsid bash -c 'exec -a {place.mark} sleep 1000' &) &"
                                            f"exec -a {place.mark} sleep 1000"})
        time.sleep(i / place.rounds * 0.02)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        if i % 10 == 9:
            place.all_gone()
        server.end()
    place.all_gone()


def ends_cleanly(place, end, seconds=5):
    """The server ends with status 0, in time, and takes its commands with it, whatever they do."""
    for way in (None, *WAYS.values()):
        server = place.serve()
        mark = way and start_way(server, way)[1]
        family = descendants(server.process.pid)
        started = time.monotonic()
        end(server)
        status = server.wait(seconds + 5)
        assert status == 0, status
        assert time.monotonic() - started < seconds, f"{time.monotonic() - started} s"
        if mark:
            assert_gone(mark)
        place.all_gone(family)
        server.end()


def sigterm_ends_the_server_and_its_commands(place):
    ends_cleanly(place, lambda server: server.process.send_signal(signal.SIGTERM))


def sigint_ends_the_server_and_its_commands(place):
    ends_cleanly(place, lambda server: server.process.send_signal(signal.SIGINT))


def sighup_ends_the_server_and_its_commands(place):
    ends_cleanly(place, lambda server: server.process.send_signal(signal.SIGHUP))


def the_end_of_input_ends_the_server_and_its_commands(place):
    ends_cleanly(place, lambda server: server.process.stdin.close())


def what_was_asked_before_the_end_of_input_is_answered(place):
    """As of a client in a pipe: it says all that it has to say, and listens."""
    server = place.serve()
    asked = [server.start("write", {"file_path": f"f{i}", "content": "x\n"}) for i in range(20)]
    asked += [server.start("read", {"file_path": "f0"}), server.start("shell", {"command": "echo said"})]
    mark = new_mark()
    endless = server.start("shell", {"command": f"exec -a {mark} sleep 1000"})
    assert server.close(5) == 0
    answers = {message.get("id"): message for message in server.queue}
    assert all("result" in answers[request] for request in asked), answers
    assert "said" in text_of(answers[asked[-1]]["result"]), answers
    assert endless not in answers
    assert_gone(mark)
    assert all(os.path.exists(f"{place.workspace}/f{i}") for i in range(20))


def a_signal_leaves_no_change_half_done(place):
    names = [f"d{i}" for i in range(1000)]
    patch = "*** Begin Patch\n" + "".join(f"*** Add File: {name}\n+x\n" for name in names) + "*** End Patch"
    for i in range(max(10, place.rounds // 10)):
        server = place.serve()
        server.call("read", file_path=".")
        server.start("apply_patch", {"patch": patch})
        time.sleep(random.random() * 0.3)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        server.end()
        made = [name for name in names if os.path.exists(f"{place.workspace}/{name}")]
        assert made in ([], names), len(made)
        for name in made:
            os.unlink(f"{place.workspace}/{name}")


def a_signal_at_any_moment_ends_the_server(place):
    """Also before it listens, where the signal's own effect is as good."""
    for i in range(max(20, place.rounds // 4)):
        server = place.serve(None)
        number = (signal.SIGTERM, signal.SIGINT)[i % 2]
        try:
            if i % 4 > 1:
                server.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                          "clientInfo": {"name": "wire", "version": "1"}})
                server.start("shell", {"command": f"exec -a {place.mark} sleep 1000"})
        except Gone:
            pass
        time.sleep(random.random() * 0.02)
        server.process.send_signal(number)
        assert server.wait() in (0, -number)
        server.end()
    place.all_gone()


def a_signal_ends_a_server_whose_client_does_not_read(place):
    server = place.serve()
    os.set_blocking(server.to, False)
    request = b'{"jsonrpc":"2.0","id":7,"method":"tools/list"}\n' * 100
    stalled = time.monotonic()
    while time.monotonic() - stalled < 0.3:
        try:
            os.write(server.to, request)
            stalled = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0
    assert time.monotonic() - started < 5


TESTS = [a_cancelled_call_leaves_no_process, a_call_cancelled_at_any_moment_leaves_no_process,
         a_cancelled_call_leaves_the_others_alone, a_killed_server_leaves_no_process,
         a_server_killed_at_any_moment_leaves_no_process, sigterm_ends_the_server_and_its_commands,
         sigint_ends_the_server_and_its_commands, sighup_ends_the_server_and_its_commands,
         the_end_of_input_ends_the_server_and_its_commands, what_was_asked_before_the_end_of_input_is_answered,
         a_signal_leaves_no_change_half_done, a_signal_at_any_moment_ends_the_server,
         a_signal_ends_a_server_whose_client_does_not_read]
