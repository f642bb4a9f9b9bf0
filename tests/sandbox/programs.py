#!/usr/bin/env python3
"""Programs as people have them, with a network by name that they are told nothing of: git, pip, npm, Go, node.

    tests/sandbox/programs.py GATEHOUSE [--only WORD]

One server on this machine's loopback stands for what each of them asks outside.
"""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile

import cases
import net


class Registry:
    """Files by their paths; what is below /git/ comes from a directory."""

    def __init__(self, place):
        self.files, self.asked = {}, []
        self.git = place.path / "git"

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(handler):
                path = handler.path.split("?")[0]
                self.asked.append(path)
                body = self.find(path)
                handler.send_response(404 if body is None else 200)
                handler.send_header("Content-Length", str(len(body or b"")))
                handler.send_header("Content-Type", "application/json" if path.startswith("/npm") else "text/html")
                handler.end_headers()
                handler.wfile.write(body or b"")

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def find(self, path):
        if path in self.files:
            return self.files[path]
        if path.startswith("/git/"):
            with contextlib.suppress(OSError):
                return (self.git / path.removeprefix("/git/")).read_bytes()
        return None

    def url(self, host="allowed.example"):
        return f"http://{host}:{self.port}"


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


def begin(place, program):
    if shutil.which(program, path=place.env["PATH"]) is None:
        raise cases.Skip(f"{program} is not installed")
    registry = Registry(place)
    place.rules(net.allow("allowed.example", registry.port))
    return registry


def works_by_name_alone(place, registry, command, made):
    """`command` takes the server's address. By the allowed name it makes the file `made`; by another it does not, and the
    result says why."""
    allowed = place.run(*command(registry.url()), timeout=180)
    assert allowed.returncode == 0 and (place.workspace / made).exists() and registry.asked, allowed
    assert place.denials() == [], place.denials()
    shutil.rmtree(place.workspace)
    place.workspace.mkdir()
    registry.asked.clear()
    refused = place.run(*command(registry.url("other.example")), timeout=180)
    assert refused.returncode != 0 and not (place.workspace / made).exists() and not registry.asked, refused
    assert f"denied: net other.example:{registry.port}" in refused.stderr and "No rule allows this" in refused.stderr, refused
    assert {denial["event"]["to"] for denial in place.denials()} == {f"other.example:{registry.port}"}, place.denials()


def git_clones(place):
    registry = begin(place, "git")
    work, bare = place.path / "work", registry.git / "tiny.git"
    for words in (["init", "-q", work], ["-C", work, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-m", "first"],
                  ["clone", "-q", "--bare", work, bare], ["-C", bare, "update-server-info"]):
        subprocess.run(["git", *words], env=place.env, check=True, capture_output=True, timeout=60)
    works_by_name_alone(place, registry, lambda url: ["git", "clone", "-q", f"{url}/git/tiny.git"], "tiny/.git/HEAD")


def pip_installs(place):
    registry = begin(place, "pip3")
    wheel = "tiny-1.0-py3-none-any.whl"
    registry.files["/simple/tiny/"] = f'<a href="/wheels/{wheel}">{wheel}</a>'.encode()
    registry.files[f"/wheels/{wheel}"] = zipped({
        "tiny.py": "", "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny-1.0.dist-info/RECORD": "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\ntiny-1.0.dist-info/RECORD,,\n"})

    def command(url):
        return ["/usr/bin/python3", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "0", "--target", "out", "--index-url",
                url + "/simple", "--trusted-host", "allowed.example", "--trusted-host", "other.example", "tiny"]
    works_by_name_alone(place, registry, command, "out/tiny.py")


def npm_installs(place):
    registry = begin(place, "npm")
    package = tarred({"package/package.json": '{"name": "tiny", "version": "1.0.0"}', "package/index.js": ""})
    registry.files["/npm/tiny.tgz"] = package
    registry.files["/npm/tiny"] = json.dumps({"name": "tiny", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {
        "name": "tiny", "version": "1.0.0", "dist": {"tarball": registry.url() + "/npm/tiny.tgz",
                                                     "integrity": "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()}}}}).encode()
    works_by_name_alone(place, registry, lambda url: ["npm", "install", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=0",
                                                      "--prefer-online", f"--registry={url}/npm/", "tiny"], "node_modules/tiny/index.js")


def go_downloads_modules(place):
    registry = begin(place, "go")
    base, module = "/go/tiny.example/tiny/@v/", "module tiny.example/tiny\n"
    registry.files.update({base + "list": b"v1.0.0\n", base + "v1.0.0.info": b'{"Version": "v1.0.0"}', base + "v1.0.0.mod": module.encode(),
                           base + "v1.0.0.zip": zipped({"tiny.example/tiny@v1.0.0/go.mod": module, "tiny.example/tiny@v1.0.0/tiny.go": "package tiny\n"})})

    def command(url):
        return ["env", f"GOPROXY={url}/go", "GONOSUMDB=*", "GOFLAGS=-modcacherw", "sh", "-c",
                "echo 'module here' > go.mod && GOMODCACHE=$PWD/modules go get tiny.example/tiny@v1.0.0"]
    works_by_name_alone(place, registry, command, "modules/tiny.example/tiny@v1.0.0/tiny.go")


FETCH = """package main
import ("fmt"; "net/http"; "os")
func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { fmt.Println(err); os.Exit(1) }
	if os.WriteFile("status", []byte(answer.Status), 0o644) != nil { os.Exit(2) }
}
"""


def a_go_program_looks_names_up_itself(place):
    registry = begin(place, "go")
    registry.files["/"] = b"here"
    (place.path / "fetch.go").write_text(FETCH)
    subprocess.run(["go", "build", "-o", place.path / "fetch", place.path / "fetch.go"], env={**place.env, "CGO_ENABLED": "0"},
                   cwd=place.path, check=True, capture_output=True, timeout=300)
    works_by_name_alone(place, registry, lambda url: [place.path / "fetch", url + "/"], "status")


def node_fetches(place):
    registry = begin(place, "node")
    registry.files["/"] = b"here"
    script = "fetch(process.argv[1]).then(r => r.text()).then(text => fs.writeFileSync('text', text)).catch(e => process.exit(1))"
    works_by_name_alone(place, registry, lambda url: ["node", "-e", script, url + "/"], "text")


TESTS = [git_clones, pip_installs, npm_installs, go_downloads_modules, a_go_program_looks_names_up_itself, node_fetches]


if __name__ == "__main__":
    sys.exit(net.main("programs.py", TESTS, net.Place))
