"""A recording as a Profile: what was seen, with what it was seen on and what was done meanwhile."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.profile import Peaks, Profile, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Subject(NamedTuple):
    """What is recorded, and where.

    Attributes:
        name: to people (``service web``).
        image: the digest of its image; empty where it has none.
        engine: name and version (``docker 20.10.24``); empty where there is none.
        path: of the file that it stands in, relative to the root; empty where it stands in none.
    """

    name: str
    image: str = ""
    engine: str = ""
    path: str = ""


class Exercise(NamedTuple):
    """What was done while it was recorded.

    Attributes:
        started: when, in UTC.
        seconds: how long.
        deeds: in the words of who did it (``start``, ``check``, ``stop`` ...).
    """

    started: datetime
    seconds: float
    deeds: tuple[str, ...]


def profile(
    subject: Subject, exercise: Exercise, fields: Mapping[str, Any], peaks: Peaks | None = None, mode: str = "bpf"
) -> Profile:
    """The Profile of one run.

    Args:
        subject: what was recorded.
        exercise: what was done.
        fields: of the Run, from a recording of :mod:`hardhull.learn.bpf` or :mod:`hardhull.learn.trace`.
        peaks: of its control groups; None where they were not read, which is then told.
        mode: where ``fields`` says none.
    """
    reasons = tuple(fields.get("incomplete", ()))
    run = Run(
        subject.name,
        fields.get("mode", mode),
        exercise.started.astimezone(UTC).isoformat(timespec="milliseconds"),
        round(exercise.seconds, 3),
        kernel(),
        subject.engine,
        subject.image,
        exercise.deeds,
        peaks=peaks or Peaks(),
        path=subject.path,
    )
    rest = {key: value for key, value in fields.items() if key not in {"mode", "incomplete"}}
    return Profile((run._replace(**rest, incomplete=(*reasons, *_unread(peaks))),))


def _unread(peaks: Peaks | None) -> Iterable[str]:
    if peaks is None:
        yield "memory, processes, processor time and input/output were not measured"
        return
    missing = [name for name, value in peaks._asdict().items() if value is None]
    if missing:
        yield f"the control groups do not tell: {', '.join(missing)}"


def kernel() -> str:
    """Release and machine of the kernel under us."""
    return f"{platform.release()} {platform.machine()}"
