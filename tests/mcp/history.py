"""The tool history over the wire: what it knows, the way back, the rules, and what is left after a SIGKILL."""
import os
import threading
import time

from changing import SECRETS, tree, write
from client import Gone, meta_of, text_of


def changes(server, **arguments):
    """Who made each entry, from the oldest on."""
    result = server.call("history", **arguments)
    assert not result.get("isError"), text_of(result)
    return [entry["by"] for entry in reversed(meta_of(result)["entries"])]


def done(server, **arguments):
    result = server.call("history", **arguments)
    assert not result.get("isError"), text_of(result)
    return text_of(result)


def refused(server, **arguments):
    result = server.call("history", **arguments)
    assert result.get("isError"), text_of(result)
    return text_of(result)


def stored(place):
    """All bytes that the history of any workspace has."""
    return b"".join(path.read_bytes() for path in (place.home / ".local/state/gatehouse/history").rglob("*") if path.is_file())


def every_change_can_be_undone_also_by_the_next_server(place):
    write(place, a=b"one\r\ntwo\r\n", d__x=b"x")
    (place.workspace / "a").chmod(0o640)
    before = tree(place)
    server = place.serve()
    assert text_of(server.call("history")).startswith("nothing has been changed yet")
    server.call("edit", file_path="a", old_string="two", new_string="2")
    server.call("write", file_path="n/new", content="hello\n")
    server.call("apply_patch", patch="*** Begin Patch\n*** Update File: a\n-one\n+1\n*** Delete File: n/new\n*** End Patch")
    server.call("files", ops=[{"op": "delete", "path": "d", "recursive": True}, {"op": "move", "path": "a", "to": "b"},
                              {"op": "chmod", "path": "b", "to": "u+x"}])
    assert server.call("edit", file_path="b", old_string="nowhere", new_string="x")["isError"]
    assert changes(server) == ["edit", "write", "apply_patch", "files"]
    server.end()
    server = place.serve()
    assert changes(server) == ["edit", "write", "apply_patch", "files"]
    shown = done(server, action="show", id=4)
    for words in ("deleted d · in the trash: ", "moved a to b", "changed the mode of b: 640 to 740"):
        assert words in shown, shown
    assert "-one\n+1" in done(server, action="diff", id=3)
    dry = done(server, action="undo", dry_run=True)
    assert dry.startswith("dry run, nothing was changed: undo 4 (files)"), dry
    for number in (4, 3, 2, 1):
        assert done(server, action="undo").startswith(f"undo {number} ("), number
    assert tree(place) == before and (place.workspace / "a").stat().st_mode & 0o777 == 0o640
    assert "there is no entry" in refused(server, action="undo")
    assert done(server, action="undo", id=8).startswith("undo 8 (undo 1) is done, as entry 9")
    assert (place.workspace / "a").read_bytes() == b"one\r\n2\r\n"
    assert changes(server, path="n") == ["write", "apply_patch", "undo 3", "undo 2"]


def what_somebody_else_has_changed_is_not_undone_but_shown(place):
    write(place, a=b"one\n", b=b"one\n")
    server = place.serve()
    server.call("apply_patch", patch="*** Begin Patch\n*** Update File: a\n-one\n+two\n*** Update File: b\n-one\n+two\n*** End Patch")
    write(place, b=b"two\nmine\n")
    for dry_run in (True, False):
        sentence = refused(server, action="undo", dry_run=dry_run)
        assert "/b: somebody else has changed it since; nothing was changed" in sentence and "+mine" in sentence, sentence
    assert tree(place) == {"a": b"two\n", "b": b"two\nmine\n"}


def what_a_command_has_changed_is_told_and_undone_where_it_is_known(place):
    write(place, known=b"1\n", unknown=b"1\n", gone=b"1\n")
    server = place.serve()
    server.call("read", file_path="known")
    done(server)
    server.call("edit", file_path="known", old_string="1", new_string="2")
    server.call("edit", file_path="gone", old_string="1", new_string="2")
    time.sleep(0.05)
    token = "ghp_" + "a1B2" * 9
    server.call("shell", command=f"echo x > made; echo 3 >> known; rm gone; : {token}")
    shown = done(server, action="show")
    for words in ("created made", "changed known", "deleted gone", "· shell", "by: echo x > made"):
        assert words in shown, shown
    assert token not in shown and "unknown" not in shown, shown
    assert done(server, action="undo").startswith("undo 3 (shell) is done")
    assert tree(place) == {"known": b"2\n", "unknown": b"1\n", "gone": b"2\n"}
    server.call("shell", command="echo 3 >> known; echo 3 >> unknown")
    sentence = refused(server, action="undo")
    assert "unknown" in sentence.splitlines()[-1] and "\nknown" not in sentence and "checkpoint" in sentence, sentence
    assert tree(place)["known"] == b"2\n3\n"
    server.call("shell", command="true")
    assert changes(server)[-1] == "shell" and len(changes(server)) == 5, changes(server)


