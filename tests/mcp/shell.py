"""The shell tool as DESIGN describes it: first line, denials, parameters and their other names, state, progress."""
import json
import re
import time

from client import meta_of, text_of
from processes import marked, new_mark

FIRST_LINE = re.compile(r"^(.+) · (\d+(?:\.\d+)?) (ms|s|min) · (\S+) · (workspace-write|read-only|danger-full-access), "
                        r"net (none|allowlist|full), tier ([ABC])$")
KEYS = {"exit_code", "signal", "timed_out", "duration_ms", "cwd", "truncated", "denials", "sandbox"}


def first_line(result):
    line = text_of(result).split("\n")[0]
    found = FIRST_LINE.match(line)
    assert found, f"the first line is {line!r}"
    return found


def output_of(result):
    return text_of(result).partition("\n")[2]


def it_is_listed_with_its_parameters(place):
    tool = next(tool for tool in place.serve().tools() if tool["name"] == "shell")
    names = tool["inputSchema"]["properties"].keys()
    assert {"command", "cwd", "env", "stdin", "timeout_s"} <= names, names
    assert not {"cmd", "script", "workdir", "directory", "timeout", "timeout_ms", "description"} & names, names
    assert tool["inputSchema"]["required"] == ["command"]
    assert tool["annotations"]["readOnlyHint"] is False, tool["annotations"]
    assert tool["_meta"]["anthropic/alwaysLoad"] is True and "anthropic/maxResultSizeChars" in tool["_meta"]


def read_only_is_announced_as_read_only(place):
    server = place.serve(options=["--mode", "read-only"])
    tool = next(tool for tool in server.tools() if tool["name"] == "shell")
    assert tool["annotations"]["readOnlyHint"] is True, tool["annotations"]
    result = server.shell("touch here || echo refused")
    assert "refused" in output_of(result) and first_line(result)[5] == "read-only"
    assert not (place.workspace / "here").exists()


def output_and_state_stand_in_the_result_once(place):
    server = place.serve()
    result = server.shell("echo $((40+2)); echo err >&2")
    assert first_line(result)[1] == "exit 0", text_of(result)
    assert output_of(result).split() == ["42", "err"], text_of(result)
    assert not result.get("isError") and "structuredContent" not in result
    meta = meta_of(result)
    assert KEYS <= meta.keys(), KEYS - meta.keys()
    assert (meta["exit_code"], meta["signal"], meta["timed_out"], meta["truncated"]) == (0, None, False, False), meta
    assert meta["denials"] == [] and meta["cwd"] == str(place.workspace), meta
    assert (meta["sandbox"]["mode"], meta["sandbox"]["network"]) == ("workspace-write", "none"), meta
    assert meta["sandbox"]["tier"] in "ABC" and isinstance(meta["sandbox"]["generation"], int), meta
    assert 0 <= meta["duration_ms"] < 20_000


def an_exit_status_is_no_error_of_the_tool(place):
    server = place.serve()
    for command, status in (("exit 7", 7), ("false", 1), ("no-such-program", 127), ("./there-is-none", 127),
                            ("if then", 2), ("ls /nowhere", 2)):
        result = server.shell(command)
        assert meta_of(result)["exit_code"] == status, (command, text_of(result))
        assert first_line(result)[1] == f"exit {status}" and not result.get("isError"), (command, result)


def a_signal_is_told_apart_from_a_status(place):
    result = place.serve().shell("kill -KILL $$")
    meta = meta_of(result)
    assert meta["signal"] in (9, "SIGKILL", "KILL") and meta["exit_code"] in (None, 137), meta
    assert re.search(r"SIGKILL|signal 9|killed", first_line(result)[1]), text_of(result)
    assert result["isError"] is True


