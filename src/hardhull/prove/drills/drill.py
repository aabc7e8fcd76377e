"""What a drill is: plain data; the attempt itself is a function of the same name in ``helper/``."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.finding import Dimension


class Measure(Enum):
    """A part of a configuration that blocks drills by itself, all else being permissive; the value is its name.

    Which calls the engine's seccomp profile forbids depends on the engine's version.
    """

    CAPABILITIES = "dropped capabilities"
    SECCOMP = "the engine's seccomp profile"
    USER = "an account other than root"
    READ_ONLY = "a read-only root file system"
    NO_NEW_PRIVILEGES = "no new privileges"
    LIMITS = "limits"
    NETWORK = "no network in common"
    MOUNTS = "mounts that are absent or read-only"
    DEVICES = "the list of devices"
    MASKS = "masked and read-only paths of /proc and /sys"


class Drill(NamedTuple):
    """One attempt.

    Attributes:
        name: in the helper.
        title: what succeeded, or was blocked, in a few words.
        tries: what is tried, and what for, as a sentence.
        harmless: why nothing is harmed, as a sentence.
        dimension: of the deployment that it shows something about.
        measures: each of these blocks it alone.
        capability: the one that it needs, without ``CAP_``; empty for none.
        technique: of MITRE ATT&CK; empty where none fits beyond doubt.
        alone: whether it gets a clone of its own, because it takes what others need.
    """

    name: str
    title: str
    tries: str
    harmless: str
    dimension: Dimension
    measures: tuple[Measure, ...]
    capability: str = ""
    technique: str = ""
    alone: bool = False

    @property
    def id(self) -> str:
        """How it is named in outputs; stays."""
        return f"drill-{self.name}"
