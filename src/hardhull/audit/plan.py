"""The plan: what this host uses, which rules it gets, and what stands in their way."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.apply.actions import ActionError
from hardhull.audit.action import NAME
from hardhull.audit.kind import boot, loaded, parsed
from hardhull.audit.records import here
from hardhull.audit.wanted import PREFIX, Wish, file_text, made_at_boot, volatile, wishes
from hardhull.facts.host import silences
from hardhull.formats.auditd_write import text_of
from hardhull.hosts import kernel_audit
from hardhull.hosts.commands import PLACES
from hardhull.model.receipt import Action, FileChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hardhull.facts.host import AuditRule, Host, InUse
    from hardhull.model.receipt import Plain

RULES: Final = "etc/audit/rules.d/50-hardhull.rules"
"""Where augenrules takes rules from: before ``99-finalize.rules``, which may lock them."""
FOLDERS: Final = "etc/tmpfiles.d/hardhull-audit.conf"
"""systemd makes these folders before auditd loads its rules (its unit says so): in an empty /run there are none."""
BACKLOG: Final = 8192
"""Records that may wait, as Debian's and Fedora's own rules have it; the kernel's 64 are few."""


class NoAuditError(Exception):
    """No audit rules can be loaded here: what, why, how, and the exit code."""

    def __init__(self, what: str, why: str, how: str, code: int = 5) -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why, self.how, self.code = what, why, how, code


class AuditPlan(NamedTuple):
    """All that is known before anything is done.

    Attributes:
        wishes: the rules that are wanted, in their order.
        missing: whether the kernel lacks some of them, or has some that are not wanted any more.
        there: what other rules record already.
        state: of the kernel's audit, before.
        ours: rules of an earlier plan that the kernel has.
        files: what is written.
        notes: what somebody should know.
    """

    wishes: tuple[Wish, ...]
    missing: bool
    there: tuple[InUse, ...]
    state: dict[str, int]
    ours: tuple[AuditRule, ...]
    files: tuple[FileChange, ...]
    notes: tuple[str, ...]

    @property
    def to_do(self) -> bool:
        """Whether anything changes."""
        return self.missing or not self.state["enabled"] or any(one.before != one.after for one in self.files)

    def action(self) -> Action:
        """The entry of the journal: rules in the words of auditctl, and how things were."""
        drop: list[Plain] = [text_of(rule, watch=False) for rule in self.ours] if self.missing else []
        add: list[Plain] = [wish.text for wish in self.wishes]
        return Action(
            NAME,
            {
                "add": add, "drop": drop, "enabled": self.state["enabled"], "backlog": self.state["backlog_limit"],
                "backlog_wanted": max(BACKLOG, self.state["backlog_limit"]), "daemon": self.state["pid"],
                "boot": boot(),
            },
        )  # fmt: skip


def plan(host: Host, root: Path) -> AuditPlan:
    """Makes the plan; nothing changes.

    Args:
        host: this machine, as it was read.
        root: the tree whose files are written.

    Raises:
        NoAuditError: no rules can be loaded here.
        ActionError: the kernel cannot be asked.
    """
    state = _state()
    there = loaded()
    silent = next((rule for rule in there if silences(rule)), None)
    if silent is not None:
        why = f"the kernel has the rule `{text_of(silent)}`, with which no call of any process is recorded"
        how = "take it out of /etc/audit/rules.d (Fedora has it in audit.rules), load them anew, and run this again"
        raise NoAuditError("no audit rules are loaded", why, how)
    used = [item.value for item in host.in_use.value if item.known]
    wanted, elsewhere, unnamed = wishes(used, there)
    ours = [rule for rule in there if rule.key.startswith(PREFIX)]
    missing = {parsed(wish.text) for wish in wanted} != set(ours)
    files = tuple(_files(root, wanted))
    notes = tuple(_notes(host, state, wanted, unnamed))
    return AuditPlan(tuple(wanted), missing, tuple(elsewhere), state, tuple(ours), files, notes)


def _state() -> dict[str, int]:
    what = "no audit rules are loaded"
    try:
        state = kernel_audit.status()
    except PermissionError:
        raise NoAuditError(what, "this process may not ask the kernel", "run hardhull as root on the host", 4) from None
    if state is None:
        raise NoAuditError(what, "this kernel has no audit (CONFIG_AUDIT)", "use a monitor that works without it")
    if state["enabled"] == 2:
        how = "take -e 2 out of /etc/audit/rules.d, boot, and run this again"
        raise NoAuditError(what, "the rules are locked until the next boot (-e 2)", how)
    if not here():
        how = "run hardhull on the host itself, outside of containers"
        raise NoAuditError(what, "this is a process namespace of its own, and records name the host's numbers", how)
    absent = [name for name in ("auditctl", "ausearch") if shutil.which(name, path=PLACES) is None]
    if absent:
        how = "install the package auditd (Debian, Ubuntu) or audit (Fedora, Alpine)"
        raise NoAuditError(what, f"not installed: {', '.join(absent)}", how)
    return state


def _files(root: Path, wanted: Sequence[Wish]) -> Iterator[FileChange]:
    yield FileChange(RULES, _content(root / RULES), file_text(wanted) if wanted else None, mode=0o640)
    empty = volatile()
    rows = [_row(folder) for folder in sorted({one for wish in wanted for one in made_at_boot(wish, empty)})]
    text = "# Written by `hardhull fix host`: audit rules need these folders to be there when they are loaded.\n"
    yield FileChange(FOLDERS, _content(root / FOLDERS), (text + "".join(rows)).encode() if rows else None, mode=0o644)


def _row(folder: Path) -> str:
    """A line of tmpfiles.d(5), with owner and mode as they are."""
    found = folder.stat()
    return f"d {folder} {found.st_mode & 0o7777:04o} {found.st_uid} {found.st_gid} -\n"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ActionError(f"{path} cannot be read: {error.strerror}") from None


def _notes(host: Host, state: dict[str, int], wanted: Sequence[Wish], unnamed: Sequence[str]) -> Iterator[str]:
    if not state["pid"]:
        yield ("no auditd runs: records go to the kernel's log and are lost there; enable the service auditd, which "
               "also loads the rules at every boot")  # fmt: skip
    if not state["enabled"]:
        yield ("auditing was off: processes that began before it was ever on are not recorded until they start anew; "
               "booting with audit=1 leaves none out")  # fmt: skip
    if any(wish.used.kind == "state" for wish in wanted):
        yield "left out, as noise: what the engine's own programs write in its folders, and what is written in volumes"
    if any(item.known for item in host.listeners.get(())):
        yield "the engine also listens by TCP: no rule about files sees who connects there"
    if any(wish.used.kind == "call" for wish in wanted):
        yield ("no rule about connect() sees a program that connects by io_uring: that it sets io_uring up is recorded "
               "instead; kernel.io_uring_disabled=2 closes that way")  # fmt: skip
    yield from (f"{path} cannot be named in a rule: it has blanks in it, or is too long" for path in unnamed)
