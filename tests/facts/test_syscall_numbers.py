"""The tables of numbers: the same names as the list of names has, and the same as libseccomp where that is installed."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest

from hardhull.facts.syscall_numbers import MACHINES, numbers
from hardhull.facts.syscalls import known

AUDIT = {"amd64": 0xC000003E, "386": 0x40000003, "arm64": 0xC00000B7, "arm": 0x40000028}
"""AUDIT_ARCH_ of linux/audit.h."""


@pytest.mark.parametrize("arch", AUDIT)
def test_every_name_is_a_known_one(arch: str) -> None:
    assert len(numbers(arch)) > 300
    assert set(numbers(arch).values()) <= known()
    assert len(set(numbers(arch).values())) == len(numbers(arch))


def test_every_call_of_amd64_has_a_number() -> None:
    assert set(numbers("amd64").values()) == known(amd64_only=True)


def test_machines_have_tables() -> None:
    assert {arch for machine in MACHINES.values() for arch in machine} == set(AUDIT)


@pytest.mark.parametrize("arch", AUDIT)
def test_numbers_are_those_of_libseccomp(arch: str) -> None:
    path = ctypes.util.find_library("seccomp")
    if path is None:
        return  # the names are tested above; Debian's docker.io brings the library along
    resolve = ctypes.CDLL(path).seccomp_syscall_resolve_num_arch
    resolve.restype, resolve.argtypes = ctypes.c_void_p, [ctypes.c_uint32, ctypes.c_int]
    differ = {}
    for number in range(1024):
        answer = resolve(AUDIT[arch], number)
        name = ctypes.string_at(answer).decode() if answer else None
        if name is not None and numbers(arch).get(number) != name:
            differ[number] = (name, numbers(arch).get(number))
    assert differ == {}
