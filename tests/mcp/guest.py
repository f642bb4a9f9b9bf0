"""A server in the sandbox of another gatehouse: it is that one's guest."""
import shutil

from client import meta_of, text_of


def serve_as_guest(place):
    gatehouse, rules = place.command[0], str(place.rules)
    inner = shutil.copy(gatehouse, place.path)  # where the outer sandbox shows it
    outer = [gatehouse, "exec", "--workspace", str(place.workspace), "--rules", rules, "--"]
    return place.serve(command=[*outer, inner, "serve"])


def commands_of_a_guest_run_and_the_outer_denials_reach_its_results(place):
    server = serve_as_guest(place)
    assert "42" in text_of(server.shell("echo $((40+2))"))
    python = "python3 -c 'import subprocess; subprocess.run([\"git\", \"push\", \"-f\"])'"
    result = server.shell(python)
    text = text_of(result)
    for part in ("denied: git push -f", "git.force-push", "Shared history must not be rewritten.",
                 "Instead: Push without --force.", "bash > python3"):
        assert part in text, f"{part!r} is not in {text!r}"
    assert meta_of(result)["denials"][0]["rule"] == "git.force-push"
    assert meta_of(server.shell("true"))["denials"] == []


def each_turn_of_a_guest_hears_of_its_own_denials(place):
    server = serve_as_guest(place)
    push = server.start("shell", {"command": "sleep 0.2; git push -f; true"})
    others = {server.start("shell", {"command": f"sleep 0.{i}; echo {i}"}) for i in range(1, 4)}
    for _ in range(len(others) + 1):
        answer = server.receive()
        assert answer["id"] in {push, *others}
        assert len(meta_of(answer["result"])["denials"]) == (1 if answer["id"] == push else 0)


def a_denied_command_of_a_guest_is_an_error(place):
    result = serve_as_guest(place).shell("git push -f")
    assert result.get("isError") and "git.force-push" in text_of(result)


def a_turn_of_a_guest_is_ended_with_all_that_it_started(place):
    server = serve_as_guest(place)
    result = server.shell("setsid sleep 99 & sleep 98", timeout_s=0.5)
    assert meta_of(result)["timed_out"] and result["isError"]
    assert "0" == text_of(server.shell("ps -eo args | grep -c '[s]leep 9'")).splitlines()[-1]


TESTS = [commands_of_a_guest_run_and_the_outer_denials_reach_its_results,
         each_turn_of_a_guest_hears_of_its_own_denials, a_denied_command_of_a_guest_is_an_error,
         a_turn_of_a_guest_is_ended_with_all_that_it_started]
