"""The directories that a client works in: what may be written then, and where the workspace is."""
import json
import time

from client import NEWEST, text_of
from state import sandbox_of, state

CAN_TELL = {"roots": {"listChanged": True}}


def uris(*paths):
    return {"roots": [{"uri": path.as_uri() if hasattr(path, "as_uri") else path} for path in paths]}


def serve(place, placed=True, config=None):
    """A server whose client can tell its roots, and its question."""
    command = place.command if placed else [place.command[0], "serve", "--rules", str(place.rules)]
    if config:
        (place.path / "config.yaml").write_text(config)
        command = [*command, "--config", str(place.path / "config.yaml")]
    server = place.serve(revision=None, command=command)
    server.hello = server.initialize(NEWEST, CAN_TELL)
    return server, question(server)


def question(server):
    asked = server.receive()
    assert asked and asked["method"] == "roots/list", asked
    return asked["id"]


def tell(server, asked, *paths):
    server.send({"id": asked, "result": uris(*paths)})


def is_written(server, path):
    server.shell(f"echo x > '{path}'")
    return path.exists()


def a_client_s_roots_bound_what_may_be_written(place):
    inner, other = place.workspace / "a b", place.workspace / "other"
    inner.mkdir()
    other.mkdir()
    server, asked = serve(place)
    tell(server, asked, inner, place.path / "elsewhere", "https://example.org/")
    assert is_written(server, inner / "f") and not is_written(server, other / "f")
    refused = server.call("write", file_path=str(other / "g"), content="x")
    assert refused["isError"] and not (other / "g").exists(), text_of(refused)
    told = json.loads(state(place, "show", "--json"))["gatehouses"][0]
    assert told["sources"]["host"]["roots"] == [str(inner)] and told["in_force"]["roots"] == [str(inner)], told
    server.notify("notifications/roots/list_changed")
    tell(server, question(server), other)
    assert is_written(server, other / "f2") and not is_written(server, inner / "f2")
    server.notify("notifications/roots/list_changed")
    tell(server, question(server), place.path)
    assert is_written(server, other / "f3") and is_written(server, inner / "f3")


def what_runs_in_the_background_is_bounded_too_when_they_change(place):
    inner = place.workspace / "inner"
    inner.mkdir()
    server, asked = serve(place)
    tell(server, asked, place.workspace)
    server.shell("(while :; do date > late; sleep 0.01; done) > /dev/null 2>&1 &")
    while not (place.workspace / "late").exists():
        time.sleep(0.01)
    server.notify("notifications/roots/list_changed")
    tell(server, question(server), inner)
    assert is_written(server, inner / "f")
    before = (place.workspace / "late").stat().st_mtime_ns
    time.sleep(0.15)
    assert (place.workspace / "late").stat().st_mtime_ns == before


def nothing_may_be_written_where_no_root_is_in_the_workspace(place):
    for elsewhere in (place.home, place.path / "nowhere"):
        server, asked = serve(place)
        tell(server, asked, elsewhere)
        assert not is_written(server, place.workspace / "f")
        assert sandbox_of(server.shell("true"))["mode"] == "read-only"


def a_client_that_names_no_root_bounds_nothing(place):
    for answer in ({"result": {"roots": []}}, {"error": {"code": -32601, "message": "no such method"}}, {"result": {"roots": 7}},
                   {"result": uris("file:///%zz")}):
        server, asked = serve(place)
        server.send({"id": asked, **answer})
        assert is_written(server, place.workspace / "f"), answer
        (place.workspace / "f").unlink()
        server.answers_ping()


def a_call_waits_for_the_roots_and_not_for_a_client_that_never_tells_them(place):
    inner = place.workspace / "inner"
    inner.mkdir()
    server, asked = serve(place)
    early = server.start("shell", {"command": "echo x > f; echo y > inner/f"})
    cancelled = server.start("shell", {"command": "touch inner/cancelled"})
    server.cancel(cancelled)
    server.answers_ping()
    tell(server, asked, inner)
    server.answer(early)
    assert not (place.workspace / "f").exists() and (inner / "f").exists() and not (inner / "cancelled").exists()
    silent, late = serve(place)
    assert is_written(silent, place.workspace / "g")
    tell(silent, late, inner)
    assert not is_written(silent, place.workspace / "h")


def a_root_stands_for_the_repository_that_it_lies_in(place):
    (place.workspace / ".git").mkdir()
    inner = place.workspace / "packages" / "a"
    inner.mkdir(parents=True)
    server, asked = serve(place)
    tell(server, asked, inner)
    assert is_written(server, place.workspace / "f")


def the_first_root_that_the_config_lets_is_the_workspace(place):
    projects = place.path / "projects"
    for name in ("one", "two"):
        (projects / name).mkdir(parents=True)
    config = f"version: 1\nworkspaces: ['{projects}/*']\n"
    server, asked = serve(place, placed=False, config=config)
    tell(server, asked, place.home, projects / "two", projects / "one")
    result = server.shell("pwd; touch f")
    assert (projects / "two" / "f").exists() and text_of(result).splitlines()[1] == str(projects / "two"), text_of(result)
    assert not is_written(server, place.workspace / "f") and not is_written(server, projects / "one" / "f")
    told = json.loads(state(place, "show", "--json", cwd=projects / "two"))["gatehouses"]
    assert [one["workspaces"] for one in told] == [[str(projects / "two")]], told
    assert not server.call("read", file_path="f").get("isError")
    other, asked = serve(place, placed=False, config="version: 1\n")
    tell(other, asked, projects / "two")
    assert not is_written(other, projects / "two" / "g") and text_of(other.shell("pwd")).splitlines()[1] == str(place.workspace)


TESTS = [a_client_s_roots_bound_what_may_be_written,
         what_runs_in_the_background_is_bounded_too_when_they_change,
         nothing_may_be_written_where_no_root_is_in_the_workspace,
         a_client_that_names_no_root_bounds_nothing,
         a_call_waits_for_the_roots_and_not_for_a_client_that_never_tells_them,
         a_root_stands_for_the_repository_that_it_lies_in,
         the_first_root_that_the_config_lets_is_the_workspace]
