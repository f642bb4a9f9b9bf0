"""The sandbox's state while calls run: what the host says, what `gatehouse state` says, and what becomes of who is in the way."""
import json
import pathlib
import socket
import subprocess
import time

from client import meta_of, text_of

UPDATE = "codex/sandbox-state/update"
CAPTURES = pathlib.Path(__file__).resolve().parent.parent / "data" / "codex"
WRITER = "import os,time\nf=open('log','w')\nos.mkdir('ready')\nwhile True: f.write('x'); f.flush(); time.sleep(0.001)"


def policy(place, kind, **more):
    return {"sandboxPolicy": {"type": kind, **more}, "sandboxCwd": str(place.workspace)}


def captured(place, mode):
    """The _meta of Codex 0.169, about this workspace."""
    text = (CAPTURES / f"tools_call_meta_0.169_{mode}.json").read_text()
    return json.loads(text.replace("/home/dev/project", str(place.workspace)))["params"]["_meta"]


def shell(server, command, meta, seconds=20):
    request = server.ask("tools/call", {"name": "shell", "arguments": {"command": command}, "_meta": meta})
    return server.answer(request, seconds)["result"]


def state(place, *words, status=0, cwd=None):
    done = subprocess.run([place.command[0], "state", *words], env=place.env, cwd=cwd or place.workspace, text=True,
                          capture_output=True, timeout=30, check=False)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def sandbox_of(result):
    return meta_of(result)["sandbox"]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.005)


def changes(directory):
    def look():
        return {path.name: path.stat().st_size for path in directory.iterdir()}
    before = look()
    time.sleep(0.15)
    return look() != before


def start_writer(place, server):
    if (place.workspace / "ready").is_dir():
        (place.workspace / "ready").rmdir()
    (place.workspace / "writer.py").write_text(WRITER)
    turn = server.start("shell", {"command": "python3 writer.py; echo went on"})
    until((place.workspace / "ready").exists)
    assert changes(place.workspace), "the writer writes nothing"
    return turn


def an_update_of_the_host_is_in_force_when_it_is_answered(place):
    server = place.serve()
    assert server.hello["capabilities"]["experimental"]["codex/sandbox-state"] == {"version": "1.0.0"}
    turn = start_writer(place, server)
    others = []
    answer = server.answer(server.ask(UPDATE, policy(place, "read-only")), others=others)
    assert answer["result"] == {} and not changes(place.workspace)
    result = next((m for m in others if m.get("id") == turn), None) or server.answer(turn)
    text = text_of(result["result"])
    assert "ended, since it had" in text and "read-only, net none" in text and "went on" in text, text
    for tool in server.tools():
        assert tool["annotations"]["readOnlyHint"], tool["name"]
    assert "read-only, net none" in text_of(server.call("policy", action="state"))
    refused = server.shell("echo x > ./new")
    assert sandbox_of(refused) == {"mode": "read-only", "network": "none", "tier": "A", "generation": 2}, refused
    assert "mode read-only" in text_of(refused) and "state of the sandbox changed" not in text_of(refused), text_of(refused)
    assert server.call("write", path="new", content="x")["isError"]
    assert server.request(UPDATE, policy(place, "workspace-write", writable_roots=[]))["result"] == {}
    written = server.shell("echo x > new && cat new")
    assert not written.get("isError") and sandbox_of(written)["generation"] == 3, text_of(written)
    assert not server.call("write", path="other", content="x").get("isError")


def a_turn_that_starts_meanwhile_is_held_too(place):
    server = place.serve()
    seen = 0
    for delay in (0, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2):
        turn = server.start("shell", {"command": "i=0; while :; do i=$((i+1)); echo x > n$((i % 9)); echo x >> f; done 2>/dev/null"})
        time.sleep(delay)
        seen += (place.workspace / "f").exists()
        assert server.request(UPDATE, policy(place, "read-only"))["result"] == {}
        assert not changes(place.workspace), f"after {delay} s"
        server.cancel(turn)
        assert server.request(UPDATE, policy(place, "workspace-write"))["result"] == {}
    assert seen, "no turn had begun"


