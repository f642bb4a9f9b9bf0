"""find and grep through the wire: what they find, by pages; what rules hide; what cannot be searched; cancellation."""
import os
import random
import re
import subprocess
import time

from client import meta_of, text_of
from place import Skip
from search_agree import Agreement, make_tree

SECRETS = """version: 1
rules:
  - {id: secrets, event: [read, write], when: {path: "**/.env"}, verdict: deny, reason: Secrets stay here.}
"""


def write(place, name, text="x\n"):
    path = place.workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def has_ripgrep():
    return any(os.access(path, os.X_OK) for path in ("/usr/bin/rg", "/usr/local/bin/rg"))


def lines_behind_notices(result):
    return [line for line in text_of(result).split("\n")[1:] if not line.startswith("left out: ")]


def they_are_listed_where_they_work(place):
    tools = {tool["name"]: tool for tool in place.serve().tools()}
    assert "find" in tools and ("grep" in tools) == has_ripgrep(), tools.keys()
    for tool in (tools[name] for name in ("find", "grep") if name in tools):
        assert tool["annotations"]["readOnlyHint"] is True and len(tool["description"]) <= 400
        assert not {"glob_pattern", "output_mode", "-A", "-n", "head_limit"} & tool["inputSchema"]["properties"].keys()


def pages_of_find_are_what_git_lists(place):
    subprocess.run(["git", "init", "-q", str(place.workspace)], check=True)
    for number in range(50):
        write(place, f"src/d{number % 7}/f{number}.c")
        write(place, f"src/d{number % 7}/f{number}.o")
    write(place, ".gitignore", "*.o\n")
    server, found, cursor = place.serve(), [], None
    while True:
        result = server.call("find", limit=20, **({"cursor": cursor} if cursor else {}))
        found += lines_behind_notices(result)
        cursor = meta_of(result)["next"]
        if cursor is None:
            break
        assert f'cursor: "{cursor}"' in text_of(result).split("\n")[0], text_of(result)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=place.workspace, check=True,
                            capture_output=True, text=True).stdout.split()
    assert found == listed, set(found) ^ set(listed)
    tree = text_of(server.call("find", format="tree", limit=12))
    assert "src/" in tree and re.search(r"d3/ \(\d+ files\)", tree), tree


def a_tree_and_a_list_take_paths_as_people_write_them(place):
    write(place, "src/a.c")
    server = place.serve()
    for path in ("src", "./src", str(place.workspace / "src")):
        assert lines_behind_notices(server.call("find", path=path)) == ["src/a.c"]
    assert text_of(server.call("find", pattern="/usr/bin/[e]nv")).endswith("\n/usr/bin/env")
    error = server.call("find", path="scr")
    assert error["isError"] and "src" in text_of(error), text_of(error)


def matches_have_path_and_line(place):
    if not has_ripgrep():
        raise Skip("ripgrep is not installed")
    write(place, "src/a.c", "one\ntwo\n-three\n")
    server = place.serve()
    assert lines_behind_notices(server.call("grep", pattern="two", **{"-A": 1})) == ["src/a.c", "2: two", "3- -three"]
    assert lines_behind_notices(server.call("grep", pattern="-three", output_mode="files_with_matches")) == ["src/a.c"]
    assert lines_behind_notices(server.call("grep", pattern="t", path="src/a.c", mode="count")) == ["src/a.c: 2"]
    assert "case: insensitive" in text_of(server.call("grep", pattern="TWO"))
    error = server.call("grep", pattern="two(")
    assert error["isError"] and "fixed: true" in text_of(error), text_of(error)


def what_a_rule_hides_is_not_found_and_counted(place):
    place.rules.write_text(SECRETS)
    write(place, "config", "KEY=public\n")
    server = place.serve()
    server.call("find")
    assert "KEY" in text_of(server.shell("echo KEY=secret > app.env && mkdir d && echo KEY=secret > d/.env; cat config"))
    result = server.call("find")
    assert "d/.env" not in text_of(result) and "hidden by rule secrets: 1" in text_of(result), text_of(result)
    if not has_ripgrep():
        raise Skip("ripgrep is not installed")
    result = server.call("grep", pattern="KEY")
    assert "d/.env" not in text_of(result) and "hidden by rule secrets: 1" in text_of(result), text_of(result)
    assert meta_of(result)["matches"] == 2, text_of(result)
    denied = server.call("grep", pattern="KEY", path="d/.env")
    assert denied["isError"] and "secrets" in text_of(denied) and "KEY=secret" not in text_of(denied), text_of(denied)


def a_link_out_of_the_workspace_is_not_followed(place):
    write(place, "a", "word\n")
    (place.workspace / "home").symlink_to(place.home)
    (place.home / "b").write_text("word\n")
    server = place.serve()
    assert lines_behind_notices(server.call("find")) == ["a", "home"]
    if has_ripgrep():
        assert lines_behind_notices(server.call("grep", pattern="word", mode="files")) == ["a"]


def they_agree_with_git_and_ripgrep_on_a_tree_that_is_made_up(place):
    if not has_ripgrep():
        raise Skip("ripgrep is not installed")
    chance = random.Random(place.rounds)
    make_tree(place.workspace, chance)
    Agreement(place, place.workspace, chance).ask(100)


def what_the_sandbox_hides_is_named(place):
    (place.home / ".ssh").mkdir()
    (place.home / ".ssh" / "id").write_text("KEY\n")
    server = place.serve()
    for result in (server.call("find", path="~/.ssh"), *([server.call("grep", pattern="KEY", path="~/.ssh")]
                                                          if has_ripgrep() else [])):
        assert "hidden: ~/.ssh" in text_of(result), text_of(result)


def a_cancelled_search_leaves_nothing_behind(place):
    if not has_ripgrep():
        raise Skip("ripgrep is not installed")
    for number in range(40):
        write(place, f"big{number}", "a" * 2_000_000 + "\n")
    server = place.serve()
    server.call("find")
    for _ in range(5):
        request = server.start("grep", {"pattern": "(a|aa)*(a|aa)*b", "limit": 1})
        time.sleep(0.05)
        server.cancel(request)
        assert meta_of(server.call("find", pattern="big1"))["files"] == 1
    server.close()
    place.all_gone()


TESTS = [they_are_listed_where_they_work, pages_of_find_are_what_git_lists,
         a_tree_and_a_list_take_paths_as_people_write_them, matches_have_path_and_line,
         what_a_rule_hides_is_not_found_and_counted, a_link_out_of_the_workspace_is_not_followed,
         what_the_sandbox_hides_is_named, they_agree_with_git_and_ripgrep_on_a_tree_that_is_made_up,
         a_cancelled_search_leaves_nothing_behind]
