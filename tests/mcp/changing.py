"""The tools apply_patch and files over the wire: what they say, the rules, the sandbox, and that all is done or nothing."""
import json
import os
import threading
import time

from client import meta_of, text_of

SECRETS = """version: 1
rules:
  - {id: secrets, event: [read, write], when: {path: ["**/.env"]}, verdict: deny, reason: Secrets stay., suggest: Ask the user.}
"""
UPDATE = "*** Begin Patch\n*** Update File: {}\n@@\n-{}\n+{}\n*** End Patch\n"


def tree(place):
    return {str(path.relative_to(place.workspace)): path.read_bytes()
            for path in sorted(place.workspace.rglob("*")) if path.is_file() and ".gatehouse-trash" not in path.parts}


def write(place, **files):
    for name, content in files.items():
        path = place.workspace / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def a_patch_changes_its_lines_and_nothing_else(place):
    write(place, a=b"one\r\ntwo\r\n", d__b=b"caf\xe9\nx\n")
    (place.workspace / "a").chmod(0o640)
    patch = ("*** Begin Patch\n*** Update File: a\n one\n-two\n+TWO\n*** Update File: d/b\n*** Move to: e/c\n-x\n+\u00e4\n"
             "*** Add File: n/new\n+hello\n*** End Patch")
    server = place.serve()
    shown = server.call("apply_patch", patch=patch, dry_run=True)
    assert "dry run" in text_of(shown) and "+TWO" in text_of(shown), text_of(shown)
    assert tree(place) == {"a": b"one\r\ntwo\r\n", "d/b": b"caf\xe9\nx\n"}
    result = server.call("apply_patch", input=patch)
    assert not result.get("isError"), text_of(result)
    assert text_of(result).startswith("applied: 3 changes\nupdated a · +1 -1 · v:"), text_of(result)
    assert [change["change"] for change in meta_of(result)["changes"]] == ["updated", "moved", "added"]
    assert tree(place) == {"a": b"one\r\nTWO\r\n", "e/c": b"caf\xe9\n\xe4\n", "n/new": b"hello\n"}
    assert (place.workspace / "a").stat().st_mode & 0o777 == 0o640
    assert (place.workspace / "n/new").stat().st_mode & 0o600 == 0o600


def a_patch_that_does_not_apply_says_why_and_changes_nothing(place):
    write(place, a=b"first line\nsecond line\n")
    server = place.serve()
    patch = "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n first line\n-second lime\n+x\n"
    result = server.call("apply_patch", patch=patch)
    assert result["isError"] and meta_of(result)["error"]["code"] == "does_not_apply", result
    for word in ("hunk 1 of 'a' (line 7 of the patch)", "second lime", "second line", "Nothing was changed"):
        assert word in text_of(result), text_of(result)
    assert tree(place) == {"a": b"first line\nsecond line\n"}
    result = server.call("apply_patch", patch="*** Begin Patch\n*** Updat File: a\n*** End Patch")
    assert result["isError"] and text_of(result).startswith("line 2 of the patch: "), text_of(result)


def a_switch_keeps_what_stands_before_the_failure(place):
    server = place.serve(options=["--patch-in-part"])
    result = server.call("apply_patch", patch="*** Begin Patch\n*** Add File: made\n+x\n" + UPDATE.format("gone", "a", "b")[16:])
    assert result["isError"] and text_of(result).startswith("stopped: 'gone' is not there"), text_of(result)
    assert tree(place) == {"made": b"x\n"}


def rules_on_files_hold_for_both(place):
    place.rules.write_text(SECRETS)
    write(place, d__x=b"x\n", **{"d__.env": b"KEY=1\n"})
    server = place.serve()
    os.symlink("d/.env", place.workspace / "plain")
    before = tree(place)
    calls = [("apply_patch", {"patch": UPDATE.format("d/.env", "guess", "b")}),
             ("apply_patch", {"patch": UPDATE.format("plain", "guess", "b")}),
             ("apply_patch", {"patch": "*** Begin Patch\n*** Add File: new/.env\n+x\n*** End Patch"}),
             ("files", {"ops": [{"op": "copy", "path": "d/.env", "to": "y"}]}),
             ("files", {"ops": [{"op": "move", "path": "d", "to": "e"}]}),
             ("files", {"ops": [{"op": "delete", "path": "d", "recursive": True}]}),
             ("files", {"ops": [{"op": "move", "path": "d/x", "to": "z/../.env"}]})]
    for tool, arguments in calls:
        result = server.call_with(tool, arguments)
        assert result["isError"] and "KEY" not in text_of(result), (arguments, text_of(result))
        assert tree(place) == before, arguments
    assert "rule secrets" in text_of(server.call_with(*calls[2])), text_of(result)
    assert meta_of(server.call_with(*calls[2]))["denials"], "the denial is not told to programs"