def a_denied_command_names_rule_reason_and_what_to_do(place):
    server = place.serve()
    result = server.shell("git push -f origin main")
    text = text_of(result)
    lines = text.split("\n")
    assert lines[1].startswith("denied: git push -f origin main   (rule git.force-push, "), text
    assert re.search(r"rules\.yaml:\d+:\d+\)$", lines[1]), text
    assert "  Shared history must not be rewritten." in lines, text
    assert "  Instead: Push without --force." in lines, text
    denial, = meta_of(result)["denials"]
    assert (denial["verdict"], denial["rule"]) == ("deny", "git.force-push"), denial
    assert denial["reason"] == "Shared history must not be rewritten." and denial["suggest"] == "Push without --force."
    assert re.search(r"rules\.yaml:\d+:\d+$", denial["source"]), denial


def a_denial_further_down_shows_its_chain_and_is_no_error(place):
    program = "import subprocess; subprocess.run(['git', 'push', '--force']) if 1 else 0"
    result = place.serve().shell(f'sh -c "python3 -c \\"{program}\\" 2>/dev/null; echo went on"')
    text = text_of(result)
    chain = next((line for line in text.split("\n") if line.strip().startswith("by: ")), "")
    assert re.search(r"by: .*python3.* > git$", chain), text
    assert "went on" in text and meta_of(result)["exit_code"] == 0, text
    assert not result.get("isError")
    assert meta_of(result)["denials"][0]["chain"][-1] == "git", meta_of(result)["denials"]


def equal_denials_are_folded_and_few_are_shown(place):
    server = place.serve()
    text = text_of(server.shell("for i in 1 2 3 4 5 6 7; do git push -f; done 2>/dev/null; true"))
    assert text.count("denied: git push -f ") == 1, text
    assert re.search(r"\b7\b|\b6 more\b", text.split("\n")[1] + text), text
    result = server.shell("for i in $(seq 50); do git push -f origin b$i; done 2>/dev/null; true")
    assert text_of(result).count("\ndenied: ") == 5, text_of(result)
    assert "45" in text_of(result), text_of(result)


def a_question_that_nobody_can_answer_is_a_denial(place):
    result = place.serve().shell("whoami; echo after")
    assert "ask.whoami" in text_of(result) and "Asks who you are." in text_of(result), text_of(result)
    assert "after" in text_of(result)


def nothing_that_was_denied_was_run(place):
    place.rules.write_text("version: 1\nrules:\n  - {id: no.touch, event: exec, when: {program: touch}, "
                           "verdict: deny, reason: No.}\n")
    server = place.serve()
    result = server.shell("touch a; bash -c 'touch b'; cp /usr/bin/touch t; ./t c; env touch d")
    assert not list(place.workspace.glob("[abcd]")), text_of(result)
    assert "no.touch" in text_of(result)


def parameters_do_what_their_names_say(place):
    (place.workspace / "sub").mkdir()
    server = place.serve()
    sub = place.workspace / "sub"
    assert output_of(server.shell("pwd", cwd="sub")).strip() == str(sub)
    assert output_of(server.shell("pwd", cwd=str(sub))).strip() == str(sub)
    assert output_of(server.shell("pwd")).strip() == str(place.workspace)
    assert output_of(server.shell('echo "$A-$B"', env={"A": "1", "B": "x y'\"$"})).strip() == "1-x y'\"$"
    assert output_of(server.shell('echo "${A-none}"')).strip() == "none"
    assert output_of(server.shell("cat; echo end", stdin="in\nput ü")) == "in\nput üend\n"
    assert output_of(server.shell("cat; echo end")).strip() == "end"
    big = "0123456789abcdef" * 65_536
    assert output_of(server.shell("wc -c", stdin=big)).strip() == str(len(big))
    assert output_of(server.shell("true", stdin=big)).strip() == ""  # nobody reads it


def wrong_parameters_name_the_nearest_and_run_nothing(place):
    server = place.serve()
    for arguments, word in (({"comand": "touch x"}, "'command'"), ({"command": "touch x", "cwdd": "."}, "'cwd'"),
                            ({"command": "touch x", "timeout_s": "soon"}, "number"),
                            ({"command": "touch x", "timeout_s": -1}, "timeout_s"),
                            ({"command": "touch x", "env": {"A": 1}}, "strings"), ({"command": ""}, "command"),
                            ({"command": "touch x", "env": {"A=B": "1"}}, "A=B"),
                            ({"command": "touch x", "env": {"": "1"}}, "env"),
                            ({"command": "touch x", "cwd": "nowhere"}, "nowhere"),
                            ({"command": "touch x", "cwd": "/etc/passwd"}, "/etc/passwd")):
        result = server.call_with("shell", arguments)
        assert result.get("isError") is True and word in text_of(result), (arguments, text_of(result))
    assert not (place.workspace / "x").exists()


