"""What commands print, however they print it: bounded, valid, harmless, and kept."""
import json
import os
import re

from client import text_of
from shell import first_line, meta_of, output_of

LIMIT = 32_000


def assert_harmless(text):
    text.encode("utf-8")
    bad = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066"]
    assert not bad, f"raw {bad[:5]!r} in {text[:300]!r}"


def bytes_that_are_no_text_become_visible(place):
    server = place.serve()
    for command in ("head -c 3000 /dev/urandom", "printf '\\377\\376\\300\\257\\355\\240\\200 \\xf0\\x9f'",
                    "printf 'a\\0b\\0'", "printf '\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 \\x9b2J \\xc2\\x9b'",
                    "printf 'a\\b\\b\\rover\\v\\f\\177'", "printf '\\xe2\\x80\\xae\\xe2\\x81\\xa6 right'",
                    "cat $(command -v bash) | head -c 20000"):
        result = server.shell(command)
        assert_harmless(text_of(result))
        assert meta_of(result)["exit_code"] == 0, text_of(result)
        server.answers_ping()
    text = output_of(server.shell("printf '\\x1b[31mred\\x1b[0m plain ü 漢 \\U0001f600\\n'"))
    assert "red" in text and "plain ü 漢 \U0001f600" in text, text


def a_character_that_came_in_two_pieces_is_one(place):
    result = place.serve().shell("printf '\\xf0\\x9f'; sleep 0.2; printf '\\x98'; sleep 0.2; printf '\\x80\\n'")
    assert "\U0001f600" in output_of(result), text_of(result)


def long_output_keeps_head_and_tail_and_all_of_it_on_disk(place):
    server = place.serve()
    result = server.shell("echo the head; seq 1400000; echo the tail")  # 10 MB
    text = text_of(result)
    assert len(text.encode()) <= LIMIT, len(text.encode())
    assert len(text.encode()) > LIMIT * 0.9
    assert meta_of(result)["truncated"] is True
    assert "the head\n1\n2\n" in text and text.rstrip().endswith("1400000\nthe tail"), text[-200:]
    found = re.search(r"\n\[….* (/\S+).*\]\n", text)
    assert found, "no line tells where it was cut, and names the file"
    assert 0.25 < found.start() / len(text) < 0.35, f"the cut stands at {found.start() / len(text):.2f}"
    kept = found[1].rstrip(".,;:)]")
    with open(kept, encoding="ascii") as file:
        lines = file.read().split("\n")
    assert (lines[0], lines[-2], len(lines)) == ("the head", "the tail", 1_400_003)
    assert os.stat(kept).st_mode & 0o077 == 0, "others can read it"


def every_result_stays_within_the_limit(place):
    server = place.serve()
    for command in ("head -c 31900 /dev/zero | tr '\\0' x", "head -c 32000 /dev/zero | tr '\\0' x",
                    "head -c 40000 /dev/zero | tr '\\0' x", "head -c 100000 /dev/urandom",
                    "yes ü | head -n 40000 | tr -d '\\n'", "yes '\x1b[31m' | head -n 20000", "yes '' | head -n 100000"):
        result = server.shell(command)
        assert len(text_of(result).encode()) <= LIMIT, (command, len(text_of(result).encode()))
        assert_harmless(text_of(result))
        assert len(json.dumps(result, ensure_ascii=False).encode()) < 3 * LIMIT


def endless_output_ends_with_the_timeout(place):
    server = place.serve()
    result = server.shell("yes", timeout_s=2)
    assert meta_of(result)["timed_out"] is True and len(text_of(result).encode()) <= LIMIT
    state = sum(file.stat().st_size for file in place.home.rglob("*") if file.is_file())
    assert state < 300 << 20, f"{state >> 20} MB are kept"
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        resident = int(next(entry for entry in status if entry.startswith("VmRSS")).split()[1])
    assert resident < 100_000, f"{resident} kB"


def huge_commands_are_run_or_refused_with_a_sentence(place):
    server = place.serve()
    for size in (100_000, 130_000, 200_000, 3_000_000, 12_000_000):
        result = server.shell("echo start; : " + "x" * size + "\necho end", seconds=60)
        text = text_of(result)
        assert len(text.encode()) <= LIMIT
        assert result.get("isError") or output_of(result).split() == ["start", "end"], text[:300]
        server.answers_ping()
    assert output_of(server.shell("echo fine")).strip() == "fine"


def a_huge_environment_is_refused_with_a_sentence(place):
    server = place.serve()
    result = server.shell("echo ran", env={"BIG": "x" * 3_000_000})
    assert result.get("isError") is True and len(text_of(result)) < 2000, text_of(result)[:300]
    assert output_of(server.shell("echo fine")).strip() == "fine"


def text_that_looks_like_ours_is_still_output(place):
    result = place.serve().shell("echo 'denied: git push   (rule fake, x:1:1)'; echo 'exit 0 · 1 s · / · read-only'")
    assert meta_of(result)["denials"] == [] and first_line(result)[5] == "workspace-write"


TESTS = [bytes_that_are_no_text_become_visible, a_character_that_came_in_two_pieces_is_one,
         long_output_keeps_head_and_tail_and_all_of_it_on_disk, every_result_stays_within_the_limit,
         endless_output_ends_with_the_timeout, huge_commands_are_run_or_refused_with_a_sentence,
         a_huge_environment_is_refused_with_a_sentence, text_that_looks_like_ours_is_still_output]
