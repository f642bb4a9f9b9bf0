#!/usr/bin/env python3
"""gatehouse exec as a job of a real shell on a real terminal: Ctrl-C, Ctrl-Z, fg, pipelines, window size, questions.

usage: terminal.py GATEHOUSE
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

GATEHOUSE = os.path.abspath(sys.argv[1])
RULES = """version: 1
rules:
  - {id: ask.id, event: exec, when: {program: id}, verdict: ask, reason: Asks who you are.}
"""


TAKE = """import fcntl, struct, termios
for request, words in ((termios.TIOCSETD, struct.pack("i", 27)), (termios.TIOCEXCL, 0)):
    try: fcntl.ioctl(0, request, words)
    except OSError as error: print(type(error).__name__)
"""


class Shell:
    """An interactive bash on a pseudo-terminal, driven as a person would."""

    def __init__(self, directory):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.environ["PS1"] = "prompt> "
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.seen = ""
        self.expect("prompt> ")

    def send(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern, seconds=30):
        """Waits for the pattern in what came since the last match; returns the text up to its end."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen)
            if found:
                text, self.seen = self.seen[: found.end()], self.seen[found.end():]
                return text
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"waited for {pattern!r}, saw {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the shell is gone; waited for {pattern!r}, saw {self.seen!r}") from None

    def run(self, command, pattern):
        self.send(command + "\n")
        self.expect(re.escape(command[-10:]))  # the echo
        return self.expect(pattern)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self):
        os.close(self.fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def ctrl_c_ends_the_command_and_the_shell_goes_on(shell):
    shell.send(f"{GATEHOUSE} exec -- sh -c 'echo up; sleep 60'; echo status $?\n")
    shell.expect(r"[\n\r]up\r")
    time.sleep(0.5)  # a signal between vfork and exec is the shell's own, with or without a gate
    shell.send("\x03")
    shell.expect(r"status 130")


def ctrl_z_stops_it_and_fg_continues_it(shell):
    shell.send(f"{GATEHOUSE} exec -- sh -c 'echo up; sleep 2; read x; echo got $x'\n")
    shell.expect(r"[\n\r]up\r")
    time.sleep(0.5)
    shell.send("\x1a")
    shell.expect(r"Stopped")
    shell.expect(r"prompt> ")
    shell.run("jobs", r"Stopped")
    shell.send("fg\n")
    time.sleep(2)
    shell.send("hello\n")
    shell.expect(r"got hello")


def a_shell_inside_has_jobs_of_its_own(shell):
    shell.send(f"{GATEHOUSE} exec -- bash --norc --noprofile -i\n")
    shell.expect(r"bash-\S*[#$] ")
    shell.send("sleep 60\n")
    time.sleep(0.5)
    shell.send("\x1a")
    shell.expect(r"Stopped")
    shell.run("kill -9 %1; wait %1 2>/dev/null; echo inner", r"[\n\r]inner\r")
    shell.send("sh -c 'read line < /dev/tty; echo got $line'\n")
    time.sleep(0.5)
    shell.send("typed\n")
    shell.expect(r"got typed")
    shell.send("exit 5\n")
    shell.run("echo status $?", r"status 5")


def a_pipeline_gets_its_ctrl_c(shell):
    shell.send(f"{GATEHOUSE} exec -- sh -c 'echo up; sleep 60' | cat; echo not reached\n")
    shell.expect(r"[\n\r]up\r")
    time.sleep(0.3)
    shell.send("\x03")
    shell.expect(r"prompt> ")  # bash drops the rest of a line whose pipeline was interrupted
    shell.run("echo alive", r"[\n\r]alive")


def the_window_size_reaches_the_command(shell):
    shell.resize(40, 123)
    shell.run(f"{GATEHOUSE} exec -- stty size", r"40 123")
    shell.send(f"{GATEHOUSE} exec -- bash --norc -c 'trap \"stty size; exit\" WINCH; echo up; while :; do sleep 0.1; done'\n")
    shell.expect(r"[\n\r]up\r")
    shell.resize(41, 77)
    shell.expect(r"41 77")


def a_question_is_answered_at_the_terminal(shell):
    exec_id = f"{GATEHOUSE} exec --rules rules.yaml --"
    for answer, status in (("y", 0), ("n", 126), ("", 126)):
        shell.send(f"{exec_id} id -u; echo status $?\n")
        shell.expect(r"\[y/N/s\] ")
        shell.send(answer + "\n")
        shell.expect(rf"status {status}")
    # The one who asks waits, the rest of the tree does not; s holds for the session.
    shell.send(f"{exec_id} sh -c 'id -u >/dev/null & sleep 0.5; echo beside; wait; id -u >/dev/null; echo second $?'\n")
    shell.expect(r"\[y/N/s\] ")
    shell.expect(r"beside")
    shell.send("s\n")
    shell.expect(r"second 0")


def a_refused_program_is_asked_for_once(shell):
    # The shell tries each directory of the PATH, and two of them have the same file.
    shell.send(f"PATH=/usr/bin:/bin {GATEHOUSE} exec --rules rules.yaml -- /bin/sh -c 'id -u; echo inner $?'; echo status $?\n")
    shell.expect(r"\[y/N/s\] ")
    shell.send("n\n")
    text = shell.expect(r"status 0")
    assert "asks:" not in text and "inner 126" in text, text


def ctrl_c_at_a_question_refuses_it(shell):
    # dash waits for the exec in a vfork, where no signal reaches it.
    shell.send(f"{GATEHOUSE} exec --rules rules.yaml -- /bin/sh -c 'id -u; echo not reached'; echo status $?\n")
    shell.expect(r"\[y/N/s\] ")
    shell.send("\x03")
    shell.expect(r"prompt> ")
    shell.run("echo alive", r"[\n\r]alive")


def what_would_fool_the_reader_is_shown(shell):
    shell.send(f"{GATEHOUSE} exec --rules rules.yaml -- id $'\\x1b[2Kharmless'\n")
    text = shell.expect(r"\[y/N/s\] ")
    assert "\x1b[2K" not in text.split("asks:")[1], text
    assert "\\x1b[2Kharmless" in text, text
    shell.send("\n")


def the_terminal_is_of_use_afterwards(shell):
    """Another line discipline would silence it, and nobody could open one that is made exclusive."""
    shell.send(f"{GATEHOUSE} exec -- python3 take.py; echo over\n")
    text = shell.expect(r"[\n\r]over")
    assert text.count("PermissionError\r") == 2, text
    shell.run("echo alive > /dev/tty", r"[\n\r]alive")


def main():
    failed = 0
    tests = [ctrl_c_ends_the_command_and_the_shell_goes_on, ctrl_z_stops_it_and_fg_continues_it,
             a_shell_inside_has_jobs_of_its_own, a_pipeline_gets_its_ctrl_c, the_window_size_reaches_the_command,
             a_question_is_answered_at_the_terminal, a_refused_program_is_asked_for_once,
             ctrl_c_at_a_question_refuses_it, what_would_fool_the_reader_is_shown, the_terminal_is_of_use_afterwards]
    with tempfile.TemporaryDirectory(prefix="gatehouse-test-") as directory:
        with open(os.path.join(directory, "rules.yaml"), "w", encoding="utf-8") as rules:
            rules.write(RULES)
        with open(os.path.join(directory, "take.py"), "w", encoding="utf-8") as take:
            take.write(TAKE)
        for test in tests:
            shell = Shell(directory)
            try:
                test(shell)
                print(f"ok   {test.__name__}")
            except AssertionError as error:
                failed += 1
                print(f"FAIL {test.__name__}: {error}")
            finally:
                shell.close()
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
