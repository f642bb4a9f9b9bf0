#!/usr/bin/env python3
"""Limits: who takes too much is ended or refused, and the result names the limit.

    tests/sandbox/limits.py GATEHOUSE [--only WORD]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import cases
from place import Place, processes_with, until

MB = 1 << 20
EXIT = 60 if os.uname().machine == "x86_64" else 93  # exit(2), of a thread
HOG = "x = bytearray({} << 20)\nfor at in range(0, len(x), 4096): x[at] = 1\n"


def told(place, limit):
    """The one limit of the report, which the audit has, too."""
    limits = place.report()["limits"]
    assert [one["limit"] for one in limits] == [limit], limits
    assert place.records("ended")[0]["limits"] == limits, place.records("ended")
    return limits[0]


def too_much_memory_ends_the_command_and_is_named(place):
    place.config("limits: {memory: 128MB}")
    done = place.python(HOG.format(400) + "time.sleep(30)", "gatehouse-hog")
    assert done.returncode == 137, done
    assert "gatehouse: limit memory: 128 MB, reached by /usr/bin/python3 -c " in done.stderr, done.stderr
    limit = told(place, "memory")
    assert limit["value"] == 128 * MB and limit["by"].startswith("/usr/bin/python3") and limit["sentence"] in done.stderr, limit
    assert until(lambda: not processes_with("gatehouse-hog"), 5), "something is left"


def memory_counts_for_all_that_runs_together(place):
    place.config("limits: {memory: 200MB}")
    done = place.python("for _ in range(8):\n if os.fork() == 0:\n  " + HOG.format(60).replace("\n", "\n  ") + "\n  time.sleep(30)\ntime.sleep(30)")
    assert done.returncode == 137 and told(place, "memory")["value"] == 200 * MB, done


def memory_of_one_whose_first_thread_has_ended_counts(place):
    place.config("limits: {memory: 100MB}")
    hog = HOG.format(300).replace("\n", "\n ")
    done = place.python(f"import ctypes, threading\ndef hog():\n {hog}\n time.sleep(30)\nthreading.Thread(target=hog).start()\nctypes.CDLL(None).syscall({EXIT}, 0)")
    assert done.returncode == 137 and told(place, "memory")["value"] == 100 * MB, done


def memory_that_is_shared_counts_once(place):
    place.config("limits: {memory: 200MB}")
    done = place.python(HOG.format(100) + "for _ in range(6):\n if os.fork() == 0:\n  time.sleep(1); os._exit(0)\nfor _ in range(6): os.wait()\nprint('done')")
    assert done.returncode == 0 and done.stdout == "done\n" and place.report()["limits"] == [], done


def files_that_were_read_are_no_memory(place):
    place.config("limits: {memory: 100MB}")
    (place.workspace / "large").write_bytes(bytes(300 * MB))
    done = place.python("import mmap\nm = mmap.mmap(os.open('large', os.O_RDONLY), 0, prot=mmap.PROT_READ)\n"
                        "print(sum(m[at] for at in range(0, len(m), 4096)))\ntime.sleep(0.5)")
    assert done.returncode == 0 and place.report()["limits"] == [], done


def too_many_processes_are_refused_and_named(place):
    place.config("limits: {processes: 60}")
    done = place.python("n = 0\ntry:\n while True:\n  if os.fork() == 0: time.sleep(30); os._exit(0)\n  n += 1\n"
                        "except BlockingIOError: print(n, flush=True)\ntime.sleep(4)")
    assert done.returncode == 0 and 40 <= int(done.stdout) <= 60, done
    assert "gatehouse: limit processes: 60, reached by /usr/bin/python3 -c" in done.stderr and told(place, "processes")["value"] == 60, done.stderr


def what_runs_too_long_is_ended_and_the_limit_is_named(place):
    place.config("limits: {wall: 1s}")
    begin = time.monotonic()
    done = place.run("sleep", "30.25", options=["--timeout", "25"])
    assert done.returncode == 124 and time.monotonic() - begin < 10, done
    assert "gatehouse: limit wall: 1 s, reached" in done.stderr and told(place, "wall")["value"] == 1000, done
    assert "--timeout" not in done.stderr, done
    assert place.report()["timed_out"] is True and until(lambda: not processes_with("30.25"), 5)


def a_shorter_timeout_is_no_limit(place):
    place.config("limits: {wall: 1h}")
    done = place.run("sleep", "30", options=["--timeout", "0.5"])
    assert done.returncode == 124 and place.report()["limits"] == [] and place.report()["timed_out"] is True, done


def a_file_that_grows_too_large_ends_its_writer(place):
    place.config("limits: {file: 1MB}")
    done = place.run("sh", "-c", "dd if=/dev/zero of=big bs=64k count=64 2>&1")
    assert done.returncode == 153 and (place.workspace / "big").stat().st_size == MB, done
    assert "gatehouse: limit file: 1 MB, reached" in done.stderr and told(place, "file")["value"] == MB, done


def too_many_open_files_are_named_where_the_output_says_so(place):
    place.config("limits: {open_files: 100}")
    text = "import os\nfor _ in range(200): os.open('/dev/null', os.O_RDONLY)"
    done = place.run("/usr/bin/python3", "-c", text, options=["--json"])
    report = json.loads(done.stdout)
    assert report["exit_code"] == 1 and "Too many open files" in report["output"], report
    assert [one["sentence"] for one in report["limits"]] == ["limit open_files: 100, reached"], report["limits"]
    assert place.run("sh", "-c", "ulimit -Hn").stdout == "100\n"


def a_full_private_tmp_is_named_and_the_hosts_is_not_touched(place):
    place.config("limits: {tmp: 8MB}")
    done = place.run("sh", "-c", "dd if=/dev/zero of=/tmp/big bs=64k count=1000 2>/dev/null; echo $?; stat -c %s /tmp/big")
    status, size = map(int, done.stdout.split())
    assert status == 1 and 7 * MB < size <= 8 * MB, done
    assert "gatehouse: limit tmp: 8 MB, reached" in done.stderr and told(place, "tmp")["value"] == 8 * MB, done


def names_in_the_private_tmp_are_bounded_as_well(place):
    place.config("limits: {tmp: 8MB}")
    done = place.python("made = 0\ntry:\n  while made < 100000: open(f'/tmp/{made}', 'w').close(); made += 1\nexcept OSError: print(made)")
    assert 1000 < int(done.stdout) < 10000, done
    assert "gatehouse: limit tmp: 8 MB, reached" in done.stderr and told(place, "tmp")["value"] == 8 * MB, done


def memory_bounds_the_private_tmp_as_well(place):
    place.config("limits: {memory: 64MB}")
    done = place.run("sh", "-c", "dd if=/dev/zero of=/tmp/big bs=64k count=4000 2>/dev/null; stat -c %s /tmp/big")
    assert done.returncode == 0 and int(done.stdout) <= 64 * MB and told(place, "tmp")["value"] == 64 * MB, done


def who_reaches_one_in_a_profile_is_named(place):
    rules = place.path / "rules.yaml"
    rules.write_text("version: 1\nprofiles:\n  small: {extends: workspace-write, limits: {memory: 150MB, wall: 20s}}\n"
                     "rules:\n  - {id: moved, event: exec, when: {program: python3}, verdict: allow, profile: small}\n")
    done = place.python(HOG.format(400) + "time.sleep(30)", options=["--rules", rules])
    assert done.returncode == 137 and "gatehouse: limit memory: 150 MB, reached by" in done.stderr and told(place, "memory")["value"] == 150 * MB, done
    place.config("")
    text, meta = place.serve("--rules", rules).shell(f"python3 -c 'import time\n{HOG.format(400)}\ntime.sleep(30)'; true")
    assert "limit memory: 150 MB, reached by" in text and meta["limits"][0]["limit"] == "memory", (text, meta)


def without_limits_nothing_is_told(place):
    done = place.python(HOG.format(100) + "print('done')")
    assert done.returncode == 0 and not done.stderr and place.report()["limits"] == [], done


def in_a_session_the_turn_ends_and_the_session_goes_on(place):
    place.config("limits: {memory: 150MB, wall: 30s}")
    server = place.serve()
    server.shell("echo kept > /tmp/kept")
    text, meta = server.shell(f"python3 -c 'import time\n{HOG.format(400)}\ntime.sleep(30)'")
    line = text.splitlines()
    assert line[0].startswith("killed by SIGKILL") and line[1].startswith("limit memory: 150 MB, reached by python3 -c"), text
    assert meta["is_error"] and meta["limits"][0]["limit"] == "memory" and meta["signal"] == 9, meta
    text, meta = server.shell("cat /tmp/kept")
    assert text.endswith("kept") and meta["limits"] == [] and not meta["is_error"], text
    assert [record["limits"][0]["limit"] for record in place.records("ended") if record["limits"]] == ["memory"]


def what_a_turn_left_running_is_ended_for_it_too_and_told(place):
    place.config("limits: {memory: 150MB}")
    server = place.serve()
    text, _ = server.shell(f"python3 -c 'import time\ntime.sleep(1)\n{HOG.format(400)}\ntime.sleep(31.5)' >/dev/null 2>&1 &")
    assert "still runs" in text, text
    assert until(lambda: processes_with("31.5"), 15), "it does not begin"
    assert until(lambda: not processes_with("31.5"), 15), "it goes on"
    text, meta = server.shell("echo next")
    assert "note: limit memory: 150 MB, reached by python3 -c" in text and "an earlier command" in text and text.endswith("next"), text
    assert not meta["is_error"] and place.records("limit")[0]["limit"] == "memory", meta


def in_a_session_wall_holds_for_each_turn_and_what_it_leaves(place):
    place.config("limits: {wall: 2s}")
    server = place.serve()
    server.shell("sleep 32.5 >/dev/null 2>&1 &")
    text, meta = server.shell("sleep 33", timeout_s=60)
    assert text.startswith("timed out") and "limit wall: 2 s, reached" in text and meta["timed_out"] and meta["is_error"], text
    assert until(lambda: not processes_with("32.5"), 5), "what was left goes on"
    time.sleep(2.2)  # a shell that waits for its command does not run out of time
    text, _ = server.shell("echo here")
    assert text.endswith("here"), text


def a_limit_that_makes_no_sense_is_an_error_with_its_place(place):
    for limit in ("open_files: 3", "tmp: 10KB", "memory: much", "fil: 1MB"):
        place.config(f"limits: {{{limit}}}")
        done = place.run("true")
        assert done.returncode == 125 and "config.yaml:2:" in done.stderr, done


def groups():
    """Control groups of gatehouse's own."""
    return {str(path) for path in pathlib.Path("/sys/fs/cgroup").rglob("gatehouse*") if path.is_dir()}


