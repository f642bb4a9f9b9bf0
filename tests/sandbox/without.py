#!/usr/bin/env python3
"""Runs a command where the kernel refuses a feature: without.py FEATURE… -- COMMAND [ARG…]

namespaces: as a container's filter refuses them; landlock, openat2, open_tree, move_mount, mount_setattr: as a kernel
that has none; mounts: as AppArmor refuses them in a user namespace; ptrace: as Yama does at its highest level;
listener: inside a program that intercepts system calls itself."""

import ctypes
import errno
import os
import struct
import sys

CALLS = {
    "x86_64": {"arch": 0xC000003E, "clone": 56, "unshare": 272, "clone3": 435, "ptrace": 101,
               "landlock": 444, "seccomp": 317, "mount": 165},
    "aarch64": {"arch": 0xC00000B7, "clone": 220, "unshare": 97, "clone3": 435, "ptrace": 117,
                "landlock": 444, "seccomp": 277, "mount": 40},
}
# Of the same numbers everywhere.
NEW_CALLS = {"open_tree": 428, "move_mount": 429, "openat2": 437, "mount_setattr": 442}
NEWUSER = 0x10000000
LOAD, EQUAL, HAS, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def statement(code, k, yes=0, no=0):
    return struct.pack("HBBI", code, yes, no, k)


def refuse(call, error):
    return statement(EQUAL, call, 0, 1) + statement(RETURN, REFUSE | error)


def refuse_user_namespaces(call):
    return (statement(EQUAL, call, 0, 4) + statement(LOAD, 16) + statement(HAS, NEWUSER, 0, 1)
            + statement(RETURN, REFUSE | errno.EPERM) + statement(RETURN, ALLOW))


def program(features, calls):
    code = statement(LOAD, 0)
    for feature in features:
        if feature == "namespaces":
            code += refuse(calls["clone3"], errno.ENOSYS)
            code += refuse_user_namespaces(calls["clone"]) + refuse_user_namespaces(calls["unshare"])
        elif feature == "landlock":
            code += b"".join(refuse(calls["landlock"] + i, errno.ENOSYS) for i in range(3))
        elif feature == "ptrace":
            code += refuse(calls["ptrace"], errno.EPERM)
        elif feature == "mounts":
            code += refuse(calls["mount"], errno.EPERM) + refuse(NEW_CALLS["mount_setattr"], errno.EPERM)
        elif feature in NEW_CALLS:
            code += refuse(NEW_CALLS[feature], errno.ENOSYS)
        else:
            sys.exit(f"without.py: unknown feature {feature}")
    return code + statement(RETURN, ALLOW)


def seccomp(libc, code, flags):
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    mode_filter = 1
    result = libc.syscall(CALLS[os.uname().machine]["seccomp"], mode_filter, flags, filter_program)
    if result < 0:
        sys.exit(f"without.py: {os.strerror(ctypes.get_errno())}")
    return result


def install(code, with_listener):
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, new_listener = 38, 8
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        sys.exit(f"without.py: {os.strerror(ctypes.get_errno())}")
    if with_listener:
        os.set_inheritable(seccomp(libc, statement(RETURN, ALLOW), new_listener), True)
    seccomp(libc, code, 0)


def main():
    dashes = sys.argv.index("--")
    calls = CALLS.get(os.uname().machine)
    if calls is None:
        sys.exit(f"without.py: no system call numbers for {os.uname().machine}")
    features = sys.argv[1:dashes]
    install(program([feature for feature in features if feature != "listener"], calls), "listener" in features)
    os.execvp(sys.argv[dashes + 1], sys.argv[dashes + 1:])


main()