def the_sandbox_holds_for_both(place):
    outside = place.path / "outside"
    outside.mkdir()
    (outside / "f").write_bytes(b"a\n")
    os.symlink(outside, place.workspace / "way")
    server = place.serve()
    for patch in (UPDATE.format("way/f", "a", "b"), UPDATE.format("../outside/f", "a", "b"),
                  UPDATE.format(outside / "f", "a", "b"), "*** Begin Patch\n*** Delete File: way/f\n*** End Patch"):
        assert server.call("apply_patch", patch=patch)["isError"], patch
    for op in ({"op": "delete", "path": "way/f"}, {"op": "move", "path": "../outside/f", "to": "f"},
               {"op": "chmod", "path": str(outside / "f"), "to": "777"}, {"op": "mkdir", "path": "way/d"}):
        assert server.call("files", ops=[op])["isError"], op
    assert sorted(path.name for path in outside.iterdir()) == ["f"] and (outside / "f").read_bytes() == b"a\n"
    read_only = place.serve(options=["--mode", "read-only"])
    assert next(t for t in read_only.tools() if t["name"] == "files")["annotations"]["readOnlyHint"] is True
    assert read_only.call("apply_patch", patch="*** Begin Patch\n*** Add File: n\n+x\n*** End Patch")["isError"]
    assert not (place.workspace / "n").exists()


def operations_are_done_together_and_deletes_can_be_had_back(place):
    write(place, a=b"1", d__x=b"2", d__y=b"3")
    server = place.serve()
    result = server.call("files", ops=[{"op": "mkdir", "path": "n/m", "recursive": True},
                                       {"op": "move", "source": "a", "destination": "n/m/a"},
                                       {"op": "delete", "path": "d", "recursive": True},
                                       {"op": "link", "path": "n/m/a", "to": "l"},
                                       {"op": "chmod", "path": "n/m/a", "to": "u+x"}])
    assert not result.get("isError"), text_of(result)
    assert tree(place) == {"n/m/a": b"1", "l": b"1"} and os.readlink(place.workspace / "l") == "n/m/a"
    trash = meta_of(result)["ops"][2]["trash"]
    assert "deleted d (3 entries)" in text_of(result) and ".gatehouse-trash/" in text_of(result), text_of(result)
    assert not server.call("files", ops=[{"op": "move", "path": trash, "to": "d"}]).get("isError")
    assert tree(place)["d/x"] == b"2"
    before = tree(place)
    result = server.call("files", ops=[{"op": "move", "path": "d", "to": "e"}, {"op": "delete", "path": "gone"}])
    assert result["isError"] and text_of(result).startswith("operation 2 of 2: "), text_of(result)
    assert tree(place) == before


def names_that_run_programs_are_taken_from_both(place):
    server = place.serve()
    write(place, script=b"#!/bin/sh\n")
    for tool, arguments in (("apply_patch", {"patch": "*** Begin Patch\n*** Add File: .git/hooks/pre-commit\n+x\n*** End Patch"}),
                            ("files", {"ops": [{"op": "mkdir", "path": ".git/hooks", "recursive": True},
                                               {"op": "copy", "path": "script", "to": ".git/hooks/pre-commit"}]})):
        result = server.call_with(tool, arguments)
        assert result["isError"] and ".git" in text_of(result).splitlines()[0], (tool, text_of(result))
        assert "\nBefore that: " in text_of(result), text_of(result)
        assert not (place.workspace / ".git/hooks/pre-commit").exists(), tool


def an_edit_plants_nothing_in_a_repository_that_came_later(place):
    server = place.serve()
    write(place, f=b"a\n")
    assert not server.call("edit", file_path="f", old_string="a", new_string="b").get("isError")
    time.sleep(0.2)  # until the guard watches
    write(place, lib__dot__HEAD=b"ref: refs/heads/main\n", lib__dot__config=b"[core]\n\tbare = false\n")
    for name in ("objects", "refs"):
        (place.workspace / "lib/dot" / name).mkdir()
    (place.workspace / "lib/dot").rename(place.workspace / "lib/.git")
    result = server.call("edit", file_path="lib/.git/config", old_string="bare = false\n",
                         new_string="bare = false\n\tfsmonitor = touch planted\n")
    assert result.get("isError") and "fsmonitor" in text_of(result), text_of(result)
    assert "fsmonitor" not in (place.workspace / "lib/.git/config").read_text()


