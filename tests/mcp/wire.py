#!/usr/bin/env python3
"""gatehouse serve on stdio, from the other end of the wire.

usage: wire.py GATEHOUSE [--rounds N] [--only WORD]
  --rounds N    how often calls are cancelled and servers killed (200)
  --only WORD   the tests whose name contains it
"""
import argparse
import pathlib
import sys
import traceback

import bad_input
import changing
import endings
import files
import guest
import handshake
import held
import history
import network
import output
import roots
import schema
import search
import shell
import state
from client import Gone
from place import Place, Skip


def every_message_fits_the_schema_of_its_revision(_place):
    """Checked at each message of every other test; this one says whether it could be."""
    if not schema.is_there():
        raise Skip("python3-jsonschema is not installed")


def run(test, options):
    place = Place(options.gatehouse)
    place.rounds = options.rounds
    try:
        test(place)
    finally:
        place.end()


def name_of(test):
    return test.__name__.replace("_", " ")


def main():
    parser = argparse.ArgumentParser(prog="wire.py")
    parser.add_argument("gatehouse", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    tests = [every_message_fits_the_schema_of_its_revision,
             *(test for suite in (handshake, bad_input, shell, held, files, search, changing, state, roots, network, history, output, guest,
                                  endings)
               for test in suite.TESTS)]
    passed = failed = skipped = 0
    for test in (test for test in tests if options.only in name_of(test)):
        try:
            run(test, options)
            passed += 1
            print(f"ok   {name_of(test)}", flush=True)
        except Skip as why:
            skipped += 1
            print(f"SKIP {name_of(test)}: {why}", flush=True)
        except Exception as error:  # of any kind: the next test says its own
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAIL {name_of(test)}: {type(error).__name__} {error} ({pathlib.Path(where.filename).name}:"
                  f"{where.lineno}: {where.line})", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
