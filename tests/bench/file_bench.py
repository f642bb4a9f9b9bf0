"""What reading and editing a small file cost, beside npm's server-filesystem, in interleaved pairs."""

import itertools

from wire_bench import Server, interleaved, npm_server

LINE = "the quick brown fox jumps over the lazy dog, {}\n"


def bench(options, table, workspace):
    try:
        command = [*npm_server("filesystem", "dist/index.js"), str(workspace)]
    except RuntimeError as why:
        table.print("read 4 KB, edit", "server-filesystem", "-", "<= 0.3", f"SKIP {why}")
        return
    ours, theirs = Server([str(options.gatehouse), "serve", "--workspace", str(workspace)], workspace), Server(
        command, workspace)
    try:
        files = []
        for name in ("ours.txt", "theirs.txt"):
            files.append(str(workspace / name))
            (workspace / name).write_text("".join(map(LINE.format, range(80))))
        turns = [itertools.cycle([("fox", "cat"), ("cat", "fox")]) for _ in files]

        def edit_ours():
            old, new = next(turns[0])
            return ours.call("edit", file_path=files[0], old_string=f"brown {old} jumps over the lazy dog, 40\n",
                             new_string=f"brown {new} jumps over the lazy dog, 40\n")

        def edit_theirs():
            old, new = next(turns[1])
            return theirs.call("edit_file", path=files[1],
                               edits=[{"oldText": f"brown {old} jumps over the lazy dog, 40\n",
                                       "newText": f"brown {new} jumps over the lazy dog, 40\n"}])

        count = 50 if options.quick else 500
        table.ratio("read 4 KB", "server-filesystem", 0.3,
                    lambda: interleaved(lambda: ours.call("read", file_path=files[0]),
                                        lambda: theirs.call("read_text_file", path=files[1]), count, 20))
        table.ratio("edit a line of 4 KB", "server-filesystem", 0.3,
                    lambda: interleaved(edit_ours, edit_theirs, count, 20))
    finally:
        ours.close()
        theirs.close()
