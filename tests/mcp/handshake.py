"""Revisions, and what tools/list and initialize say to a model."""
import json
import re

from client import NEWEST, text_of


def it_speaks_the_revision_that_was_asked_for(place):
    for revision in ("2025-11-25", "2025-06-18"):
        server = place.serve(revision)
        assert server.hello["protocolVersion"] == revision, server.hello
        assert server.hello["serverInfo"]["name"] == "gatehouse"
        assert server.tools()
        server.answers_ping()


def it_offers_its_newest_revision_for_one_it_does_not_know(place):
    for revision in ("2026-07-28", "2024-11-05", "1999-01-01", "", "2025-11-25 "):
        server = place.serve(None)
        assert server.initialize(revision or "none")["protocolVersion"] == NEWEST, revision
        server.answers_ping()


def an_initialize_without_a_revision_is_an_error_and_the_next_one_works(place):
    server = place.serve(None)
    for params in (None, {}, {"protocolVersion": 7}, {"protocolVersion": None}):
        response = server.request("initialize", params)
        assert response["error"]["code"] == -32602, response
    server.initialize(NEWEST)
    server.answers_ping()


def a_discover_probe_fails_and_hosts_fall_back_in_the_same_process(place):
    server = place.serve(None)
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "c", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {}}
    server.send({"id": "server-discover-probe-1", "method": "server/discover", "params": {"_meta": meta}})
    response = server.answer("server-discover-probe-1")
    assert response["error"]["code"] == -32601, response
    assert server.initialize(NEWEST)["protocolVersion"] == NEWEST
    assert server.tools()


def ids_come_back_as_they_were(place):
    server = place.serve()
    for request in (0, -1, 2**53 + 1, 2**63 - 1, 2**64 - 1, "", "1", "ünï \n\"\\ \u0000 \U0001f600", "x" * 100_000):
        server.send({"id": request, "method": "ping"})
        response = server.receive()
        assert response["id"] == request and type(response["id"]) is type(request), response
        assert response["result"] == {}


def what_is_announced_fits_into_a_models_context(place):
    server = place.serve()
    assert len(server.hello["instructions"]) <= 1800, len(server.hello["instructions"])
    tools = server.tools()
    size = len(json.dumps(tools, ensure_ascii=False, separators=(",", ":")).encode())
    assert size <= 10_240, size
    assert [tool["name"] for tool in tools] == [tool["name"] for tool in server.tools()]
    for tool in tools:
        assert re.fullmatch("[a-z0-9_]{1,32}", tool["name"]), tool["name"]
        assert tool["description"] and "outputSchema" not in tool, tool
        schema = tool["inputSchema"]
        assert schema["type"] == "object" and "properties" in schema, schema
        assert not {"oneOf", "anyOf", "allOf", "$ref", "not", "enum"} & schema.keys(), schema
        for name, parameter in schema["properties"].items():
            assert re.fullmatch("[a-z0-9_]{1,32}", name), name
            assert parameter.get("description"), f"{tool['name']}.{name} is not described"
            assert not ("enum" in parameter and name in schema.get("required", [])), name
        hints = tool["annotations"]
        assert isinstance(hints["readOnlyHint"], bool), tool


def the_instructions_say_what_holds_here(place):
    server = place.serve(options=["--mode", "read-only"])
    assert "read-only, net none" in server.hello["instructions"], server.hello["instructions"]
    assert "workspace-write, net none" in place.serve().hello["instructions"]


def broken_rules_are_said_in_the_instructions_which_stay_short(place):
    place.rules.write_text("version: 1\nruels: []\n# " + "x" * 10_000)
    server = place.serve()
    assert "ruels" in server.hello["instructions"], server.hello["instructions"]
    assert len(server.hello["instructions"]) <= 1800
    assert server.tools()


def policy_answers_without_running_anything(place):
    server = place.serve()
    result = server.call("policy", command="git push -f origin main; touch here")
    assert "git.force-push" in text_of(result) and "Push without --force." in text_of(result), result
    assert result["_meta"]["gatehouse/result"]["verdict"] == "deny"
    assert not list(place.workspace.iterdir())
    assert server.call("policy", command="ls -l")["_meta"]["gatehouse/result"]["verdict"] == "allow"
    explained = text_of(server.call("policy", action="explain", command="git push origin main"))
    assert "git.force-push (deny, " in explained and "options: none of -f" in explained, explained
    assert "workspace-write, net none" in text_of(server.call("policy", action="state"))


def policy_answers_about_files_and_connections(place):
    place.rules.write_text("""version: 1
defaults: {net: deny}
rules:
  - {id: secrets, event: read, when: {path: .env}, verdict: deny, reason: Secrets.}
  - {id: mirror, event: net, when: {host: mirror.example, program: curl}, verdict: allow}
""")
    (place.workspace / "link").symlink_to(".env")
    server = place.serve()

    def asked(**question):
        result = server.call("policy", **question)
        return text_of(result), result["_meta"]["gatehouse/result"]
    for path in (".env", "link"):
        text, data = asked(read=path)
        assert text.startswith("denied: read ") and "rule secrets" in text and data["verdict"] == "deny", text
    text, data = asked(write="made")
    assert data["verdict"] == "allow" and "sandbox" not in text, text
    text, data = asked(write="/etc/passwd")
    assert "sandbox: read-only: /etc/passwd (outside the workspace)" in text and "read-only" in data["sandbox_refuses"], text
    text, data = asked(connect="mirror.example:443", command="curl https://mirror.example")
    assert data["verdict"] == "allow" and "net none" in data["sandbox_refuses"], text
    for who in ({"command": "wget https://mirror.example"}, {}):
        text, data = asked(connect="mirror.example:443", **who)
        assert data["verdict"] == "deny" and "rule defaults.net" in text, text
    text, _ = asked(connect="mirror.example:443", action="explain", command="curl x")
    assert "mirror (allow, " in text, text
    for wrong in ({"read": "a", "write": "b"}, {"read": "a", "command": "ls"}, {"connect": "mirror.example"}, {}, {"read": ""}):
        assert server.call("policy", **wrong)["isError"], wrong
    assert sorted(path.name for path in place.workspace.iterdir()) == ["link"]


TESTS = [it_speaks_the_revision_that_was_asked_for, it_offers_its_newest_revision_for_one_it_does_not_know,
         an_initialize_without_a_revision_is_an_error_and_the_next_one_works,
         a_discover_probe_fails_and_hosts_fall_back_in_the_same_process, ids_come_back_as_they_were,
         what_is_announced_fits_into_a_models_context, the_instructions_say_what_holds_here,
         broken_rules_are_said_in_the_instructions_which_stay_short, policy_answers_without_running_anything,
         policy_answers_about_files_and_connections]