def what_was_there_before_a_command_is_not_taken_for_its_work(place):
    server = place.serve()
    server.call("shell", command="true")
    done(server)
    write(place, report=b"three hours of work\n")
    time.sleep(0.05)
    server.call("shell", command="echo note >> report")
    assert "changed report" in done(server, action="show"), done(server, action="show")
    assert "report" in refused(server, action="undo").splitlines()[-1]
    server.call("files", ops=[{"op": "copy", "path": "report", "to": "copied"}])
    server.call("shell", command="echo note >> copied; mv report moved")
    shown = done(server, action="show")
    assert "changed copied" in shown and "created moved" in shown and "deleted report" in shown, shown


def what_somebody_has_done_between_two_commands_is_not_the_second_ones_work(place):
    write(place, a=b"x=1\nline\n", c=b"c\n", m=b"m\n", ok=b"x\n")
    server = place.serve()
    server.call("shell", command="true")
    done(server)
    server.call("history", action="checkpoint")
    for change, command, told in (
            (lambda: write(place, a=b"x=1\nline\nmine\n"), "sed -i s/x=1/x=2/ a", "changed a"),
            (lambda: write(place, ok=b"mine\n"), "chmod 600 ok", "changed ok"),
            (lambda: os.rename(place.workspace / "m", place.workspace / "n"), "echo more >> n", "changed n")):
        change()
        time.sleep(0.3)
        server.call("shell", command=command)
        shown = done(server, action="show")
        assert told in shown and shown.count("\n") == 2, shown
        assert "had before is not known" in refused(server, action="undo")
    before = len(changes(server))
    os.unlink(place.workspace / "c")
    time.sleep(0.3)
    server.call("shell", command="true")
    assert len(changes(server)) == before, done(server, action="show")
    assert tree(place) == {"a": b"x=2\nline\nmine\n", "ok": b"mine\n", "n": b"m\nmore\n"}


def a_command_that_ends_during_the_first_look_gets_one_of_its_own(place):
    write(place, **{f"many__{number}": b"" for number in range(15000)})  # so many that the look takes longer than the command
    server = place.serve()
    server.call("shell", command="echo x > made")
    time.sleep(1)
    assert changes(server) == ["shell"] and "made" in done(server, action="show"), done(server)


def what_tools_do_beside_commands_is_theirs(place):
    write(place, x=b"0\n")
    server = place.serve()
    server.call("shell", command="true")
    done(server)
    for round in range(10):
        server.call("edit", file_path="x", old_string=f"{round}\n", new_string=f"{round + 1}\n")
        server.call("shell", command=f"echo {round} > made{round}")
    for round in range(10):
        waiting = server.start("shell", {"command": f"echo {round} > beside{round}"})
        others = []
        server.answer(server.start("write", {"file_path": f"written{round}", "content": "x"}), others=others)
        if not any(message.get("id") == waiting for message in others):
            server.answer(waiting)
    shown = "".join(done(server, action="show", id=number) for number in range(1, 1 + len(changes(server))) if changes(server)[number - 1] == "shell")
    assert "made9" in shown and "beside9" in shown, shown
    assert " x" not in [line[line.find(" "):] for line in shown.splitlines() if line.startswith("changed")] and "written" not in shown, shown


def what_a_command_has_changed_right_after_a_tool_goes_back_to_that(place):
    write(place, f=b"0\n")
    server = place.serve()
    server.call("shell", command="true")
    for round in range(50):
        server.call("edit", file_path="f", old_string="0", new_string="1")
        done(server)
        server.call("shell", command="echo 2 >> f")
        done(server, action="undo")
        assert tree(place)["f"] == b"1\n"
        server.call("write", file_path="f", content="0\n")


