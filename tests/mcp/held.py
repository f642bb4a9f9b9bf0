"""Files that rules deny, which are made, or come to be denied, while the session lives."""
import time

from client import meta_of, text_of

NO_ENV = '  - {id: no-env, event: read, when: {path: "**/.env"}, verdict: deny, reason: Secrets.}\n'
NO_LOCK = '  - {id: no-lock, event: write, when: {path: "**/lock"}, verdict: deny, reason: Locked.}\n'

# How a turn makes one, where it is then, and what the next turn may do first.
WAYS = {
    "writing": ("echo SECRET > .env", ".env"),
    "renaming": ("echo SECRET > a; mv a .env", ".env"),
    "a hard link": ("echo SECRET > a; ln a .env; rm a", ".env"),
    "a swapped symlink": ("echo SECRET > real; ln -s /dev/null .env; ln -sfn real .env", ".env"),
    "a renamed directory": ("mkdir -p d/deep; echo SECRET > d/deep/.env; mv d e", "e/deep/.env"),
    "a linked directory": ("mkdir r; echo SECRET > r/.env; ln -s r s", "s/.env"),
    "a directory that cannot be listed": ("mkdir c; echo SECRET > c/.env; chmod 300 c", "c/.env"),
    "a directory that was closed": ("mkdir z; echo SECRET > z/.env; chmod 000 z", "z/.env"),
}
READS = ('chmod 700 c z; cat {0}; echo "$(<{0})"; dd if={0}; cat /proc/self/cwd/{0}; cp {0} copy; ln {0} hard; '
         "cat copy hard; mv {0} moved; cat moved; mv e f; cat f/deep/.env; python3 -c 'print(open(\"{0}\").read())'")


def write_rules(place, rules):
    place.rules.write_text("version: 1\n" + (f"rules:\n{rules}" if rules else ""))


def reads_after(place, rules, make, path):
    """What a second turn, that tries everything, makes of it."""
    write_rules(place, rules)
    server = place.serve()
    made = server.shell(make)
    assert meta_of(made)["exit_code"] == 0, text_of(made)
    read = text_of(server.shell(f"{READS.format(path)}; true"))
    server.end()
    return made, read


def clear(place):
    for name in list(place.workspace.iterdir()):
        if name.is_dir() and not name.is_symlink():
            name.chmod(0o700)
            for below in sorted(name.rglob("*"), reverse=True):
                below.rmdir() if below.is_dir() else below.unlink()
            name.rmdir()
        else:
            name.unlink()


def what_a_turn_makes_cannot_be_read_by_the_next_however_it_was_made(place):
    for way, (make, path) in WAYS.items():
        made, read = reads_after(place, NO_ENV, make, path)
        assert "SECRET" not in read, f"{way}: {read}"
        assert "hidden from now on: " in text_of(made) and "(rule no-env)" in text_of(made), f"{way}: {text_of(made)}"
        clear(place)
        assert "SECRET" in reads_after(place, "", make, path)[1], f"{way} says nothing without the rule"
        clear(place)


def nor_by_what_an_earlier_turn_left_running_in_the_same_directory(place):
    make = ("mkdir k; cd k; (until [ -e ../go ]; do sleep 0.02; done; cat .env > ../got; : > ../done) "
            "> ../log 2>&1 & echo SECRET > {0}/.env")
    for rules, expected in ((NO_ENV, ""), ("", "SECRET\n")):
        write_rules(place, rules)
        server = place.serve()
        server.shell(make.format(place.workspace / "k"))
        server.shell("touch go; until [ -e done ]; do sleep 0.02; done")
        assert (place.workspace / "got").read_text() == expected
        server.end()
        clear(place)


def what_a_turn_makes_cannot_be_changed_by_the_next(place):
    change = ("echo bad > d/lock; rm -f d/lock; mv d/lock x; mv d old; mkdir -p d; echo bad > d/lock; cd d; echo bad > lock; "
              "ln -sfn /etc/passwd lock; true")
    for rules, expected in ((NO_LOCK, "good\n"), ("", None)):
        write_rules(place, rules)
        server = place.serve()
        server.shell("mkdir d; echo good > d/lock")
        server.shell(change)
        found = place.workspace / "d/lock"
        text = found.read_text() if found.exists() else ""
        assert text == expected or (expected is None and text != "good\n"), text
        server.end()
        clear(place)


