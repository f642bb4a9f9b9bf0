#!/usr/bin/env python3
"""Names of a network by name: what is answered inside, and where they lead outside.

    tests/sandbox/net_names.py GATEHOUSE [--only WORD]
"""

import sys

import net_scene as scene


def a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address(place):
    server = scene.Server("four")
    place.rules(scene.allow("'*.example'", server.port), loopback=False)
    done = place.python(scene.TRY + "for host in ('allowed', 'private', 'metadata'): print(attempt(host + '.example', sys.argv[1]))", server.port)
    assert done.stdout.split() == ["EACCES"] * 3 and server.came == 0, done
    assert {denial["rule"] for denial in place.denials()} == {"net.internal"}, place.denials()
    assert "private.example leads to 10.9.9.9" in done.stderr, done.stderr


def the_resolver_answers_whatever_it_is_asked(place):
    place.rules(loopback=False)
    done = place.python("""
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("127.0.0.1", 53)); u.settimeout(2)
for junk in [os.urandom(n) for n in range(1, 600)] + [b"\\0" * 12, b"\\0" * 4 + b"\\0\\1" + b"\\0" * 6 + b"\\xc0\\x0c" * 20, b"\\0" * 4 + b"\\0\\1" + b"\\0" * 6 + b"\\x3f" * 700]:
    u.send(junk)
first = socket.gethostbyname("a.example")
for n in range(500): socket.gethostbyname("n%d.example" % n)
print(first == socket.gethostbyname("A.EXAMPLE"), len({socket.gethostbyname("n%d.example" % n) for n in range(500)}), first)
""")
    same, count, address = done.stdout.split()
    assert same == "True" and count == "500" and address.startswith("198.18."), done


TESTS = [a_name_that_leads_inside_is_refused_unless_a_rule_names_the_address, the_resolver_answers_whatever_it_is_asked]

if __name__ == "__main__":
    sys.exit(scene.main("net_names.py", TESTS, scene.Place))
