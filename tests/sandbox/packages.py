"""A registry on this machine's loopback that npm, pip, go, cargo and git understand, and packages for it."""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
import zipfile

import cases


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        path, _, query = self.path.partition("?")
        self.registry.asked.append(path)
        if self.registry.wanted and self.headers.get("Authorization") not in self.registry.wanted:
            self.registry.refused.append(path)
            self.reply(401, b"", [("WWW-Authenticate", 'Basic realm="here"')])
        elif path.startswith("/git/"):
            self.reply(*self.git(path.removeprefix("/git"), query))
        else:
            body = self.registry.files.get(path)
            kind = "application/json" if path.startswith("/npm") else "text/html"
            self.reply(404 if body is None else 200, body or b"", [("Content-Type", kind)])

    do_GET = do_POST = answer

    def git(self, path, query):
        """As git-http-backend(1) answers."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        env = {"GIT_PROJECT_ROOT": str(self.registry.git), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
               "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": "me", "PATH": os.environ["PATH"],
               "CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
               "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        lines = [tuple(line.split(": ", 1)) for line in head.decode().splitlines()]
        return int(dict(lines).get("Status", "200").split()[0]), rest, [line for line in lines if line[0] != "Status"]

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Registry:
    """Files by their paths; what is below /git/ are repositories. `wanted`: who may come, by Authorization; empty: everybody.
    `context`: of TLS."""

    def __init__(self, place, context=None):
        self.files, self.asked, self.refused, self.wanted = {}, [], [], ()
        self.git = place.path / "git"
        self.git.mkdir()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"registry": self}))
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if context else "http"
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, host="allowed.example"):
        return f"{self.scheme}://{host}:{self.port}"

    def add_npm(self, name="tiny", scripts=None, files=None):
        manifest = {"name": name, "version": "1.0.0", "scripts": scripts or {}}
        packed = tarred({"package/package.json": json.dumps(manifest), "package/index.js": "",
                         **{f"package/{path}": text for path, text in (files or {}).items()}})
        self.files[f"/npm/{name}.tgz"] = packed
        self.files[f"/npm/{name}"] = json.dumps({"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {
            **manifest, "hasInstallScript": bool(scripts), "dist": {"tarball": f"{self.url()}/npm/{name}.tgz",
                                                                    "integrity": "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()}}}}).encode()

    def add_wheel(self):
        wheel = "tiny-1.0-py3-none-any.whl"
        self.files["/simple/tiny/"] = f'<a href="/wheels/{wheel}">{wheel}</a>'.encode()
        self.files[f"/wheels/{wheel}"] = zipped({
            "tiny.py": "", "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "tiny-1.0.dist-info/RECORD": "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\ntiny-1.0.dist-info/RECORD,,\n"})

    def add_module(self):
        base, module = "/go/tiny.example/tiny/@v/", "module tiny.example/tiny\n"
        self.files.update({base + "list": b"v1.0.0\n", base + "v1.0.0.info": b'{"Version": "v1.0.0"}', base + "v1.0.0.mod": module.encode(),
                           base + "v1.0.0.zip": zipped({"tiny.example/tiny@v1.0.0/go.mod": module,
                                                        "tiny.example/tiny@v1.0.0/tiny.go": "package tiny\n"})})

    def add_crate(self, env):
        """The index's address."""
        packed = tarred({"tiny-1.0.0/Cargo.toml": '[package]\nname = "tiny"\nversion = "1.0.0"\n', "tiny-1.0.0/src/lib.rs": ""})
        self.files["/crates/tiny/1.0.0/download"] = packed
        entry = {"name": "tiny", "vers": "1.0.0", "deps": [], "cksum": hashlib.sha256(packed).hexdigest(), "features": {}, "yanked": False}
        self.add_repository("index", env, {"config.json": json.dumps({"dl": f"{self.url()}/crates"}), "ti/ny/tiny": json.dumps(entry) + "\n"})
        return f"{self.url()}/git/index.git"

    def add_repository(self, name, env, files):
        work = self.git / f"{name}.work"
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        work.mkdir(exist_ok=True)
        me = ["-c", "user.name=t", "-c", "user.email=t@t"]
        for words in (["init", "-q", "-b", "master", work], ["-C", work, "add", "-A"], ["-C", work, *me, "commit", "-q", "--allow-empty", "-m", "first"],
                      ["clone", "-q", "--bare", work, self.git / f"{name}.git"]):
            subprocess.run(["git", *words], env=env, check=True, capture_output=True, timeout=60)


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def tarred(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def need(place, program):
    if shutil.which(program, path=place.env["PATH"]) is None:
        raise cases.Skip(f"{program} is not installed")