def the_tools_that_changed_are_told(place):
    server = place.serve()
    others = []
    server.answer(server.ask(UPDATE, policy(place, "read-only")), others=others)
    while message := server.receive(0.2):
        others.append(message)
    told = [m for m in others if m.get("method") == "notifications/tools/list_changed"]
    assert len(told) == 1, others


def a_call_runs_in_the_state_that_its_own_meta_says(place):
    server = place.serve()
    assert sandbox_of(shell(server, "echo x > a", captured(place, "read-only")))["mode"] == "read-only"
    assert not (place.workspace / "a").exists()
    written = shell(server, "echo x > a", captured(place, "workspace-write"))
    assert sandbox_of(written)["mode"] == "workspace-write" and (place.workspace / "a").exists(), text_of(written)
    full = shell(server, "echo x > b; cat /proc/net/dev | wc -l", captured(place, "danger-full-access"))
    assert sandbox_of(full)["mode"] == "workspace-write" and sandbox_of(full)["network"] == "none", full
    # While one runs that may not write, none may.
    narrow = server.ask("tools/call", {"name": "shell", "arguments": {"command": "sleep 0.5; echo x > c"},
                                       "_meta": captured(place, "read-only")})
    assert sandbox_of(shell(server, "echo x > d", captured(place, "workspace-write")))["mode"] == "read-only"
    server.answer(narrow)
    assert not (place.workspace / "c").exists() and not (place.workspace / "d").exists()
    shell(server, "echo x > d", captured(place, "workspace-write"))
    assert (place.workspace / "d").exists()


def what_cannot_be_read_changes_nothing(place):
    server = place.serve()
    for params in ({}, {"sandboxPolicy": {"type": "all"}}, policy(place, "workspace-write", writable_roots="x"),
                   {"sandboxPolicy": {"type": "read-only"}, "sandboxCwd": "relative"}):
        error = server.request(UPDATE, params)["error"]
        assert error["code"] == -32602 and error["message"].startswith("the host's sandbox state: "), error
    refused = shell(server, "echo x > a", {"codex/sandbox-state": {"permissionProfile": {"type": "new"}}})
    assert refused["isError"] and "unknown type 'new'" in text_of(refused), refused
    contradiction = captured(place, "read-only")
    contradiction["codex/sandbox-state-meta"] = captured(place, "danger-full-access")["codex/sandbox-state"]
    assert "say different things" in text_of(shell(server, "echo x > a", contradiction))
    assert not (place.workspace / "a").exists()
    assert sandbox_of(server.shell("echo x > a"))["generation"] == 1 and (place.workspace / "a").exists()


def the_hosts_roots_shrink_the_workspace(place):
    for name in ("part", "rest"):
        (place.workspace / name).mkdir()
    server = place.serve()
    params = policy(place, "workspace-write", writable_roots=["/etc", "/"])
    params["sandboxCwd"] = str(place.workspace / "part")
    params["sandboxPolicy"]["writable_roots"] = ["/etc", "/missing"]
    assert server.request(UPDATE, params)["result"] == {}
    result = server.shell("echo x > part/a; echo x > rest/a; echo x > a; ls part rest . /etc/a")
    assert (place.workspace / "part" / "a").exists() and not (place.workspace / "rest" / "a").exists(), text_of(result)
    assert not (place.workspace / "a").exists()


def the_owner_changes_what_runs_and_the_result_says_it(place):
    (place.home / ".config" / "gatehouse").mkdir(parents=True)
    server = place.serve()
    turn = start_writer(place, server)
    shown = json.loads(state(place, "set", "--mode", "read-only", "--json"))
    assert not changes(place.workspace)
    assert shown["ended"] == [] and 0 <= shown["in_force_ms"] < 2000, shown
    (one,) = shown["gatehouses"]
    assert one["in_force"] == {"mode": "read-only", "network": "none", "roots": []} and one["generation"] == 2, one
    assert one["sources"]["set"] == {"mode": "read-only"} and one["sources"]["host"] is None, one
    text = text_of(server.answer(turn)["result"])
    assert "log open for writing: python3" in text and "went on" in text, text
    assert server.request(UPDATE, policy(place, "danger-full-access"))["result"] == {}
    assert sandbox_of(server.shell("true"))["mode"] == "read-only"
    state(place, "set", "--mode", "workspace-write")
    assert not server.shell("echo x > new").get("isError") and (place.workspace / "new").exists()
    assert "mode danger-full-access: the config there allows" in state(place, "set", "--mode", "danger-full-access", status=1)


