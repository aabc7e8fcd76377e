"""Profiles as JSON: one document with what was seen, in which runs, and how far that can be trusted.

The schema is ``report/schema/hardhull-profile-1.json``. What is derived from the runs (``complete``, ``peaks`` ...) is
written for readers of the file and computed anew when it is read back.
"""

from __future__ import annotations

import json
from typing import Any, Final

from hardhull import __version__
from hardhull.facts.profile import (
    SETS,
    Address,
    Analysed,
    Call,
    Check,
    Denial,
    Failure,
    FileUse,
    Peaks,
    Profile,
    Run,
    StaticCall,
    StaticPass,
    User,
    merge,
)
from hardhull.text.saved import DocumentError, opened

SCHEMA: Final = "hardhull-profile/1"
MOST_BYTES: Final = 64 << 20
"""A larger file is not read: one run of a busy database is under 1 MB."""

_KINDS: Final[dict[str, tuple[Any, dict[str, type]]]] = {
    "syscalls": (Call, {"arch": str, "name": str}),
    "entry_syscalls": (Call, {"arch": str, "name": str}),
    "filtered_syscalls": (Call, {"arch": str, "name": str}),
    "denied": (Denial, {"arch": str, "name": str, "errno": int}),
    "failed": (Failure, {"arch": str, "name": str, "errno": int, "path": str}),
    "capabilities": (Check, {"capability": str, "granted": bool, "arch": str, "syscall": str, "certain": bool}),
    "files": (FileUse, {"path": str, "use": str, "placed": bool}),
    "listens": (Address, {"protocol": str, "address": str, "port": int}),
    "connects": (Address, {"protocol": str, "address": str, "port": int}),
    "users": (User, {"uid": int, "gid": int, "euid": int, "egid": int}),
    "groups": (int, {"gid": int}),
}
"""The sets of a run: how to make an item of its keys."""
_LATER: Final = ("filtered_syscalls", "failed")
"""Sets that profiles of earlier versions do not have: their runs did not look for them."""
_ANALYSED: Final = {"path": str, "digest": str, "unresolved": int}
_WORDS: Final = ("subject", "mode", "started", "kernel", "engine", "image")
_LISTS: Final = ("exercised", "incomplete", "unseen")
_MODES: Final = ("bpf", "ptrace")


class ProfileError(DocumentError):
    """A file is no profile of ours."""

    HOW = "record the workload again"


