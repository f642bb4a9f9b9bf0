"""read, edit and write: what they show, what they keep, what they refuse, and who opens the files."""
import base64
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

from client import Gone, meta_of, text_of
from guest import serve_as_guest
from place import Skip

SECRETS = """  - {id: secrets, event: [read, write], when: {path: ["**/.env"]}, verdict: deny, reason: Secrets stay here.,
     suggest: Ask for a variable.}
"""


def with_secrets(place):
    place.rules.write_text(place.rules.read_text() + SECRETS)
    (place.workspace / ".env").write_text("KEY=very-secret\n")


def put(place, name, content):
    path = place.workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def code_of(result):
    assert result["isError"] is True, result
    return meta_of(result)["error"]["code"]


def they_are_listed_with_their_parameters(place):
    tools = {tool["name"]: tool for tool in place.serve().tools()}
    for name, parameters, required in (("read", {"file_path", "files", "offset", "limit", "as"}, None),
                                       ("edit", {"file_path", "old_string", "new_string", "replace_all", "edits",
                                                 "if_version", "dry_run"}, ["file_path"]),
                                       ("write", {"file_path", "content", "if_version"}, ["file_path", "content"])):
        schema = tools[name]["inputSchema"]
        assert schema["properties"].keys() == parameters, schema
        assert schema.get("required") == required, schema
        assert tools[name]["annotations"]["readOnlyHint"] is (name == "read")
    tools = {tool["name"]: tool for tool in place.serve(options=["--mode", "read-only"]).tools()}
    assert tools["write"]["annotations"]["readOnlyHint"] is True


def a_read_names_what_the_file_is_and_numbers_its_lines(place):
    put(place, "src/a.txt", "one\r\ntwo\r\nthree")
    server = place.serve()
    first, *lines = text_of(server.call("read", file_path="src/a.txt")).split("\n")
    assert re.fullmatch(r"src/a.txt · 3 lines · 15 bytes · utf-8 crlf · no newline at the end · v:[0-9a-f]{16}", first), first
    assert lines == ["    1→one", "    2→two", "    3→three"], lines
    for arguments in ({"path": "src/a.txt", "start_line": 2, "end_line": 2},
                      {"filePath": str(place.workspace / "src/a.txt"), "offset": -2, "limit": 1}):
        assert text_of(server.call_with("read", arguments)).split("\n")[1:] == ["    2→two"], arguments


def a_long_file_is_cut_and_the_first_line_has_the_call_that_goes_on(place):
    put(place, "long", "".join(f"this is line {i}\n" for i in range(1, 5001)))
    server = place.serve()
    seen, call = [], {"file_path": "long"}
    while call:
        text = text_of(server.call_with("read", call))
        assert len(text.encode()) <= 32_000
        first, *lines = text.split("\n")
        seen += lines
        found = re.search(r"go on with read\(file_path=(.+), offset=(\d+)\)$", first)
        call = found and {"file_path": json.loads(found[1]), "offset": int(found[2])}
    assert seen == [f"{i:>5}→this is line {i}" for i in range(1, 5001)]


def several_files_are_read_at_once_each_with_its_own_failure(place):
    put(place, "a", "1\n"), put(place, "b", "2\n3\n")
    result = place.serve().call("read", files=["a", "missing", {"path": "b", "offset": 2}])
    text = text_of(result)
    assert "1→1" in text and "2→3" in text and "1→2" not in text and "missing: No such file" in text, text
    assert not result.get("isError")
    assert [part.get("error", {}).get("code") for part in meta_of(result)["files"]] == [None, "not_found", None]


def an_image_is_an_image_and_other_binaries_are_described(place):
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    put(place, "i.png", png), put(place, "data", b"\x7fELF\0\1\2" + b"\0" * 100)
    server = place.serve()
    block = server.call("read", file_path="i.png")["content"][1]
    assert block["type"] == "image" and block["mimeType"] == "image/png" and base64.b64decode(block["data"]) == png
    text = text_of(server.call("read", file_path="data"))
    assert "application/x-elf · 107 bytes" in text and "00000000  7f 45 4c 46" in text, text