def a_difference_that_is_cut_is_so_in_the_first_line(place):
    write(place, a=b"".join(b"%d\n" % number for number in range(9000)))
    result = place.serve().call("edit", file_path="a", old_string="1", new_string="one", replace_all=True, dry_run=True)
    first, hunk = text_of(result).splitlines()[:2]
    assert "the difference goes on" in first and hunk.startswith("@@ -1,"), text_of(result)[:300]
    assert len(text_of(result).encode()) <= 32_000


def arguments_that_are_wrong_are_named(place):
    server = place.serve()
    wrong = [([], "'ops' must be a list"), ([{"op": "mov", "path": "a", "to": "b"}], "is 'move' meant?"),
             ([{"op": "move", "path": "a"}], "'to' is missing"), ([{"op": "delete", "path": "a", "to": "b"}], "'to' is for"),
             ([{"op": "delete", "path": ""}], "empty"), ([{"op": "delete", "pth": "a"}], "path"), ("delete a", "'ops' must be"),
             ([{"op": "delete", "path": 1}], "path"), ([["delete", "a"]], "operation 1 of 1")]
    for ops, word in wrong:
        result = server.call("files", ops=ops)
        assert result["isError"] and word in text_of(result), (ops, text_of(result))
    for arguments in ({}, {"patch": 1}, {"patch": "", "input": ""}, {"patch": "", "dir": "x"}):
        assert server.call_with("apply_patch", arguments)["isError"], arguments
    sizes = len(json.dumps(server.tools()))
    assert sizes < 10_240, f"the schemas have {sizes} bytes"


def what_may_not_be_read_is_not_moved_to_where_it_may_be(place):
    place.rules.write_text("version: 1\nrules:\n  - {id: asked, event: [read], when: {path: ['**/asked']}, verdict: ask, reason: Ask.}\n")
    write(place, asked=b"SECRET\n", x=b"x\n")
    server = place.serve()
    for op in ({"op": "delete", "path": "asked"}, {"op": "move", "path": "x", "to": "asked", "overwrite": True},
               {"op": "copy", "path": "x", "to": "asked", "overwrite": True}):
        result = server.call("files", ops=[op])
        assert result["isError"] and "asked" in text_of(result) and "trash" not in json.dumps(meta_of(result)), result
    assert tree(place) == {"asked": b"SECRET\n", "x": b"x\n"}
    server.call("write", file_path="new", content="mine\n")
    server.end()
    place.rules.write_text(place.rules.read_text().replace("**/asked", "**/new"))
    write(place, new=b"SECRET\n")
    said = text_of(place.serve().call("history", action="undo", dry_run=True))
    assert "SECRET" not in said and tree(place)["new"] == b"SECRET\n", said


def of_two_who_change_one_file_at_once_none_is_told_what_is_not_so(place):
    write(place, f=b"A=000\n" + b"pad\n" * 50 + b"B=000\n")
    (place.workspace / "link").hardlink_to(place.workspace / "f")  # so it is overwritten in place
    made = [0, 0]

    def change(which, server):
        letter = "AB"[which]
        for _ in range(40):
            result = server.call("edit", file_path="f", old_string=f"{letter}={made[which]:03}", new_string=f"{letter}={made[which] + 1:03}")
            made[which] += not result.get("isError")

    threads = [threading.Thread(target=change, args=(which, place.serve())) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (place.workspace / "f").read_text().splitlines()
    assert lines == [f"A={made[0]:03}", *["pad"] * 50, f"B={made[1]:03}"] and all(made), (made, lines)


TESTS = [a_patch_changes_its_lines_and_nothing_else, a_patch_that_does_not_apply_says_why_and_changes_nothing,
         a_switch_keeps_what_stands_before_the_failure, rules_on_files_hold_for_both, the_sandbox_holds_for_both,
         operations_are_done_together_and_deletes_can_be_had_back,
         names_that_run_programs_are_taken_from_both, an_edit_plants_nothing_in_a_repository_that_came_later,
         a_difference_that_is_cut_is_so_in_the_first_line,
         what_may_not_be_read_is_not_moved_to_where_it_may_be, of_two_who_change_one_file_at_once_none_is_told_what_is_not_so, arguments_that_are_wrong_are_named]