def a_control_group_is_used_where_one_is_delegated_and_none_is_left(place):
    place.config("limits: {memory: 100MB}")
    doctor = subprocess.run([place.gatehouse, "doctor", "--json"], env=place.env, cwd=place.workspace, capture_output=True, text=True, check=False)
    finding = next(row for row in json.loads(doctor.stdout)["rows"] if row["what"] == "cgroup v2")
    before = groups()
    process = place.begin("sh", "-c", "mkdir ready; sleep 1")
    assert until((place.workspace / "ready").is_dir)
    made = {path for path in groups() - before if f"gatehouse-{process.pid}-" in path}
    assert bool(made) == (finding["state"] == "ok"), (made, finding)
    assert process.wait(20) == 0 and groups() == before, groups() - before


TESTS = [too_much_memory_ends_the_command_and_is_named, memory_counts_for_all_that_runs_together, memory_of_one_whose_first_thread_has_ended_counts, memory_that_is_shared_counts_once,
         files_that_were_read_are_no_memory, too_many_processes_are_refused_and_named, what_runs_too_long_is_ended_and_the_limit_is_named,
         a_shorter_timeout_is_no_limit, a_file_that_grows_too_large_ends_its_writer, too_many_open_files_are_named_where_the_output_says_so,
         a_full_private_tmp_is_named_and_the_hosts_is_not_touched, memory_bounds_the_private_tmp_as_well, names_in_the_private_tmp_are_bounded_as_well, who_reaches_one_in_a_profile_is_named, without_limits_nothing_is_told,
         in_a_session_the_turn_ends_and_the_session_goes_on, what_a_turn_left_running_is_ended_for_it_too_and_told,
         in_a_session_wall_holds_for_each_turn_and_what_it_leaves, a_limit_that_makes_no_sense_is_an_error_with_its_place,
         a_control_group_is_used_where_one_is_delegated_and_none_is_left]


def main():
    parser = argparse.ArgumentParser(prog="limits.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    return cases.run(TESTS, options.only, lambda: Place(options.gatehouse, "limits"))


if __name__ == "__main__":
    sys.exit(main())
