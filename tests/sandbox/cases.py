"""Runs test functions, each in a place of its own."""

import subprocess


class Skip(Exception):
    """What a test needs and this machine lacks."""


def run(tests, only, make_place):
    """Those with the word in their names; the exit status."""
    passed = failed = skipped = 0
    for test in (test for test in tests if only in test.__name__):
        name, place = test.__name__.replace("_", " "), make_place()
        try:
            test(place)
            passed += 1
            print("ok  ", name, flush=True)
        except Skip as lack:
            skipped += 1
            print(f"SKIP {name}: {lack}", flush=True)
        except (AssertionError, OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            failed += 1
            print("FAIL", name, repr(error)[:1500], flush=True)
        finally:
            place.end()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