def commands_are_undone_one_after_the_other_where_only_an_undo_has_touched_their_files(place):
    write(place, f=b"0\n", g=b"0\n")
    (place.workspace / "g").chmod(0o750)
    server = place.serve()
    server.call("history", action="checkpoint")
    for number in (1, 2):
        server.call("shell", command=f"echo {number} >> f; chmod 70{number} f")
        done(server, action="checkpoint")
    server.call("shell", command="rm g; echo 3 >> f")
    done(server)
    server.call("edit", file_path="f", old_string="3", new_string="4")
    assert changes(server) == ["checkpoint", "shell", "checkpoint", "shell", "checkpoint", "shell", "edit"], changes(server)
    for number, content in ((7, b"0\n1\n2\n3\n"), (6, b"0\n1\n2\n"), (4, b"0\n1\n"), (2, b"0\n")):
        assert done(server, action="undo").startswith(f"undo {number} ("), number
        assert tree(place) == {"f": content, **({"g": b"0\n"} if number < 7 else {})}, number
    assert (place.workspace / "g").stat().st_mode & 0o777 == 0o750
    assert (place.workspace / "f").stat().st_mode & 0o777 == 0o644
    server.call("shell", command="echo 5 >> f")
    done(server)
    write(place, f=b"mine\n")
    assert "it has been changed since" in refused(server, action="undo")


def what_a_killed_server_had_begun_is_settled_before_a_command_starts(place):
    server = place.serve()
    server.call("shell", command="for i in $(seq 1500); do echo $i > f$i; done")
    done(server)
    before = len(tree(place))
    server.start("history", {"action": "undo"})
    for _ in range(200):
        time.sleep(0.005)
        if len(list(place.workspace.glob("f*"))) < 1400:
            break
    server.process.kill()
    server.process.wait()
    left = [path for path in (place.home / ".local/state/gatehouse/journal").iterdir() if path.stat().st_size > 0]
    server = place.serve()
    if left:  # it waits then
        server.cancel(server.start("shell", {"command": "touch cancelled"}))
    counted = text_of(server.call("shell", command="ls | wc -l"))
    assert counted.splitlines()[-1].strip() in ("0", "1500"), counted
    assert not (place.workspace / "cancelled").exists(), "it began after it was cancelled"
    assert len(tree(place)) in (0, before), len(tree(place))
    assert changes(server).count("shell") == 1, "what was settled is no command's work"


def wrong_numbers_and_a_part_of_a_checkpoint_are_refused(place):
    write(place, a=b"1\n")
    server = place.serve()
    server.call("edit", file_path="a", old_string="1", new_string="2")
    for number in (0, -5):
        assert "from 1 on" in refused(server, action="undo", id=number)
    assert "whole workspace" in refused(server, action="checkpoint", dry_run=True)
    assert "whole workspace" in refused(server, action="checkpoint", path="a")
    assert tree(place) == {"a": b"2\n"} and changes(server) == ["edit"]


def a_checkpoint_is_restored_and_that_is_undone(place):
    write(place, **{"a": b"1\n", "d__b": b"2\n", "d__same": b"=", "x.o": b"object", ".gitignore": b"*.o\n", ".git__HEAD": b"ref"})
    server = place.serve()
    assert text_of(server.call("history", action="checkpoint")).startswith("checkpoint 1: 4 files, "), "the files are not as expected"
    before = tree(place)
    server.call("shell", command="echo changed > a; rm -r d; echo new > new")
    after = tree(place)
    dry = done(server, action="restore", dry_run=True)
    assert "-changed\n+1" in dry and tree(place) == after, dry
    text = done(server, action="restore", path="d")
    assert "put back d/b" in text and "\nput back a" not in text, text
    assert tree(place)["a"] == b"changed\n" and tree(place)["d/b"] == b"2\n"
    done(server, action="restore", id=1)
    assert tree(place) == {**before, "new": b"new\n"}, "what was made since must stay"
    assert "as they were" in done(server, action="restore")
    done(server, action="undo", id=4)
    assert tree(place)["a"] == b"changed\n"
    assert "is a checkpoint" in refused(server, action="undo", id=1) and "no checkpoint" in refused(server, action="restore", id=3)


