"""The JSON schema of a protocol revision, held against what a server sends."""
import json
import pathlib

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "data" / "mcp-schema"

RESULTS = {"initialize": "InitializeResult", "ping": "EmptyResult", "tools/list": "ListToolsResult",
           "tools/call": "CallToolResult", "codex/sandbox-state/update": "EmptyResult"}


def is_there():
    return jsonschema is not None


class Schema:
    def __init__(self, revision):
        self.whole = json.loads((SCHEMAS / f"{revision}.json").read_text())
        self.key = "$defs" if "$defs" in self.whole else "definitions"
        self.kinds = {}

    def fault(self, kind, value):
        """Why the value is not of that kind; None where it is, or where nobody can tell."""
        if not is_there():
            return None
        if kind not in self.kinds:
            whole = {**self.whole, "$ref": f"#/{self.key}/{kind}"}
            self.kinds[kind] = jsonschema.validators.validator_for(self.whole)(whole)
        error = jsonschema.exceptions.best_match(self.kinds[kind].iter_errors(value))
        return error and f"no {kind}: {error.message[:300]} at {list(error.absolute_path)}"

    def message_fault(self, message, method):
        """The same for a whole message; `method` is that of the request that it answers, if any."""
        if "method" in message and "id" in message:
            return self.fault("JSONRPCMessage", message) or self.fault("ServerRequest", message)
        if "method" in message:
            return self.fault("JSONRPCMessage", message) or self.fault("ServerNotification", message)
        if "error" in message:
            kind = "JSONRPCErrorResponse" if "JSONRPCErrorResponse" in self.whole[self.key] else "JSONRPCError"
            if kind == "JSONRPCError" and "id" not in message:  # 2025-06-18 has no form for what answers no request
                message = {**message, "id": 0}
            return self.fault(kind, message)
        return self.fault("JSONRPCMessage", message) or self.fault(RESULTS[method], message["result"])
