"""A client of an MCP server on stdio. Every line that comes is checked: JSON, UTF-8, the negotiated schema."""
import json
import os
import select
import subprocess
import time

from schema import Schema

PATIENCE = 20  # seconds for what takes milliseconds on a quiet machine
NEWEST = "2025-11-25"


class Gone(Exception):
    """The server closed its end."""


class Server:
    """`gatehouse serve` and its client. Says hello at once, but for revision=None."""

    def __init__(self, command, env, cwd, revision=NEWEST, stderr=None):
        self.process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=stderr or subprocess.DEVNULL, bufsize=0)
        self.to, self.back = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self.to, False)
        os.set_blocking(self.back, False)
        self.schema = Schema(NEWEST)
        self.unread, self.queue, self.asked, self.last_id = b"", [], {}, 0
        self.hello = None
        if revision:
            self.hello = self.initialize(revision)

    def initialize(self, revision, capabilities=None):
        response = self.request("initialize", {"protocolVersion": revision, "capabilities": capabilities or {},
                                               "clientInfo": {"name": "wire", "version": "1"}})
        self.schema = Schema(response["result"]["protocolVersion"])
        self.notify("notifications/initialized")
        return response["result"]

    # What the client says.

    def send_bytes(self, data):
        """Reads meanwhile, so that a server that is waiting for its reader does not stop both."""
        view = memoryview(data)
        deadline = time.monotonic() + PATIENCE
        while view:
            ready = select.select([self.back], [self.to], [], max(0, deadline - time.monotonic()))
            assert ready[0] or ready[1], f"the server takes no more: {len(view)} bytes are left"
            if ready[1]:
                try:
                    view = view[os.write(self.to, view):]
                except BlockingIOError:
                    pass
                except BrokenPipeError:
                    raise Gone("the server reads no more") from None
            elif not self.read_some():
                raise Gone("the server has closed its end")

    def send_line(self, line):
        self.send_bytes((line if isinstance(line, bytes) else line.encode()) + b"\n")

    def send(self, message):
        self.send_line(json.dumps({"jsonrpc": "2.0", **message}))

    def notify(self, method, params=None):
        self.send({"method": method, **({"params": params} if params else {})})

    def ask(self, method, params=None):
        """Sends a request and does not wait; returns its id."""
        self.last_id += 1
        self.asked[self.last_id] = method
        self.send({"id": self.last_id, "method": method, **({"params": params} if params is not None else {})})
        return self.last_id

    def start(self, tool, arguments, token=None):
        params = {"name": tool, "arguments": arguments}
        if token is not None:
            params["_meta"] = {"progressToken": token}
        return self.ask("tools/call", params)

    def cancel(self, request):
        self.notify("notifications/cancelled", {"requestId": request, "reason": "a test"})

    # What the server says.

    def read_some(self):
        try:
            data = os.read(self.back, 1 << 20)
        except BlockingIOError:
            return True
        self.unread += data
        *lines, self.unread = self.unread.split(b"\n")
        self.queue.extend(self.checked(line) for line in lines)
        return bool(data)

    def checked(self, line):
        assert line, "the server sent an empty line"
        try:
            message = json.loads(line.decode("utf-8"))
        except ValueError as error:
            raise AssertionError(f"the server sent no JSON: {line[:200]!r}: {error}") from None
        assert isinstance(message, dict) and message.get("jsonrpc") == "2.0", f"no message: {line[:200]!r}"
        fault = self.schema.message_fault(message, self.asked.get(message.get("id"), "ping"))
        assert not fault, f"{fault}: {line[:300]!r}"
        return message

    def receive(self, seconds=PATIENCE):
        """The next message; None when none comes in that time."""
        deadline = time.monotonic() + seconds
        while not self.queue:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self.back], [], [], left)[0]:
                return None
            if not self.read_some() and not self.queue:
                raise Gone("the server has closed its end")
        return self.queue.pop(0)

    def answer(self, request, seconds=PATIENCE, others=None):
        """The answer to that request; what else comes goes to `others`, or is let be."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.receive(deadline - time.monotonic())
            assert message is not None, f"no answer to request {request} in {seconds} s"
            if message.get("id") == request and "method" not in message:
                return message
            if others is not None:
                others.append(message)

    def request(self, method, params=None, seconds=PATIENCE):
        return self.answer(self.ask(method, params), seconds)

    def call(self, tool, seconds=PATIENCE, **arguments):
        return self.call_with(tool, arguments, seconds)

    def call_with(self, tool, arguments, seconds=PATIENCE):
        response = self.answer(self.start(tool, arguments), seconds)
        assert "result" in response, f"{tool} {arguments}: {response}"
        return response["result"]

    def shell(self, command, seconds=PATIENCE, **arguments):
        return self.call("shell", seconds, command=command, **arguments)

    def tools(self):
        return self.request("tools/list")["result"]["tools"]

    def answers_ping(self):
        assert self.request("ping")["result"] == {}

    # How it ends.

    def close(self, seconds=PATIENCE):
        """Ends its input; returns the exit status. What it still says is in `queue`."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return self.wait(seconds)

    def wait(self, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while select.select([self.back], [], [], max(0, deadline - time.monotonic()))[0] and self.read_some():
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def end(self):
        """For the end of a test, however it went."""
        for pipe in (self.process.stdin, self.process.stdout):
            if not pipe.closed:
                pipe.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def text_of(result):
    return "".join(block["text"] for block in result["content"])


def meta_of(result):
    return result["_meta"]["gatehouse/result"]