def a_checkpoint_gives_permissions_back(place):
    write(place, run=b"1\n", secret=b"2\n", same=b"3\n")
    (place.workspace / "run").chmod(0o755)
    (place.workspace / "secret").chmod(0o600)
    modes = {p.name: p.stat().st_mode & 0o777 for p in place.workspace.iterdir()}
    server = place.serve()
    server.call("history", action="checkpoint")
    server.call("shell", command="chmod 644 run; echo other > secret; chmod 644 secret")
    assert "mode 755 of run" in done(server, action="restore", dry_run=True)
    done(server, action="restore")
    assert {p.name: p.stat().st_mode & 0o777 for p in place.workspace.iterdir()} == modes
    assert tree(place)["secret"] == b"2\n" and "as they were" in done(server, action="restore")
    done(server, action="undo")
    assert (place.workspace / "run").stat().st_mode & 0o777 == 0o644


def rules_on_files_hold_for_the_way_back_and_what_they_deny_is_not_kept(place):
    write(place, **{"plain": b"x\n", "d__.env": b"KEY=1\n"})
    server = place.serve()
    server.call("write", file_path="late.key", content="KEY=2\n")
    server.call("edit", file_path="late.key", old_string="KEY", new_string="NAME")
    server.end()
    place.rules.write_text(SECRETS.replace('"**/.env"', '"**/.env", "**/*.key"'))
    server = place.serve()
    assert "rule secrets" in refused(server, action="undo")
    for action in ("diff", "show", "list"):
        text = text_of(server.call("history", action=action, **({"id": 2} if action == "diff" else {})))
        assert "KEY" not in text and "hidden by rules" in text and "late.key" not in text, text
    kept = text_of(server.call("history", action="checkpoint"))
    assert "checkpoint 3: 1 file, " in kept and "2 that rules hide" in kept, kept
    assert b"KEY=1" not in stored(place)
    server.call("files", ops=[{"op": "move", "path": "plain", "to": "other"}])
    assert b"KEY=1" not in stored(place)
    private = place.home / ".local/state/gatehouse/history"
    assert private.stat().st_mode & 0o077 == 0
    assert server.call("read", file_path=str(private))["isError"], "the sandbox shows the history"
    assert "records" not in text_of(server.call("shell", command=f"ls -R {private}"))


def an_answered_change_is_in_the_history_after_a_kill(place):
    rounds = max(3, min(place.rounds, 40))
    write(place, a=b"0\n")
    for number in range(rounds):
        server = place.serve()
        result = server.call("edit", file_path="a", old_string=f"{number}\n", new_string=f"{number + 1}\n")
        server.process.kill()
        assert not result.get("isError"), text_of(result)
        server.process.wait()
    server = place.serve()
    server.call("write", file_path="b", content="x")  # its worker settles what the last one has left
    assert changes(server) == ["edit"] * rounds + ["write"], changes(server)
    for number in reversed(range(rounds)):
        done(server, action="undo", path="a")
        assert (place.workspace / "a").read_bytes() == b"%d\n" % number


def a_killed_copy_leaves_no_half_file(place):
    with open(place.workspace / "big", "wb") as big:
        for _ in range(64):
            big.write(os.urandom(1 << 20))
    ops = [{"op": "mkdir", "path": "d"}, {"op": "copy", "path": "big", "to": "d/1"}, {"op": "copy", "path": "big", "to": "d/2"},
           {"op": "copy", "path": "big", "to": "d/3"}, {"op": "move", "path": "big", "to": "moved"}]
    outcomes = set()
    for number in range(6):
        server = place.serve()
        server.call("read", file_path="d", offset=1)
        killer = threading.Timer(0.004 + 0.03 * number, server.process.kill)
        killer.start()
        try:
            server.call("files", ops=ops)
        except Gone:
            pass
        killer.join()
        server.process.wait()
        time.sleep(0.2)
        server = place.serve()
        server.call("find", pattern="*")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            names = sorted(path.name for path in place.workspace.rglob("*") if ".gatehouse-trash" not in str(path))
            if names in (["big"], ["1", "2", "3", "d", "moved"]):
                break
            time.sleep(0.02)
        assert names in (["big"], ["1", "2", "3", "d", "moved"]), names
        outcomes.add(len(names))
        if len(names) > 1:
            done(server, action="undo")
            assert sorted(tree(place)) == ["big"]
        server.end()
    assert 1 in outcomes or 5 in outcomes