def a_connection_ends_with_the_network(place):
    server = place.serve(options=["--network", "full"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        turn = server.start("shell", {"command": f"exec 5<>/dev/tcp/127.0.0.1/{port}; while sleep 0.01; do echo x >&5; done"})
        listening.settimeout(10)
        peer, _ = listening.accept()
        assert peer.recv(1) == b"x"
        state(place, "set", "--network", "none")
        peer.settimeout(0.5)
        try:
            while peer.recv(65536):
                pass
        except ConnectionResetError:
            pass
        text = text_of(server.answer(turn)["result"])
        assert "the sandbox ended, and all that ran in it" in text and "net none" in text, text
        after = server.shell(f"echo x > /dev/tcp/127.0.0.1/{port}; echo x > still")
        assert sandbox_of(after)["network"] == "none" and "refused" in text_of(after).lower(), text_of(after)
        assert (place.workspace / "still").exists()
        state(place, "set", "--network", "full")
        assert sandbox_of(server.shell("true"))["network"] == "full"


def all_of_the_hosts_files_go_with_their_sandbox(place):
    server = place.serve(options=["--mode", "danger-full-access"])
    outside = place.path / "outside"
    turn = server.start("shell", {"command": f"while sleep 0.01; do echo x >> {outside}; done"})
    until(outside.exists)
    state(place, "set", "--mode", "workspace-write")
    size = outside.stat().st_size
    assert "the sandbox ended" in text_of(server.answer(turn)["result"])
    after = server.shell(f"echo x > in; echo x >> {outside}")
    assert sandbox_of(after)["mode"] == "workspace-write" and (place.workspace / "in").exists(), text_of(after)
    assert outside.stat().st_size == size
    state(place, "set", "--mode", "danger-full-access")
    assert sandbox_of(server.shell(f"echo x >> {outside}"))["mode"] == "danger-full-access"
    assert outside.stat().st_size > size


def a_host_that_may_loosen_does(place):
    config = place.path / "config.yaml"
    config.write_text("version: 1\nmode: read-only\nsandbox: {host_may_loosen: true}\n")
    server = place.serve(options=["--config", str(config)])
    assert sandbox_of(server.shell("true"))["mode"] == "read-only"
    result = shell(server, "echo x > a", captured(place, "workspace-write"))
    assert sandbox_of(result)["mode"] == "workspace-write" and (place.workspace / "a").exists(), text_of(result)
    assert sandbox_of(shell(server, "true", captured(place, "danger-full-access")))["mode"] == "danger-full-access"
    assert sandbox_of(shell(server, "echo x > b", captured(place, "read-only")))["mode"] == "read-only"
    assert not (place.workspace / "b").exists()


def who_runs_inside_changes_no_state(place):
    gatehouse = place.command[0]
    for mode in ("read-only", "workspace-write", "danger-full-access"):
        server = place.serve(options=["--mode", mode])
        tried = server.shell(f"{gatehouse} state set --all --mode danger-full-access; echo status $?; ls -R ~/.local/state")
        assert "status 2" in text_of(tried) and ".sock" not in text_of(tried), text_of(tried)
        assert sandbox_of(server.shell("true")) == sandbox_of(tried)
        server.end()


TESTS = [an_update_of_the_host_is_in_force_when_it_is_answered, a_turn_that_starts_meanwhile_is_held_too,
         the_tools_that_changed_are_told,
         a_call_runs_in_the_state_that_its_own_meta_says, what_cannot_be_read_changes_nothing,
         the_hosts_roots_shrink_the_workspace, the_owner_changes_what_runs_and_the_result_says_it,
         a_connection_ends_with_the_network, all_of_the_hosts_files_go_with_their_sandbox,
         a_host_that_may_loosen_does, who_runs_inside_changes_no_state]