def what_the_owner_makes_between_two_calls_is_held(place):
    write_rules(place, NO_ENV)
    server = place.serve()
    server.shell("true")
    for content in ("SECRET one\n", "SECRET two\n"):  # as an editor saves it: another file in its place
        (place.workspace / "new").write_text(content)
        (place.workspace / "new").rename(place.workspace / ".env")
        time.sleep(0.02)
        result = text_of(server.shell("cat .env; echo \"$(<.env)\""))
        assert "SECRET" not in result, result
        assert "hidden from now on: " in result, result


def a_rule_that_comes_holds_in_commands_that_run_and_lets_go_when_it_goes(place):
    """In one that starts no program, too: nobody is asked then."""
    write_rules(place, "")
    (place.workspace / ".env").write_text("SECRET\n")
    server = place.serve()
    loop = ("while [ ! -e stop ]; do if { read -r word < .env; } 2>/dev/null; then echo $word; else echo none; fi; "
            "done > seen; true")
    call = server.start("shell", {"command": loop})
    seen = place.workspace / "seen"

    def wait_for(word):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if seen.exists() and word in seen.read_text()[-200:].split():
                return
            time.sleep(0.02)
        raise AssertionError(f"never {word}: {seen.read_text()[-200:]}")

    def wait_for_more(words):
        deadline, begin = time.monotonic() + 10, len(seen.read_text().split())
        while time.monotonic() < deadline and len(seen.read_text().split()) < begin + words:
            time.sleep(0.02)

    wait_for("SECRET")
    for rules, word in ((NO_ENV, "none"), ("", "SECRET"), (NO_ENV, "none")):
        write_rules(place, rules)
        wait_for(word)
        wait_for_more(150)
        assert seen.read_text().split()[-100:] in ([word] * 100, [word] * 99), f"not {word} for good"
    (place.workspace / "stop").touch()
    server.answer(call)
    assert "SECRET" not in text_of(server.shell("cat .env"))
    write_rules(place, "")
    time.sleep(0.05)
    assert "SECRET" in text_of(server.shell("cat .env"))


def what_the_owner_has_just_saved_is_held_in_the_next_call(place):
    write_rules(place, NO_ENV)
    server = place.serve()
    server.shell("true")
    for count in range(100):  # as an editor saves, and no time between
        fresh = place.workspace / "fresh"
        fresh.write_text(f"SECRET {count}\n")
        fresh.rename(place.workspace / ".env")
        read = text_of(server.shell("cat .env"))
        assert "SECRET" not in read, f"{count}: {read}"


def many_files_do_not_let_go_of_one(place):
    write_rules(place, NO_ENV)
    (place.workspace / "z").mkdir()
    (place.workspace / "z/.env").write_text("SECRET\n")
    server = place.serve()
    server.shell('mkdir -p a/{1..1005}; for i in a/*; do echo x > "$i/.env"; done')
    assert "SECRET" not in text_of(server.shell("cat z/.env; mv z/.env z/plain; cat z/plain; true"))


def what_cannot_be_held_is_named(place):
    write_rules(place, NO_ENV)
    server = place.serve()
    server.shell("true")
    result = text_of(server.shell("ln -s /etc/hostname .env"))
    assert ".env leads to is not held: /etc/hostname" in result, result
    assert server.shell("cat /etc/hostname").get("isError") is not True


TESTS = [what_a_turn_makes_cannot_be_read_by_the_next_however_it_was_made,
         nor_by_what_an_earlier_turn_left_running_in_the_same_directory, what_a_turn_makes_cannot_be_changed_by_the_next,
         what_the_owner_makes_between_two_calls_is_held,
         a_rule_that_comes_holds_in_commands_that_run_and_lets_go_when_it_goes, what_the_owner_has_just_saved_is_held_in_the_next_call, many_files_do_not_let_go_of_one,
         what_cannot_be_held_is_named]