def other_hosts_names_are_taken_silently(place):
    server = place.serve()
    (place.workspace / "sub").mkdir()
    for arguments, wanted in (({"cmd": "echo hi"}, "hi"), ({"script": "echo hi"}, "hi"),
                              ({"command": "pwd", "workdir": "sub"}, str(place.workspace / "sub")),
                              ({"command": "pwd", "directory": "sub"}, str(place.workspace / "sub")),
                              ({"command": "echo hi", "description": "Greets"}, "hi"),
                              ({"command": "echo hi", "justification": "must"}, "hi"),
                              ({"command": ["echo", "a  b", "$HOME", "it's"]}, "a  b $HOME it's"),
                              ({"command": ["bash", "-lc", "echo $((6*7))"]}, "42"),
                              ({"command": "echo hi", "timeout_s": "5"}, "hi"),
                              ({"command": "echo hi", "timeout": "5000"}, "hi"),
                              ({"command": "echo hi", "cwd": None}, "hi")):
        result = server.call_with("shell", arguments)
        assert output_of(result).strip() == wanted, (arguments, text_of(result))


def a_timeout_ends_the_call_with_what_it_said(place):
    """timeout and timeout_ms are milliseconds, as hosts mean them; timeout_s is seconds."""
    server = place.serve()
    for arguments, least in (({"timeout_s": 1}, 1), ({"timeout_s": 0.5}, 0.5), ({"timeout": 700}, 0.7),
                             ({"timeout_ms": 700}, 0.7), ({"timeout": "700"}, 0.7)):
        mark = new_mark()
        started = time.monotonic()
        result = server.shell(f"echo partial; setsid bash -c 'exec -a {mark} sleep 99' & trap '' TERM; sleep 99; "
                              "echo never", **arguments)
        taken = time.monotonic() - started
        assert least <= taken < least + 3, (arguments, taken)
        assert result["isError"] is True and meta_of(result)["timed_out"] is True, result
        assert "timed out" in first_line(result)[1] and "partial" in output_of(result), text_of(result)
        assert "never" not in output_of(result)
        assert not marked(mark)


def files_and_tmp_are_kept_between_calls(place):
    server = place.serve()
    server.shell("echo one > here; echo two > /tmp/there; umask 077; export X=1")
    assert output_of(server.shell("cat here /tmp/there")).split() == ["one", "two"]
    assert (place.workspace / "here").read_text() == "one\n"
    other = place.serve()
    result = other.shell("cat /tmp/there")
    assert "two" not in output_of(result) and meta_of(result)["exit_code"] != 0, "two connections share /tmp"


def a_background_process_outlives_its_call(place):
    server = place.serve()
    started = time.monotonic()
    server.shell("(while :; do date +%s%N > beat; sleep 0.05; done) > /dev/null 2>&1 & echo $! > pid")
    assert time.monotonic() - started < 5, "the call waits for it"
    time.sleep(0.3)
    before = (place.workspace / "beat").read_text()
    time.sleep(0.3)
    assert (place.workspace / "beat").read_text() != before
    assert meta_of(server.shell("kill -0 $(cat pid) && kill $(cat pid)"))["exit_code"] == 0
    mark = new_mark()
    server.shell(f"nohup setsid bash -c 'exec -a {mark} sleep 1000' > /dev/null 2>&1 &")
    time.sleep(0.3)
    assert len(marked(mark)) == 1
    result = server.shell("true")
    assert len(marked(mark)) == 1, text_of(result)
    assert server.close() == 0
    place.all_gone()


