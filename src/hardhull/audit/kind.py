"""The journal's action: rules of the kernel's audit, and whether it is on; undone, all of it as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError
from hardhull.formats.auditd import RefusedError, parse
from hardhull.hosts import kernel_audit
from hardhull.hosts.commands import PLACES
from hardhull.hosts.kernel_rules import kernel_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.facts.host import AuditRule
    from hardhull.model.receipt import Plain

    Arguments = Mapping[str, Plain]

SECONDS: Final = 20


def boot() -> str:
    """The number of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def loaded() -> list[AuditRule]:
    """The kernel's rules, in its order.

    Raises:
        ActionError: it does not say them.
    """
    try:
        texts = kernel_rules()
    except PermissionError:
        texts = None
    if texts is None:
        raise ActionError("the kernel does not tell its audit rules: run hardhull as root, outside of a container")
    return [rule for text in texts if (rule := parsed(text)) is not None]


def parsed(text: str) -> AuditRule | None:
    """One rule as it is compared; None for one that this program cannot read."""
    try:
        rule = parse(text.split())
    except RefusedError:
        return None
    if rule is None:
        return None
    return rule._replace(perms="".join(sorted(rule.perms)), syscalls=tuple(sorted(rule.syscalls)))


def _words(arguments: Arguments, name: str) -> list[str]:
    found: Any = arguments[name]
    return [str(text) for text in found]


def do(arguments: Arguments) -> None:
    """Loads the rules.

    Raises:
        ActionError: one of them is not taken, or all are locked.
    """
    state = _state()
    if state["enabled"] == 2:
        raise ActionError("the kernel's audit rules are locked until the next boot (-e 2)")
    _exchange(_words(arguments, "drop"), _words(arguments, "add"))
    backlog = int(str(arguments["backlog_wanted"]))
    if state["backlog_limit"] < backlog:
        _auditctl("-b", str(backlog))
    if not state["enabled"]:
        _auditctl("-e", "1")


def undo(arguments: Arguments) -> None:
    """Takes rules back in any case; whether audit is on, and its backlog, in the boot in which they were changed.

    Raises:
        ActionError: the rules are locked.
    """
    state = _state()
    if state["enabled"] == 2:
        raise ActionError("the kernel's audit rules are locked until the next boot (-e 2)")
    _exchange(_words(arguments, "add"), _words(arguments, "drop"))
    if arguments["boot"] != boot():
        return
    daemon = bool(arguments["daemon"]) or not state["pid"]
    if not arguments["enabled"] and state["enabled"] and daemon:
        _auditctl("-e", "0")
    if state["backlog_limit"] == arguments["backlog_wanted"] and arguments["backlog"] != arguments["backlog_wanted"]:
        _auditctl("-b", str(arguments["backlog"]))


def _exchange(gone: Iterable[str], come: Iterable[str]) -> None:
    """Some rules for others, so that the new ones stand in their order behind all others."""
    there = set(loaded())
    for text in gone:
        if parsed(text) in there:
            _auditctl(*_deleting(text))
    there = set(loaded())
    for text in come:
        if parsed(text) not in there:
            _auditctl(*text.split())


def _deleting(text: str) -> list[str]:
    """``-d always,exit ...`` for ``-a always,exit ...``."""
    first, *rest = text.split()
    return ["-d" if first == "-a" else "-W", *rest]


def _auditctl(*words: str) -> None:
    program = shutil.which("auditctl", path=PLACES)
    if program is None:
        raise ActionError("auditctl is not installed: install the package auditd (Debian) or audit (Fedora)")
    try:
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL, env={"PATH": PLACES},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ActionError(f"auditctl {' '.join(words)}: {type(error).__name__}") from None
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise ActionError(f"auditctl {' '.join(words)}: {said[:200]}")


def _state() -> dict[str, int]:
    try:
        state = kernel_audit.status()
    except PermissionError:
        raise ActionError("the kernel's audit may not be asked: run hardhull as root, outside of a container") from None
    if state is None:
        raise ActionError("this kernel has no audit")
    return state


def probe(arguments: Arguments) -> bool | None:
    """Whether all of it is in effect; None for a part.

    Raises:
        ActionError: the kernel does not say.
    """
    add = {parsed(text) for text in _words(arguments, "add")}
    drop = {parsed(text) for text in _words(arguments, "drop")}
    there, state = set(loaded()), _state()
    on = bool(state["enabled"]) and state["backlog_limit"] >= int(str(arguments["backlog_wanted"]))
    if add <= there and not (drop - add) & there and on:
        return True
    same_boot = arguments["boot"] == boot()
    before = not same_boot or (state["enabled"], state["backlog_limit"]) == (
        arguments["enabled"], arguments["backlog"],
    )  # fmt: skip
    return False if drop <= there and not (add - drop) & there and before else None
