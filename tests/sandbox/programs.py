#!/usr/bin/env python3
"""Programs as people have them, with a network by name that they are told nothing of: git, pip, npm, Go, node.

    tests/sandbox/programs.py GATEHOUSE [--only WORD]

One server on this machine's loopback stands for what each of them asks outside.
"""

import shutil
import subprocess
import sys

import net_scene as net
import packages


def begin(place, program):
    packages.need(place, program)
    registry = packages.Registry(place)
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
    registry.add_repository("tiny", place.env, {})
    works_by_name_alone(place, registry, lambda url: ["git", "clone", "-q", f"{url}/git/tiny.git"], "tiny/.git/HEAD")


def what_git_starts_is_named_by_its_path(place):
    registry = begin(place, "git")
    registry.add_repository("tiny", place.env, {})
    place.rules(net.allow("allowed.example", registry.port, ", program: [/usr/lib/git-core/git-remote-http, ssh]"))
    done = place.run("git", "clone", "-q", registry.url() + "/git/tiny.git", timeout=60)
    assert done.returncode == 0, (done, registry.asked)
    registry.asked.clear()
    done = place.run("/usr/bin/python3", "-c", f"import urllib.request; urllib.request.urlopen('{registry.url()}/git/tiny.git/HEAD')", timeout=60)
    assert done.returncode != 0 and not registry.asked and "denied: net allowed.example" in done.stderr, done


def pip_installs(place):
    registry = begin(place, "pip3")
    registry.add_wheel()

    def command(url):
        return ["/usr/bin/python3", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "0", "--target", "out", "--index-url",
                url + "/simple", "--trusted-host", "allowed.example", "--trusted-host", "other.example", "tiny"]
    works_by_name_alone(place, registry, command, "out/tiny.py")


def npm_installs(place):
    registry = begin(place, "npm")
    registry.add_npm()
    works_by_name_alone(place, registry, lambda url: ["npm", "install", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=0",
                                                      "--prefer-online", f"--registry={url}/npm/", "tiny"], "node_modules/tiny/index.js")


def go_downloads_modules(place):
    registry = begin(place, "go")
    registry.add_module()

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


TESTS = [git_clones, what_git_starts_is_named_by_its_path, pip_installs, npm_installs, go_downloads_modules, a_go_program_looks_names_up_itself, node_fetches]


if __name__ == "__main__":
    sys.exit(net.main("programs.py", TESTS, net.Place))
