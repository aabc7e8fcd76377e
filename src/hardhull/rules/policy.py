"""What the team decided: registries it trusts, what counts as a large limit, which findings it accepts."""

from __future__ import annotations

from typing import NamedTuple


class PathIgnore(NamedTuple):
    """Findings accepted by path: for syntaxes without comments, and for whole folders.

    Attributes:
        paths: glob patterns relative to the scanned root.
        rules: ids or names; empty means every rule.
        reason: why; shown with the hidden finding.
        until: ISO date after which it no longer counts, or empty.
    """

    paths: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    until: str = ""


class Policy(NamedTuple):
    """The decisions of ``hardhull.toml`` that rules and the scan ask for.

    Attributes:
        trusted_registries: hosts (or ``host/namespace``) whose images may be used; empty means no decision was made.
        allowed_ports: host ports that may be published on all addresses.
        max_memory: bytes above which a memory limit is no limit; 0 means no decision.
        disk: path of the disk that holds the engine's data (``/dev/sda``), for block I/O limits; empty: not told.
        disabled: rules that the team switched off, by id or name.
        ignores: findings accepted by path.
        exclude: glob patterns of paths that are not scanned.
        fail_on: severity name for the gate; empty for the default.
        advisory_days: how old advisories may be before what they do not name counts as not checked.
        tight: whether what is exported from a profile allows only what was observed, and not also what the programs
            could call as well.
    """

    trusted_registries: tuple[str, ...] = ()
    allowed_ports: tuple[str, ...] = ()
    max_memory: int = 0
    disk: str = ""
    disabled: frozenset[str] = frozenset()
    ignores: tuple[PathIgnore, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: str = ""
    tight: bool = False
    advisory_days: int = 7
