#!/usr/bin/env python3
"""What the mock model saw: look.py LOG offered | results

offered: the names of all tools in any request, one a line. results: the text of the last request's tool results.
"""

import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        requests = [json.loads(line) for line in log]
    if sys.argv[2] == "offered":
        print("\n".join(sorted({name for request in requests for name in request["offered"]})))
    else:
        print("\n".join(max((request["results"] for request in requests), key=len, default=[])))


if __name__ == "__main__":
    main()