def what_could_hang_is_refused_at_once(place):
    os.mkfifo(place.workspace / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:  # which nobody has open: one of the host's would be hidden
        listener.bind(str(place.workspace / "s"))
    server = place.serve()
    for path in ("fifo", "s", "/dev/zero", "/dev/tty"):
        for tool, more in (("read", {}), ("write", {"content": "x"}), ("edit", {"old_string": "a", "new_string": "b"})):
            if path.startswith("/dev") and tool != "read":
                continue
            assert code_of(server.call(tool, seconds=5, file_path=path, **more)) == "special_file", (tool, path)
    assert code_of(server.call("read", file_path="/proc/self/root/etc/passwd")) == "link_loop"


def a_denied_file_shows_nothing_but_the_rule_and_is_on_record(place):
    with_secrets(place)
    (place.workspace / "innocent").symlink_to(".env")
    server = place.serve()
    for tool, more in (("read", {}), ("edit", {"old_string": "KEY", "new_string": "K"}), ("write", {"content": "x"})):
        for path in (".env", "innocent", "sub/../.env", str(place.workspace / ".env")):
            result = server.call(tool, file_path=path, **more)
            text = text_of(result)
            if path.startswith("sub"):
                assert result["isError"]
                continue
            assert code_of(result) == "denied", text
            for part in ("(rule secrets, ", "Secrets stay here.", "Instead: Ask for a variable."):
                assert part in text, text
            assert "very-secret" not in json.dumps(result), result
            assert meta_of(result)["denials"][0]["rule"] == "secrets", result
    assert (place.workspace / ".env").read_text() == "KEY=very-secret\n"
    record = "".join(path.read_text() for path in (place.home / ".local/state/gatehouse/audit").iterdir())
    denied = [json.loads(line) for line in record.splitlines() if '"secrets"' in line]
    assert {(one["tool"], one["access"]) for one in denied} >= {("read", "read"), ("edit", "write"), ("write", "write")}
    assert all(one["verdict"] == "deny" for one in denied)


def tools_and_shell_share_one_sandbox(place):
    server = place.serve()
    server.shell("echo from the shell > /tmp/x; umask 077")
    assert "from the shell" in text_of(server.call("read", file_path="/tmp/x"))
    server.call("write", file_path="/tmp/y/z", content="from write\n")
    assert "from write" in text_of(server.shell("cat /tmp/y/z"))
    assert not os.path.exists("/tmp/y/z")
    assert meta_of(server.shell("true"))["session"] == meta_of(server.call("read", file_path="/tmp/x"))["session"]


def what_the_sandbox_refuses_is_named(place):
    server = place.serve()
    result = server.call("write", file_path="/usr/lib/x", content="x")
    assert code_of(result) == "read_only" and "sandbox: read-only: /usr/lib/x (outside the workspace)" in text_of(result)
    result = server.call("write", file_path="~/.config/gatehouse/rules.yaml", content="x")
    assert "gatehouse's own" in text_of(result) and result["isError"]
    result = server.call("write", file_path=".git/hooks/pre-commit", content="x")
    assert "took the hook" in text_of(result) and result["isError"], text_of(result)
    assert not (place.workspace / ".git/hooks/pre-commit").exists()
    read_only = place.serve(options=["--mode", "read-only"]).call("write", file_path="x", content="x")
    assert code_of(read_only) == "read_only" and not (place.workspace / "x").exists()


def an_edit_changes_its_place_alone(place):
    path = put(place, "f", b"\xef\xbb\xbfa\r\n\tb\r\nc\xff\n")
    path.chmod(0o750)
    os.link(path, place.workspace / "link")
    server = place.serve()
    version = meta_of(server.call("read", file_path="f"))["files"][0]["version"]
    result = server.call("edit", file_path="f", old_string="\tb", new_string="\tx\ny", dry_run=True)
    assert "nothing was written" in text_of(result) and "-\tb\n+\tx\n+y" in text_of(result), text_of(result)
    assert path.read_bytes() == b"\xef\xbb\xbfa\r\n\tb\r\nc\xff\n"
    result = server.call("edit", path="f", oldText="\tb", newText="\tx\ny", if_version="v:" + version)
    assert path.read_bytes() == b"\xef\xbb\xbfa\r\n\tx\r\ny\r\nc\xff\n", text_of(result)
    assert path.stat().st_mode & 0o7777 == 0o750 and path.stat().st_nlink == 2
    assert meta_of(result)["version_before"] == version
    assert code_of(server.call("edit", file_path="f", old_string="x", new_string="z", if_version=version)) == "stale"
    for none in ("v:", version[:7], "v:" + version + "0", "x" * 16):
        assert "and no version: " in text_of(server.call("edit", file_path="f", old_string="x", new_string="z", if_version=none)), none
    server.call("edit", file_path="f", edits=[{"old_string": "a", "new_string": "A"},
                                              {"oldString": "c", "newString": "C", "replaceAll": True}])
    assert path.read_bytes() == b"\xef\xbb\xbfA\r\n\tx\r\ny\r\nC\xff\n"
    assert sorted(os.listdir(place.workspace)) == ["f", "link"]


def a_write_makes_directories_and_keeps_the_form_of_what_was_there(place):
    server = place.serve()
    result = server.call("write", file_path="new/dir/f", file_text="ü\n")
    assert "made" in text_of(result) and (place.workspace / "new/dir/f").read_bytes() == "ü\n".encode()
    path = put(place, "old", "a\r\n".encode("utf-16"))
    server.call("write", file_path="old", content="ü\nb\n")
    assert path.read_bytes() == "ü\r\nb\r\n".encode("utf-16")
    assert code_of(server.call("write", file_path="old", content="x", if_version="none")) == "exists"
    assert path.read_bytes() == "ü\r\nb\r\n".encode("utf-16")


BAD = {
    "an unknown parameter": ("read", {"file_pth": "f"}, "'file_path'"),
    "nothing": ("read", {}, "'file_path' is missing"),
    "no path for an edit": ("edit", {"old_string": "a", "new_string": "b"}, "'file_path' is missing"),
    "no content": ("write", {"file_path": "f"}, "'content' is missing"),
    "half an edit": ("edit", {"file_path": "f", "old_string": "a"}, "'new_string' is missing"),
    "a wrong type": ("edit", {"file_path": "f", "old_string": 1, "new_string": "b"}, "a string"),
    "both of two": ("read", {"file_path": "f", "files": ["f"]}, "exclude each other"),
    "both of two edits": ("edit", {"file_path": "f", "old_string": "a", "new_string": "b", "edits": []}, "exclude"),
    "both of two ends": ("read", {"file_path": "f", "limit": 1, "end_line": 2}, "exclude"),
    "line 0": ("read", {"file_path": "f", "offset": 0}, "counted from 1"),
    "no lines": ("read", {"file_path": "f", "limit": 0}, "at least 1"),
    "no edits": ("edit", {"file_path": "f", "edits": []}, "1 to 100"),
    "an edit that is a word": ("edit", {"file_path": "f", "edits": ["x"]}, "object"),
    "an edit with a wrong name": ("edit", {"file_path": "f", "edits": [{"old_strin": "a", "new_string": "b"}]}, "'old_string'"),
    "no files": ("read", {"files": []}, "1 to 20"),
    "an empty path": ("read", {"file_path": ""}, "empty"),
    "a NUL": ("read", {"file_path": "f\0g"}, "NUL"),
    "an empty needle": ("edit", {"file_path": "f", "old_string": "", "new_string": "b"}, "empty"),
    "a needle equal to its replacement": ("edit", {"file_path": "f", "old_string": "a", "new_string": "a"}, "equal"),
    "overlapping edits": ("edit", {"file_path": "f", "edits": [{"old_string": "a b", "new_string": "x"},
                                                              {"old_string": "b c", "new_string": "y"}]}, "overlaps"),
    "one of two that does not match": ("edit", {"file_path": "f", "edits": [{"old_string": "a", "new_string": "x"},
                                                                           {"old_string": "q", "new_string": "y"}]}, "edit 2"),
    "not unique": ("edit", {"file_path": "f", "old_string": "line", "new_string": "x"}, "2 times, in lines 2, 3"),
    "no match": ("edit", {"file_path": "f", "old_string": "  line 2", "new_string": "x"}, "nearest"),
    "a directory for a file": ("write", {"file_path": "d", "content": "x"}, "a directory"),
    "a file for a directory": ("write", {"file_path": "f/g", "content": "x"}, "Not a directory"),
    "a slash at the end": ("write", {"file_path": "g/", "content": "x"}, "a directory"),
    "a missing file": ("edit", {"file_path": "ff", "old_string": "a", "new_string": "b"}, "No such file"),
    "a link to nowhere": ("write", {"file_path": "nowhere", "content": "x"}, "link that leads nowhere"),
    "a link in a circle": ("read", {"file_path": "circle"}, "circle"),
    "a long name": ("write", {"file_path": "n" * 256, "content": "x"}, "too long"),
    "a newline": ("read", {"file_path": "a\nb"}, "a\\nb"),
    "case twins": ("read", {"file_path": "F"}, "there is"),
    "out by a link": ("write", {"file_path": "out/x", "content": "x"}, "Read-only"),
    "out by dots": ("write", {"file_path": "../../../../usr/x", "content": "x"}, "Read-only"),
}


def bad_input_test(name, tool, arguments, word):
    def test(place):
        put(place, "f", "a b c\nline 1\nline 2\n")
        (place.workspace / "d").mkdir()
        for link, target in (("nowhere", "missing"), ("circle", "circle"), ("out", "/usr")):
            (place.workspace / link).symlink_to(target)
        names = sorted(os.listdir(place.workspace))
        result = place.serve().call_with(tool, arguments)
        assert result["isError"] is True and word in text_of(result), text_of(result)
        assert len(text_of(result)) < 2000
        assert (place.workspace / "f").read_text() == "a b c\nline 1\nline 2\n"
        assert sorted(os.listdir(place.workspace)) == names

    test.__name__ = f"bad input to files: {name}"
    return test


def a_file_name_need_not_be_text(place):
    (place.workspace / os.fsdecode(b"\xff\n")).write_text("x")
    assert "\\xff\\n" in text_of(place.serve().call("read", file_path="."))


def no_turn_reaches_the_worker(place):
    server = place.serve()
    server.call("read", file_path=".")
    text = text_of(server.shell("for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = $$ ] || kill -9 $p; "
                                "cat /proc/$p/environ /proc/$p/maps; ls /proc/$p/fd; done 2>&1 | grep -vc denied; true"))
    assert not server.call("read", file_path=".").get("isError"), text


def a_cancelled_read_ends_and_the_next_one_is_answered(place):
    with open(place.workspace / "large", "wb") as large:
        large.truncate(1 << 31)
    put(place, "f", "x\n")
    server = place.serve()
    server.call("read", file_path="f")
    for _ in range(5):
        request = server.start("read", {"file_path": "large", "as": "text"})
        time.sleep(0.05)
        server.cancel(request)
        assert "1→x" in text_of(server.call("read", file_path="f", seconds=10))


def many_reads_at_once_are_each_answered(place):
    for i in range(50):
        put(place, f"f{i}", f"content {i}\n")
    server = place.serve()
    requests = {server.start("read", {"file_path": f"f{i}"}): i for i in range(50)}
    for _ in range(50):
        answer = server.receive()
        assert f"content {requests.pop(answer['id'])}" in text_of(answer["result"])


def killed_servers_leave_the_old_or_the_new_and_no_litter(place):
    chance = random.Random(7)
    path, other = put(place, "f", "content 0\n"), put(place, "g", "0\n")
    os.link(other, place.workspace / "h")  # is overwritten in place
    for _ in range(max(5, place.rounds // 20)):
        path.write_text("content 0\n"), other.write_text("0\n")
        server = place.serve()
        server.call("read", file_path="f")
        try:
            for i in range(1, 100):
                server.start("write", {"file_path": "f", "content": f"content {i}\n"})
                server.start("write", {"file_path": "g", "content": f"{i}\n" * 1000})
                if chance.random() < 0.05:
                    break
        except Gone:
            pass
        time.sleep(chance.random() * 0.02)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        assert not place.serve().call("read", file_path="f").get("isError")
        assert sorted(os.listdir(place.workspace)) == ["f", "g", "h"], os.listdir(place.workspace)
        assert re.fullmatch(r"content \d+\n", path.read_text()), path.read_text()
        assert len(set(other.read_text().splitlines())) == 1, "half of the old and half of the new"
    journals = place.home / ".local/state/gatehouse/journal"
    place.serve().call("read", file_path="f")
    assert all(journal.stat().st_size == 0 for journal in journals.iterdir())


def the_server_opens_nothing_below_the_workspace(place):
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    put(place, "f", "a\n")
    server = place.serve()
    server.call("read", file_path="f"), server.shell("true")
    record = place.path / "strace"
    tracer = subprocess.Popen(["strace", "-f", "-p", str(server.process.pid), "-o", str(record), "-e", "trace=%file"],
                              stderr=subprocess.PIPE)
    assert b"attached" in tracer.stderr.readline(), "strace could not attach"
    for i in range(1000 if place.rounds >= 200 else 100):
        server.call("read", files=["f", "."])
        if i % 10 == 0:
            server.call("edit", file_path="f", old_string="ab"[i // 10 % 2], new_string="ba"[i // 10 % 2])
            server.call("write", file_path="new", content=f"{i}\n")
    tracer.terminate()
    tracer.wait()
    looks = f'statx(AT_FDCWD, "{place.workspace}", '  # the guard asks whether names came or went
    opened = [line for line in record.read_text().splitlines() if str(place.workspace) in line and looks not in line]
    assert not opened, opened[:3]


def a_guest_has_them_too(place):
    put(place, "f", "x\n")
    server = serve_as_guest(place)
    assert "1→x" in text_of(server.call("read", file_path="f"))
    assert "made" in text_of(server.call("write", file_path="g", content="y\n"))
    assert (place.workspace / "g").read_text() == "y\n"
    assert server.call("write", file_path="/usr/x", content="y\n")["isError"]


TESTS = [they_are_listed_with_their_parameters, a_read_names_what_the_file_is_and_numbers_its_lines,
         a_long_file_is_cut_and_the_first_line_has_the_call_that_goes_on,
         several_files_are_read_at_once_each_with_its_own_failure, an_image_is_an_image_and_other_binaries_are_described,
         what_could_hang_is_refused_at_once, a_denied_file_shows_nothing_but_the_rule_and_is_on_record,
         tools_and_shell_share_one_sandbox, what_the_sandbox_refuses_is_named, an_edit_changes_its_place_alone,
         a_write_makes_directories_and_keeps_the_form_of_what_was_there,
         *(bad_input_test(name, *bad) for name, bad in BAD.items()), a_file_name_need_not_be_text,
         no_turn_reaches_the_worker, a_cancelled_read_ends_and_the_next_one_is_answered,
         many_reads_at_once_are_each_answered, killed_servers_leave_the_old_or_the_new_and_no_litter,
         the_server_opens_nothing_below_the_workspace, a_guest_has_them_too]