def what_is_too_large_to_be_kept_is_said(place):
    write(place, big=b"first\n" + b"x" * (17 << 20))
    server = place.serve()
    server.call("edit", file_path="big", old_string="first", new_string="1st")
    assert "changed big · too large to undo" in done(server, action="show")
    assert "larger than 16 MB" in refused(server, action="undo")
    assert "left out: " in done(server, action="checkpoint") and "/big: 17825796 bytes, too large" in done(server, action="checkpoint")
    assert (place.workspace / "big").read_bytes().startswith(b"1st\n")


def a_history_that_cannot_be_written_is_said(place):
    server = place.serve()
    server.call("write", file_path="f", content="1")
    done(server)  # it is recorded after the answer
    contents = next((place.home / ".local/state/gatehouse/history").glob("*/contents"))
    for kept in contents.iterdir():
        kept.unlink()
    contents.rmdir()
    contents.write_text("in the way")
    assert not server.call("write", file_path="f", content="2").get("isError")
    assert "not all is recorded: " in done(server).splitlines()[0]


def two_servers_of_a_workspace_have_one_history(place):
    one, other = place.serve(), place.serve()
    for number in range(10):
        for server in (one, other):
            server.call("write", file_path=f"f{number}", content=f"{number} {server is one}")
    assert changes(one) == changes(other) == ["write"] * 20
    assert done(one, action="undo").startswith("undo 20 (write) is done, as entry 21")
    assert changes(other)[-1] == "undo 20"
    for number in reversed(range(1, 20)):  # each was made upon the one before
        assert done((one, other)[number % 2], action="undo").startswith(f"undo {number} (write)"), number
    assert tree(place) == {}


def what_a_server_has_answered_is_in_the_history_of_another_at_once(place):
    """Also when it is killed at this moment, before it has recorded it."""
    one = place.serve()
    one.call("write", file_path="f", content="0")
    for number in range(1, 11):
        other = place.serve()
        other.call("write", file_path="f", content=f"{number}")
        other.process.kill()
        assert changes(one) == ["write"] * (number + 1), changes(one)
        other.process.wait()
    assert done(one, action="undo").startswith("undo 11 (write) is done")
    assert (place.workspace / "f").read_text() == "9"


def what_the_tools_of_another_server_do_beside_commands_is_theirs(place):
    write(place, edited=b"0", moved=b"", deleted=b"")
    one, other = place.serve(), place.serve()
    one.call("shell", command="true")
    done(one)
    for round in range(10):
        waiting = one.start("shell", {"command": f"echo {round} > made{round}; sleep 0.1"})
        time.sleep(0.02)
        other.call("write", file_path=f"written{round}", content="x")
        other.call("edit", file_path="edited", old_string=f"{round}", new_string=f"{round + 1}")
        if round == 5:
            other.call("files", ops=[{"op": "move", "path": "moved", "to": "gone"}, {"op": "delete", "path": "deleted"}])
        one.answer(waiting)
    names = changes(one)
    turns = "".join(done(one, action="show", id=number) for number, by in enumerate(names, 1) if by == "shell")
    told = {line.split()[-1] for line in turns.splitlines() if line.startswith(("changed ", "created ", "deleted "))}
    assert told == {f"made{round}" for round in range(10)}, turns
    assert names.count("write") == names.count("edit") == 10, names


def what_the_commands_of_another_server_do_is_theirs(place):
    write(place, changed=b"0", gone=b"0")
    one, other = place.serve(), place.serve()
    for server in (one, other):
        server.call("shell", command="true")
        done(server)
    waiting = other.start("shell", {"command": "sleep 0.7; echo x > mine"})
    one.call("shell", command="echo x > made; echo x >> changed; rm gone")
    assert "created made" in done(one, action="show")
    other.answer(waiting)
    shown = done(other, action="show")
    assert "created mine" in shown and not any(word in shown for word in ("made", "changed changed", "gone")), shown
    assert changes(other) == ["shell"] * 2, done(other)
    done(other, action="undo")
    assert tree(place) == {"changed": b"0x\n", "made": b"x\n"}, tree(place)


