"""The kernel's word that a process writes nowhere but in one folder: Landlock (Linux 5.13 and later, no rights needed).

It holds for every thread, library and program that the process starts, and cannot be taken back.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same numbers on every architecture
PATH_BENEATH, ASK_VERSION = 1, 1
NO_NEW_PRIVILEGES = 38
WRITE_FILE, REMOVE_DIR, REMOVE_FILE, REFER, TRUNCATE = (1 << bit for bit in (1, 4, 5, 13, 14))
MAKE = sum(1 << bit for bit in range(6, 13))  # devices, folders, files, sockets, pipes, links


class Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr`` of the first version: what is forbidden unless a rule allows it."""

    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class Beneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def confine(writable: Sequence[str]) -> bool:
    """Forbid this process, from now on, to write outside of the folders ``writable``; whether the kernel could."""
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return False
    writing = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE
    writing |= (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    rules = Ruleset(writing)
    held = call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    if held < 0:
        return False
    try:
        for folder in writable:
            _allow(call, held, folder, writing)
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return call(RESTRICT_SELF, held, 0) == 0
    finally:
        os.close(held)


def _allow(call: ctypes._NamedFuncPointer, held: int, folder: str, access: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = Beneath(access, descriptor)
        call(ADD_RULE, held, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)
