"""What no client should send: one error each, then a good call is answered."""
import json
import os
import time

DEEP = 100_000
TOO_LONG = 17 * 1024 * 1024


def line(**message):
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


def call(arguments, tool="policy", request=7):
    return line(id=request, method="tools/call", params={"name": tool, "arguments": arguments})


# The line, the error's code, and the id that it names: its own wherever it can be found.
BAD_MESSAGES = {
    "no JSON": (b"no JSON", -32700, None),
    "half an object": (b'{"jsonrpc":"2.0","id":7,"method":"ping"', -32700, 7),
    "two objects": (b'{"jsonrpc":"2.0","id":7,"method":"ping"}{}', -32700, 7),
    "single quotes": (b"{'jsonrpc':'2.0','id':7,'method':'ping'}", -32700, None),
    "a comment": (b'{"jsonrpc":"2.0","id":7,"method":"ping"} // hello', -32700, 7),
    "NaN": (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":NaN}}', -32700, 7),
    "no UTF-8": (b'{"jsonrpc":"2.0","id":7,"method":"\xff\xfe"}', -32700, 7),
    "a lone surrogate": (b'{"jsonrpc":"2.0","id":7,"method":"\\ud800"}', -32700, 7),
    "a lone low surrogate": (b'{"jsonrpc":"2.0","id":7,"method":"\\udc00x"}', -32700, 7),
    "a surrogate in UTF-8": (b'{"jsonrpc":"2.0","id":7,"method":"\xed\xa0\x80"}', -32700, 7),
    "a NUL byte": (b'{"jsonrpc":"2.0",\0"id":7,"method":"ping"}', -32700, 7),
    "spaces": (b"   ", -32700, None),
    "a number": (b"7", -32600, None),
    "a string": (b'"ping"', -32600, None),
    "null": (b"null", -32600, None),
    "an empty object": (b"{}", -32600, None),
    "an empty batch": (b"[]", -32600, None),
    "a batch": (b"[" + line(id=7, method="ping") + b"]", -32600, None),
    "arrays, too deep": (b"[" * DEEP + b"]" * DEEP, -32600, None),
    "objects, too deep": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, -32600, None),
    "brackets that never close": (b"[" * DEEP, -32600, None),
    "parameters, too deep": (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":' + b"[" * DEEP + b"]" * DEEP
                             + b"}}", -32600, 7),
    "too many keys": (line(id=7, method="ping", params={str(n): 0 for n in range(1001)}), -32600, 7),
    "too long": (line(id=7, method="ping", params={"x": "y" * TOO_LONG}), -32600, None),
    "too long, and no JSON": (b"\xff" * TOO_LONG, -32600, None),
    "no jsonrpc": (b'{"id":7,"method":"ping"}', -32600, 7),
    "another jsonrpc": (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7),
    "a null id": (line(id=None, method="ping"), -32600, None),
    "a float id": (line(id=1.5, method="ping"), -32600, None),
    "an id beyond 64 bits": (b'{"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"}', -32600, None),
    "a true id": (line(id=True, method="ping"), -32600, None),
    "an object id": (line(id={}, method="ping"), -32600, None),
    "no method": (line(id=7), -32600, 7),
    "a method that is a number": (line(id=7, method=7), -32600, 7),
    "params that are a list": (line(id=7, method="ping", params=[]), -32600, 7),
    "params that are a string": (line(id=7, method="ping", params="x"), -32600, 7),
    "an unknown method": (line(id=7, method="tools/lsit"), -32601, 7),
    "an empty method": (line(id=7, method=""), -32601, 7),
    "a huge method": (line(id=7, method="m" * 10_000_000), -32601, 7),
    "a method with escapes": (line(id=7, method="\x1b[2J\x00\u202e"), -32601, 7),
    "a cursor of nobody's": (line(id=7, method="tools/list", params={"cursor": "2"}), -32602, 7),
    "no tool": (line(id=7, method="tools/call", params={}), -32602, 7),
    "a tool that is a number": (line(id=7, method="tools/call", params={"name": 7}), -32602, 7),
    "an unknown tool": (call({}, "polcy"), -32602, 7),
    "a huge tool": (call({}, "p" * 10_000_000), -32602, 7),
}

# What a model can mend: a result with isError, and a word that it contains.
BAD_ARGUMENTS = {
    "an unknown parameter": ({"comand": "ls"}, "'command'"),
    "a parameter unlike any": ({"xyzzy": 1}, "command"),
    "a huge parameter": ({"x" * 5_000_000: 1}, "parameter"),
    "a wrong type": ({"command": 7}, "string"),
    "an object for a string": ({"command": {"a": "b"}}, "string"),
    "a list with a number": ({"command": ["ls", 7]}, "string"),
    "a value that is none": ({"action": "guess"}, "check"),
    "a NUL": ({"command": "ls\0-l"}, "NUL"),
    "a NUL in a list": ({"command": ["ls", "a\0b"]}, "NUL"),
    "twice the same": ({"command": "ls", "cmd": "ls"}, "twice"),
    "arguments that are a list": ([], "object"),
    "arguments that are a string": ("ls", "object"),
    "nothing": ({}, "command"),
    "null": ({"command": None}, "command"),
    "an escape in a name": ({"\x1b[2J\u202e": 1}, "parameter"),
}


