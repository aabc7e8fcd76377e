"""The seccomp profile of a candidate: its system calls and no other, as `fix` writes it from a recording."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

from hardhull.facts.capabilities import DOCKER_DEFAULT
from hardhull.facts.seccomp import docker_default
from hardhull.facts.syscall_numbers import MACHINES
from hardhull.rules.observed_calls import NO_CLONE3, Calls, document

if TYPE_CHECKING:
    from hardhull.prove.candidate import Candidate


def native() -> str:
    """Go's name of this machine's architecture."""
    return MACHINES[platform.machine()].native


def capabilities(candidate: Candidate) -> frozenset[str]:
    """Those that decide what the engine's own filter would let through; never fewer than every container gets."""
    return (candidate.capabilities or frozenset()) | DOCKER_DEFAULT


def conditional(candidate: Candidate) -> frozenset[str]:
    """The calls of a candidate that are let through with some arguments only."""
    allowed = (candidate.syscalls or frozenset()) | candidate.beyond
    return (docker_default(capabilities(candidate)).partly & allowed) - candidate.unconditional


def profile(candidate: Candidate) -> dict[str, Any]:
    """The profile as Docker, Podman and the kubelet read it.

    Args:
        candidate: with a filter of its own.
    """
    observed = candidate.syscalls or frozenset()
    answers = {name: error for name, error in sorted({NO_CLONE3, *candidate.answers}) if name not in observed}
    return document(
        Calls(
            observed,
            candidate.beyond,
            nameless=frozenset(),
            arches=frozenset({native()}),
            entered=True,
            capabilities=capabilities(candidate),
            conditional=conditional(candidate),
            answers=tuple(answers.items()),
        )
    )


def profile_text(candidate: Candidate) -> str:
    """The same as text."""
    return json.dumps(profile(candidate))