def write(profile: Profile) -> str:
    """The document, ASCII with a newline at the end; the same runs give the same text."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "hardhull", "version": __version__},
        "complete": not profile.incomplete,
        "incomplete": profile.incomplete,
        "exercised": profile.exercised,
        "capabilities_used": sorted(profile.capabilities_used),
        "peaks": profile.peaks._asdict(),
        "runs": [_run(run) for run in profile.runs],
    }
    for name, (_make, keys) in _KINDS.items():
        rows = profile.seen(name).items()
        document[name] = [
            {**dict(zip(keys, item if isinstance(item, tuple) else (item,), strict=True)), "runs": runs}
            for item, runs in rows
        ]
    document["static_passes"] = [_pass(each) for each in profile.passes]
    document["static_syscalls"] = _static_calls(profile)
    return json.dumps(document, indent=1) + "\n"


def _run(run: Run) -> dict[str, Any]:
    scalars = {name: getattr(run, name) for name in (*_WORDS, "seconds", *_LISTS)}
    scalars.update({"path": run.path} if run.path else {})
    return {"id": run.ident, **scalars, "peaks": run.peaks._asdict()}


def _pass(each: StaticPass) -> dict[str, Any]:
    return {
        "id": each.ident,
        **{name: getattr(each, name) for name in ("image", "programs", "seconds", "incomplete")},
        "binaries": [binary._asdict() for binary in sorted(each.binaries)],
    }


def _static_calls(profile: Profile) -> list[dict[str, Any]]:
    rows: dict[StaticCall, list[str]] = {}
    for each in profile.passes:
        for call in each.calls:
            rows.setdefault(call, []).append(each.ident)
    return [{**call._asdict(), "passes": rows[call]} for call in sorted(rows)]


def read(data: bytes) -> Profile:
    """The profile that was written. Keys that we do not know are passed over: later versions may add some.

    Raises:
        ProfileError: it is no JSON, has another schema, or lacks something.
    """
    if len(data) > MOST_BYTES:
        raise ProfileError(f"it has {len(data)} bytes, more than {MOST_BYTES}")
    value = opened(data, SCHEMA, "record again", ProfileError)
    runs: dict[str, Run] = {}
    for index, row in enumerate(_get(value, "runs", list, "")):
        at = f"runs[{index}]."
        ident = _get(row, "id", str, at)
        if ident in runs:
            raise ProfileError(f"{at}id {ident!r:.40} is there twice")
        runs[ident] = _read_run(row, at, tuple(name for name in _LATER if name not in value))
    sets = {name: _read_set(value, name, runs.keys()) for name in SETS}
    passes = _read_passes(value)
    return merge([Profile((), passes), *(Profile((_filled(run, sets, ident),)) for ident, run in runs.items())])


def _filled(run: Run, sets: dict[str, dict[str, list[Any]]], ident: str) -> Run:
    fields: dict[str, Any] = {name: frozenset(sets[name][ident]) for name in SETS}
    return run._replace(**fields)


def _read_passes(value: dict[str, Any]) -> tuple[StaticPass, ...]:
    """Static passes, with their calls."""
    passes: dict[str, StaticPass] = {}
    for index, row in enumerate(_optional(value, "static_passes")):
        at = f"static_passes[{index}]."
        ident = _get(row, "id", str, at)
        if ident in passes:
            raise ProfileError(f"{at}id {ident!r:.40} is there twice")
        passes[ident] = _read_pass(row, at)
    calls: dict[str, set[StaticCall]] = {ident: set() for ident in passes}
    for index, row in enumerate(_optional(value, "static_syscalls")):
        at = f"static_syscalls[{index}]."
        call = StaticCall(*(_get(row, key, str, at) for key in StaticCall._fields))
        for ident in _texts(_get(row, "passes", list, at), f"{at}passes"):
            if ident not in calls:
                raise ProfileError(f"{at}passes names {ident!r:.40}, which is none of the passes")
            calls[ident].add(call)
    return tuple(each._replace(calls=frozenset(calls[ident])) for ident, each in passes.items())


def _optional(value: dict[str, Any], name: str) -> list[Any]:
    """A list that documents of before do not have."""
    found: list[Any] = _get(value, name, list, "") if name in value else []
    return found


def _read_pass(row: Any, at: str) -> StaticPass:
    programs, incomplete = (_texts(_get(row, name, list, at), f"{at}{name}") for name in ("programs", "incomplete"))
    binaries = frozenset(
        Analysed(*(_get(each, key, kind, f"{at}binaries[{number}].") for key, kind in _ANALYSED.items()))
        for number, each in enumerate(_get(row, "binaries", list, at))
    )
    image, seconds = _get(row, "image", str, at), _get(row, "seconds", float, at)
    return StaticPass(image, programs, seconds, incomplete, binaries=binaries)


def _get(row: Any, key: str, kind: type, at: str) -> Any:
    """The value of a key, which must be of this type; whole numbers count as fractions."""
    value = row.get(key) if isinstance(row, dict) else None
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ProfileError(f"{at}{key} is missing or is not of type {kind.__name__}")
    return value


def _read_run(row: Any, at: str, unseen: tuple[str, ...]) -> Run:
    words = {name: _get(row, name, str, at) for name in _WORDS}
    if words["mode"] not in _MODES:
        raise ProfileError(f"{at}mode is {words['mode']!r:.40}, not one of {', '.join(_MODES)}")
    lists: dict[str, Any] = {name: _texts(_get(row, name, list, at), f"{at}{name}") for name in _LISTS}
    peaks = _get(row, "peaks", dict, at)
    for name in Peaks._fields:
        value = peaks.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ProfileError(f"{at}peaks.{name} is neither a number nor null")
    known = {name: peaks.get(name) for name in Peaks._fields}
    lists["unseen"] += tuple(name for name in unseen if name not in lists["unseen"])
    path = _get({"path": "", **row}, "path", str, at)
    return Run(**words, **lists, seconds=_get(row, "seconds", float, at), peaks=Peaks(**known), path=path)


def _texts(values: list[Any], at: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise ProfileError(f"{at} has an item that is no text")
    return tuple(values)


def _read_set(value: dict[str, Any], name: str, idents: Any) -> dict[str, list[Any]]:
    """The items of a dimension, by run."""
    make, keys = _KINDS[name]
    found: dict[str, list[Any]] = {ident: [] for ident in idents}
    rows = [] if name in _LATER and name not in value else _get(value, name, list, "")
    for index, row in enumerate(rows):
        at = f"{name}[{index}]."
        item = make(*(_get(row, key, kind, at) for key, kind in keys.items()))
        for ident in _texts(_get(row, "runs", list, at), f"{at}runs"):
            if ident not in found:
                raise ProfileError(f"{at}runs names {ident!r:.40}, which is none of the runs")
            found[ident].append(item)
    return found