def one_error(server, data, code, request):
    started = time.monotonic()
    server.send_line(data)
    response = server.receive()
    assert response is not None, "no answer"
    assert response.get("id") == request, response
    assert response["error"]["code"] == code, response
    message = response["error"]["message"]
    assert message and len(message.encode()) <= 1000, f"an error of {len(message)} characters: {message[:100]}"
    assert not any(ord(c) < 32 or c == "\u202e" for c in message), message
    assert time.monotonic() - started < 5, "too slow"
    server.answers_ping()  # and nothing stands before its answer, as that would be received first
    assert not server.queue


def bad_message_test(name, data, code, request):
    def test(place):
        server = place.serve()
        one_error(server, data, code, request)
        assert server.call("policy", command="ls")["content"]

    test.__name__ = f"bad message: {name}"
    return test


def bad_argument_test(name, arguments, word):
    def test(place):
        server = place.serve()
        for tool in (tool["name"] for tool in server.tools() if "command" in tool["inputSchema"]["properties"]):
            if tool != "policy" and "action" in arguments:
                continue
            result = server.call_with(tool, arguments)
            text = result["content"][0]["text"]
            assert result.get("isError") is True, result
            assert word in text and len(text.encode()) <= 1000, text[:300]
            assert not any(ord(c) < 32 and c != "\n" or c == "\u202e" for c in text), text
        assert not server.call("policy", command="ls").get("isError")

    test.__name__ = f"bad argument: {name}"
    return test


def all_bad_messages_at_once_are_answered_in_their_order(place):
    server = place.serve()
    few = [bad for bad in BAD_MESSAGES.values() if len(bad[0]) < 1000]
    server.send_bytes(b"".join(data + b"\n" for data, _, _ in few) + line(id="last", method="ping") + b"\n")
    for data, code, request in few:
        response = server.receive()
        assert (response["error"]["code"], response.get("id")) == (code, request), (data, response)
    assert server.receive() == {"jsonrpc": "2.0", "id": "last", "result": {}}


def what_needs_no_answer_gets_none(place):
    server = place.serve()
    for data in (b"", b"\r", line(method="notifications/none"), line(method="notifications/cancelled"),
                 line(method="notifications/cancelled", params={"requestId": {}}), line(id=7, result={}),
                 line(id=7, error={"code": 1, "message": "x"}), line(method="ping"), line(method="tools/call")):
        server.send_line(data)
    server.answers_ping()
    assert not server.queue


def lines_may_come_byte_by_byte_and_with_carriage_returns(place):
    server = place.serve()
    for byte in line(id=7, method="ping") + b"\r\n":
        server.send_bytes(bytes([byte]))
    assert server.receive() == {"jsonrpc": "2.0", "id": 7, "result": {}}


def a_huge_command_is_answered(place):
    server = place.serve()
    for size in (200_000, 3_000_000, 15_000_000):
        for command in ("true " + "x" * size, "true;" * (size // 5), "(" * size):
            result = server.call("policy", command=command, seconds=60)
            assert len(json.dumps(result)) < 100_000, f"{len(json.dumps(result))} bytes for {command[:10]}"
        server.answers_ping()


def many_calls_at_once_are_each_answered_once(place):
    server = place.serve()
    requests = [server.start("policy", {"command": f"git push {i}"}) for i in range(200)]
    seen = [server.receive()["id"] for _ in requests]
    assert sorted(seen) == requests
    server.answers_ping()


def the_end_of_input_in_the_middle_of_a_line_is_the_end(place):
    for half in (b"", b"{", line(id=7, method="ping")[:-1], b"x" * 1_000_000, b'{"jsonrpc":"2.0","method":"\xf0\x9f'):
        server = place.serve()
        server.send_bytes(half)
        assert server.close() == 0
        assert not server.queue, server.queue


def a_client_that_went_gets_its_server_ended(place):
    server = place.serve()
    server.process.stdout.close()
    for _ in range(3):
        try:
            os.write(server.to, line(id=7, method="tools/list") + b"\n")
        except BrokenPipeError:
            break
        time.sleep(0.05)
    assert server.process.wait(10) == 0


def a_client_that_stops_reading_costs_bounded_memory_and_loses_nothing(place):
    server = place.serve()
    request = line(id=7, method="tools/list") + b"\n"
    sent, left = 0, memoryview(b"")
    deadline = time.monotonic() + 30
    stalled = time.monotonic()
    while time.monotonic() - stalled < 0.5:  # until the server takes no more
        assert time.monotonic() < deadline, f"it takes requests without end: {sent}"
        if not left:
            left, sent = memoryview(request), sent + 1
        try:
            left = left[os.write(server.to, left):]
            stalled = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        resident = int(next(entry for entry in status if entry.startswith("VmRSS")).split()[1])
    assert resident < 64 * 1024, f"{resident} kB"
    server.send_bytes(bytes(left))
    server.asked[7] = "tools/list"
    for _ in range(sent):
        assert server.receive()["result"]["tools"]
    server.answers_ping()


TESTS = [*(bad_message_test(name, *bad) for name, bad in BAD_MESSAGES.items()),
         *(bad_argument_test(name, *bad) for name, bad in BAD_ARGUMENTS.items()),
         all_bad_messages_at_once_are_answered_in_their_order, what_needs_no_answer_gets_none,
         lines_may_come_byte_by_byte_and_with_carriage_returns, a_huge_command_is_answered,
         many_calls_at_once_are_each_answered_once, the_end_of_input_in_the_middle_of_a_line_is_the_end,
         a_client_that_went_gets_its_server_ended,
         a_client_that_stops_reading_costs_bounded_memory_and_loses_nothing]