def several_calls_run_at_once_and_answer_when_they_are_done(place):
    server = place.serve()
    started = time.monotonic()
    slow = server.start("shell", {"command": "sleep 1.5; echo slow"})
    quick = [server.start("shell", {"command": f"echo quick {i}"}) for i in range(20)]
    order = [server.receive() for _ in range(21)]
    assert {message["id"] for message in order} == {slow, *quick}
    assert order[-1]["id"] == slow and time.monotonic() - started < 10
    for message in order[:-1]:
        wanted = f"quick {quick.index(message['id'])}"
        assert output_of(message["result"]).strip() == wanted, message
    server.send_line(json.dumps({"jsonrpc": "2.0", "id": 7777, "method": "tools/call",
                                 "params": {"name": "shell", "arguments": {"command": "sleep 0.3"}}}))
    server.send_line(b'{"jsonrpc":"2.0","id":7777,"method":"ping"}')
    server.asked[7777] = "tools/call"
    assert server.receive()["error"]["code"] == -32600, "a duplicate id"
    assert "result" in server.receive()


# Copies whatever a shell that waits is told, and tells it something else.
THIEF = """import os, time
took = open("took", "wb", 0)
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(pid) == os.getpid() or b"read -r -d" not in open(f"/proc/{pid}/cmdline", "rb").read():
                continue
            fd = os.open(f"/proc/{pid}/fd/3", os.O_RDONLY | os.O_NONBLOCK)
            took.write(os.read(fd, 100))
        except OSError:
            pass
"""


def what_an_earlier_command_left_does_not_come_between_a_later_one_and_its_shell(place):
    server = place.serve()
    (place.workspace / "thief.py").write_text(THIEF)
    server.shell("true")
    server.shell("python3 thief.py > /dev/null 2>&1 & sleep 0.3")
    for n in range(20):
        result = server.shell(f"echo number {n}; echo x > ran{n}")
        assert output_of(result).strip() == f"number {n}" and (place.workspace / f"ran{n}").exists(), text_of(result)
        time.sleep(0.02)
    assert (place.workspace / "took").read_bytes() == b""


def a_command_that_begins_like_an_option_is_one(place):
    server = place.serve()
    for cwd in ({}, {"cwd": "."}):
        server.shell("true")
        time.sleep(0.1)  # for a shell to wait
        result = server.shell("-x; echo went on", **cwd)
        assert "-x: command not found" in output_of(result) and output_of(result).endswith("went on\n"), text_of(result)
        assert "+o: command not found" in output_of(server.shell("+o", **cwd))


def progress_comes_every_two_seconds_with_the_last_line(place):
    server = place.serve()
    for token in ("a token", 7):
        request = server.start("shell", {"command": "for i in 1 2 3 4 5; do echo line $i; sleep 1; done"}, token)
        others = []
        server.answer(request, others=others)
        params = [message["params"] for message in others if message["method"] == "notifications/progress"]
        assert 2 <= len(params) <= 4, others
        assert all(one["progressToken"] == token and "line " in one["message"] for one in params), params
        steps = [one["progress"] for one in params]
        assert steps == sorted(set(steps)), steps
    others = []
    server.answer(server.start("shell", {"command": "echo x; sleep 2.5"}), others=others)
    assert not others, "progress that nobody asked for"


TESTS = [it_is_listed_with_its_parameters, read_only_is_announced_as_read_only,
         output_and_state_stand_in_the_result_once,
         an_exit_status_is_no_error_of_the_tool, a_signal_is_told_apart_from_a_status,
         a_denied_command_names_rule_reason_and_what_to_do, a_denial_further_down_shows_its_chain_and_is_no_error,
         equal_denials_are_folded_and_few_are_shown, a_question_that_nobody_can_answer_is_a_denial,
         nothing_that_was_denied_was_run, parameters_do_what_their_names_say,
         wrong_parameters_name_the_nearest_and_run_nothing, other_hosts_names_are_taken_silently,
         a_timeout_ends_the_call_with_what_it_said, files_and_tmp_are_kept_between_calls,
         a_background_process_outlives_its_call, several_calls_run_at_once_and_answer_when_they_are_done,
         progress_comes_every_two_seconds_with_the_last_line,
         what_an_earlier_command_left_does_not_come_between_a_later_one_and_its_shell,
         a_command_that_begins_like_an_option_is_one]
