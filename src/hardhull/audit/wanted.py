"""Which rules a host gets: for everything that its engine uses and that no rule of the kernel records already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.host import AuditRule, InUse, recorded
from hardhull.formats.auditd_write import text_of
from hardhull.hosts.mounts import mounted
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

PREFIX: Final = "hardhull-"
"""What the keys of our rules begin with: ``ausearch -k hardhull-socket``."""
PERMISSIONS: Final = {"program": "wxa", "file": "wa", "folder": "wa", "state": "wa"}
"""What is recorded: that a program is run, that something is written, and that owner, mode or attributes change."""
CALLS: Final = {
    "x86_64": (("b64", ("connect",)), ("b32", ("socketcall", "connect"))),
    "aarch64": (("b64", ("connect",)), ("b32", ("connect",))),
}
"""Calls by which a program reaches a socket, by machine; on x86 32-bit programs have one call for all of them too."""
LONGEST: Final = 107
"""Bytes of the path of a socket (``sun_path``); to a longer one nobody can connect by it."""
OTHERS: Final = (("b64", ("connect",)),)


class Wish(NamedTuple):
    """One rule.

    Attributes:
        rule: the rule.
        used: what it is about.
        quiet: whether it leaves out what would only be noise, and so records nothing itself.
    """

    rule: AuditRule
    used: InUse
    quiet: bool = False

    @property
    def text(self) -> str:
        """The rule as auditctl takes it."""
        return text_of(self.rule, watch=False)


def wishes(used: Sequence[InUse], loaded: Sequence[AuditRule]) -> tuple[list[Wish], list[InUse], list[str]]:
    """The rules that a host gets.

    Args:
        used: what it has.
        loaded: the rules of the kernel, in its order.

    Returns:
        The rules in the order of loading; what other rules record already; paths that no rule can name.
    """
    others = [rule for rule in loaded if not rule.key.startswith(PREFIX)]
    wanted: list[Wish] = []
    there, unnamed = [], []
    programs = [one.path for one in used if one.engine]
    for one in used:
        if recorded(others, one):
            there.append(one)
            continue
        made = list(_rules(one, programs))
        try:
            assert all(wish.text for wish in made)  # noqa: S101  or it raises
        except UnwritableError:
            made = []
        if not made or (one.kind == "socket" and len(os.fsencode(one.path)) > LONGEST):
            unnamed.append(one.path)
            continue
        wanted += made
    empty = volatile()
    return sorted(wanted, key=lambda wish: bool(made_at_boot(wish, empty))), there, unnamed


def _rules(one: InUse, programs: Iterable[str]) -> Iterator[Wish]:
    key = f"{PREFIX}{one.kind}"
    if one.kind == "call":  # without an architecture: its number is the same in all of them
        yield Wish(AuditRule("", syscalls=(one.path,), key=f"{PREFIX}io-uring"), one)
        return
    if one.kind == "socket":
        for arch, calls in CALLS.get(os.uname().machine, OTHERS):
            yield Wish(AuditRule(one.path, syscalls=calls, fields=(("arch", "=", arch),), key=key), one)
        return
    tree = one.kind in {"folder", "state"}
    rule = AuditRule(one.path, tree, PERMISSIONS[one.kind], key=key)
    if one.kind == "state":
        never = rule._replace(action="never")
        volumes = Path(one.path, "volumes")
        if volumes.is_dir():
            yield Wish(never._replace(path=str(volumes)), one, quiet=True)
        for program in programs:
            yield Wish(never._replace(fields=(("exe", "=", program),)), one, quiet=True)
    yield Wish(rule, one)


def volatile() -> set[str]:
    """Folders that are empty after a boot."""
    return {mount.target for mount in mounted("self") if mount.kind == "tmpfs"}


def made_at_boot(wish: Wish, empty: Collection[str]) -> list[Path]:
    """The folders that have to be there before a rule can be loaded, and that a boot takes away.

    Args:
        wish: the rule.
        empty: as :func:`volatile` says.
    """
    if not wish.rule.path:
        return []
    path = Path(wish.rule.path)
    folder = path if wish.rule.tree else path.parent
    return [
        each
        for each in (*reversed(folder.parents), folder)
        if str(each) not in empty and any(str(above) in empty for above in each.parents)
    ]


def file_text(wanted: Iterable[Wish]) -> bytes:
    """The file that has them loaded at every boot.

    ``-c``: a folder or program that is gone by then is told, and the rules below it are loaded all the same.
    """
    rows = [
        "# Written by `hardhull fix host`; `hardhull undo` takes it back.",
        "# What this host's engine really uses, in forms that record: `ausearch -k hardhull-socket` shows API access.",
        "-c",
    ]
    about = ""
    for wish in wanted:
        if wish.used.path != about:
            about = wish.used.path
            rows += ["", f"# {wish.used.name}"]
        rows.append(wish.text)
    return ("\n".join(rows) + "\n").encode()