def what_has_become_larger_than_is_kept_goes_back(place):
    write(place, f=b"a\n" * 400)
    server = place.serve()
    server.call("edit", file_path="f", old_string="a", new_string="b" * 50000, replace_all=True)
    assert (place.workspace / "f").stat().st_size > 16 << 20
    done(server, action="undo")
    assert tree(place) == {"f": b"a\n" * 400}


def names_that_a_rule_hides_are_told_by_nothing(place):
    write(place, plan__txt=b"plan\n", other=b"0\n")
    server = place.serve()
    server.call("history", action="checkpoint")
    server.call("files", ops=[{"op": "move", "path": "plan/txt", "to": "elsewhere"}])
    server.call("files", ops=[{"op": "move", "path": "elsewhere", "to": "plan/txt"}])
    server.end()
    place.rules.write_text(SECRETS.replace("**/.env", "**/plan/txt"))
    write(place, plan__txt=b"changed\n", plan__TEXT=b"")
    server = place.serve()
    for action in ("show", "diff"):
        for number in (2, 3):
            shown = done(server, action=action, id=number)
            assert "txt" not in shown and "elsewhere" not in shown and "1 more: hidden by rules" in shown, shown
    assert done(server, action="restore") == "those files that may be read of checkpoint 1 are as they were\n1 more: hidden by rules on reading"
    write(place, other=b"1\n")
    assert "1 more: hidden by rules" in done(server, action="restore") and tree(place)["other"] == b"0\n"
    for arguments in ({"pattern": "TXT"}, {"pattern": "txt", "kind": "dir"}):
        found = text_of(server.call("find", **arguments))
        assert "plan/txt" not in found, found
    assert "plan/TEXT" in text_of(server.call("find", pattern="text"))


def a_long_history_comes_in_pages_and_wrong_arguments_are_named(place):
    server = place.serve()
    for number in range(110):
        server.call("write", file_path="f", content=f"{number}")
    text = text_of(server.call("history"))
    assert text.splitlines()[0] == '110 entries, the newest first · older ones: history {"action":"list","id":10}', text[:200]
    assert len(text.encode()) <= 32_000
    assert len(meta_of(server.call("history", action="list", id=10))["entries"]) == 10
    assert "is 'restore' meant?" in refused(server, action="restor")
    assert "there is no entry 999" in refused(server, action="undo", id=999)
    assert "leave out 'path'" in refused(server, action="undo", id=1, path="f")
    assert "there is no checkpoint" in refused(server, action="restore")
    read_only = place.serve(options=["--mode", "read-only"])
    assert next(tool for tool in read_only.tools() if tool["name"] == "history")["annotations"]["readOnlyHint"] is True
    assert refused(read_only, action="undo") and (place.workspace / "f").read_bytes() == b"109"


TESTS = [every_change_can_be_undone_also_by_the_next_server, what_somebody_else_has_changed_is_not_undone_but_shown,
         what_a_command_has_changed_is_told_and_undone_where_it_is_known,
         what_was_there_before_a_command_is_not_taken_for_its_work,
         what_somebody_has_done_between_two_commands_is_not_the_second_ones_work, a_command_that_ends_during_the_first_look_gets_one_of_its_own,
         what_tools_do_beside_commands_is_theirs,
         what_a_command_has_changed_right_after_a_tool_goes_back_to_that,
         commands_are_undone_one_after_the_other_where_only_an_undo_has_touched_their_files,
         what_a_killed_server_had_begun_is_settled_before_a_command_starts, wrong_numbers_and_a_part_of_a_checkpoint_are_refused,
         a_checkpoint_is_restored_and_that_is_undone,
         a_checkpoint_gives_permissions_back,
         rules_on_files_hold_for_the_way_back_and_what_they_deny_is_not_kept, an_answered_change_is_in_the_history_after_a_kill,
         a_killed_copy_leaves_no_half_file, what_is_too_large_to_be_kept_is_said, a_history_that_cannot_be_written_is_said, two_servers_of_a_workspace_have_one_history,
         what_a_server_has_answered_is_in_the_history_of_another_at_once, what_the_tools_of_another_server_do_beside_commands_is_theirs,
         what_the_commands_of_another_server_do_is_theirs, what_has_become_larger_than_is_kept_goes_back, names_that_a_rule_hides_are_told_by_nothing,
         a_long_history_comes_in_pages_and_wrong_arguments_are_named]
