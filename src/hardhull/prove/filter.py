"""A seccomp profile that allows a set of system calls and no other."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.syscall_numbers import MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterable

ARCHES: Final = {"amd64": "SCMP_ARCH_X86_64", "arm64": "SCMP_ARCH_AARCH64"}
"""Go's name of an architecture to libseccomp's."""
EPERM: Final = 1


def profile(calls: Iterable[str], answers: Iterable[tuple[str, int]] = (), arch: str = "") -> dict[str, Any]:
    """The profile as Docker, Podman and the kubelet read it.

    Args:
        calls: names of system calls, as libseccomp has them.
        answers: calls that get another error than EPERM, with its number.
        arch: Go's name of the architecture; this machine's by default.
    """
    native = arch or MACHINES[platform.machine()].native
    rules: list[dict[str, Any]] = [{"names": sorted(calls), "action": "SCMP_ACT_ALLOW"}]
    by_error: dict[int, list[str]] = {}
    for name, error in sorted(answers):
        by_error.setdefault(error, []).append(name)
    for error, names in by_error.items():
        rules.append({"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error})
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": EPERM,
        "architectures": [ARCHES[native]],
        "syscalls": rules,
    }


def profile_text(calls: Iterable[str], answers: Iterable[tuple[str, int]] = ()) -> str:
    """The same as a file, a call a line: so that later changes of it are read line by line."""
    return json.dumps(profile(calls, answers), indent=2) + "\n"
