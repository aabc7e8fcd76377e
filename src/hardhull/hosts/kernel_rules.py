"""The audit rules that the kernel has, asked of the kernel (``AUDIT_LIST_RULES``, include/uapi/linux/audit.h).

``auditctl -l`` is no source: 3.0.9 shows ``-a never,exit -F dir=/x -F perm=wa``, which records nothing, as
``-w /x -p wa``, and ``-F exe!=/y`` as ``-F exe=/y`` (measured).
"""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING, Final

from hardhull.facts.syscall_numbers import MACHINES, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

NETLINK_AUDIT: Final = 9
LIST_RULES: Final = 1013
REQUEST: Final = 1 | 4
"""``NLM_F_REQUEST | NLM_F_ACK``."""
HEADER: Final = struct.Struct("=IHHII")
NUMBERS: Final = 64
RULE: Final = struct.Struct(f"=3I{NUMBERS}I{NUMBERS}I{NUMBERS}I{NUMBERS}II")
"""``struct audit_rule_data``: list, action, count; calls, fields, values, operators; the length of the texts."""
SECONDS: Final = 5
DONE, ERROR = 3, 2
"""``NLMSG_DONE``, ``NLMSG_ERROR``."""
FILTERS: Final = {0: "user", 1: "task", 4: "exit", 5: "exclude", 6: "filesystem", 7: "io_uring"}
ACTIONS: Final = {0: "never", 1: "possible", 2: "always"}
TEXTS: Final = {
    13: "subj_user", 14: "subj_role", 15: "subj_type", 16: "subj_sen", 17: "subj_clr", 19: "obj_user", 20: "obj_role",
    21: "obj_type", 22: "obj_lev_low", 23: "obj_lev_high", 105: "path", 107: "dir", 112: "exe", 210: "key",
}  # fmt: skip
"""Fields whose value is a text; their number is its length."""
FIELDS: Final = {
    0: "pid", 1: "uid", 2: "euid", 3: "suid", 4: "fsuid", 5: "gid", 6: "egid", 7: "sgid", 8: "fsgid", 9: "auid",
    10: "pers", 11: "arch", 12: "msgtype", 18: "ppid", 24: "loginuid_set", 25: "sessionid", 26: "fstype",
    100: "devmajor", 101: "devminor", 102: "inode", 103: "exit", 104: "success", 106: "perm", 108: "filetype",
    109: "obj_uid", 110: "obj_gid", 111: "field_compare", 113: "saddr_fam", 200: "a0", 201: "a1", 202: "a2", 203: "a3",
}  # fmt: skip
OPERATORS: Final = {
    0x08000000: "&", 0x10000000: "<", 0x20000000: ">", 0x30000000: "!=", 0x40000000: "=", 0x48000000: "&=",
    0x50000000: "<=", 0x60000000: ">=",
}  # fmt: skip
PERMISSIONS: Final = ((4, "r"), (2, "w"), (1, "x"), (8, "a"))
EXIT: Final = 103
"""The only field whose number may be below 0."""
IS_64: Final = 0x80000000
"""``__AUDIT_ARCH_64BIT``."""


def kernel_rules() -> list[str] | None:
    """The rules in the kernel's order, written as auditctl takes them; None where the kernel does not answer.

    Raises:
        PermissionError: this user, or a process of this place, may not ask.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as asked:
            asked.settimeout(SECONDS)
            asked.bind((0, 0))
            asked.sendto(HEADER.pack(HEADER.size, LIST_RULES, REQUEST, 1, 0), (0, 0))
            return list(_answers(asked))
    except PermissionError:
        raise
    except OSError:
        return None


def _answers(asked: socket.socket) -> Iterator[str]:
    while True:
        data = asked.recv(1 << 16)
        kind = HEADER.unpack_from(data)[1]
        if kind == DONE:
            return
        if kind == LIST_RULES:
            yield text_of(data[HEADER.size :])
        elif kind == ERROR:
            number = -int(struct.unpack_from("=i", data, HEADER.size)[0])
            if number:
                raise OSError(number, os.strerror(number))


def text_of(data: bytes) -> str:
    """One ``struct audit_rule_data`` as the words of auditctl."""
    filter_, action, count, *rest = RULE.unpack_from(data)
    mask, fields = rest[:NUMBERS], rest[NUMBERS : 2 * NUMBERS]
    values, operators = rest[2 * NUMBERS : 3 * NUMBERS], rest[3 * NUMBERS : 4 * NUMBERS]
    at, parts, arch, key = RULE.size, [], 0, ""
    for field, value, operator in zip(fields[:count], values, operators, strict=False):
        shown = str(value)
        if field in TEXTS:
            shown = data[at : at + value].decode("utf-8", "backslashreplace")
            at += value
        if field == 210:
            key = shown
            continue
        if field == 11:
            arch, shown = value, "b64" if value & IS_64 else "b32"
        elif field == EXIT:
            shown = str(value - (1 << 32) if value >> 31 else value)
        elif field == 106:
            shown = "".join(letter for bit, letter in PERMISSIONS if value & bit)
        name = TEXTS.get(field) or FIELDS.get(field, f"field{field}")
        parts.append(("arch" if field == 11 else name, f"{name}{OPERATORS.get(operator, '?')}{shown}"))
    words = ["-a", f"{ACTIONS.get(action, action)},{FILTERS.get(filter_ & 0xFF, filter_ & 0xFF)}"]
    words += [word for name, part in parts if name == "arch" for word in ("-F", part)]
    calls = list(_calls(mask, arch))
    words += ["-S", ",".join(calls)] if calls else []
    words += [word for name, part in parts if name != "arch" for word in ("-F", part)]
    return " ".join([*words, *(["-k", key] if key else [])])


def _calls(mask: list[int], arch: int) -> Iterator[str]:
    """The calls of a mask by name; none where it has all of them, as a rule about files has."""
    if all(word == 0xFFFFFFFF for word in mask[:-1]):
        return
    machine = MACHINES.get(os.uname().machine)
    names = numbers(machine.native if arch & IS_64 or not arch else machine.compat) if machine else {}
    for at, word in enumerate(mask):
        yield from (names.get(32 * at + bit, str(32 * at + bit)) for bit in range(32) if word >> bit & 1)
