"""What the kernel had recorded at one moment, of all workloads; and of each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.learn.namespace import Namespace
from hardhull.learn.readout import CUT, MANY_GROUPS, RINGS, UNSEEN_RING, Readout, family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.profile import Denial
    from hardhull.facts.syscall_numbers import Machine
    from hardhull.learn.maps import Maps


class Recording(NamedTuple):
    """What the kernel had recorded at one moment.

    Attributes:
        maps: of bpftrace.
        machine: architectures of the kernel.
        incomplete: what makes every workload in it incomplete.
        unique: whether the namespaces' numbers in the maps are never used again.
    """

    maps: Maps
    machine: Machine
    incomplete: tuple[str, ...]
    unique: bool

    def of(self, where: Namespace) -> dict[str, Any]:
        """The fields of a Run for one mount namespace, ``incomplete`` among them."""
        reasons = list(self.incomplete)
        idents = self._numbered(where)
        if self._ident(where) not in idents:
            reasons.append("not one system call of the workload was seen")
        elif where.ident is None and len(idents) > 1:
            reasons.append(
                "the number of the mount namespace was used again: another workload's calls may be among these"
            )
        readout = self._readout(where)
        fields = readout.fields()
        if readout.cut:
            reasons.append(CUT)
        if readout.groups_cut():
            reasons.append(MANY_GROUPS)
        if RINGS & {call.name for call in fields["syscalls"]}:
            reasons.append(UNSEEN_RING)
        return {**fields, "incomplete": tuple(reasons)}

    def newcomers(self, host: str) -> dict[str, Any]:
        """The same of containers that were entered since the last look: for one that ended before it was seen.

        Where its file systems were mounted nobody can tell any more: paths begin at their roots.

        Args:
            host: its name as a host, which tells it from others that began meanwhile.
        """
        fields = self._readout(host).fields()
        return {**fields, "incomplete": (*self.incomplete, "it ended before its mounts could be seen")}

    def denied(self, where: Namespace | str) -> list[Denial]:
        """What a seccomp filter denied, in the order of time: what was denied first is no consequence of the others.

        Args:
            where: the mount namespace, or the host name of newcomers.
        """
        return self._readout(where).denied()

    def _numbered(self, where: Namespace) -> list[int]:
        """The kernel's unique numbers of the namespaces that had a number in turn."""
        return [key[0] for key, number in self.maps.maps.get("@ns", {}).items() if number == where.number]

    def _ident(self, where: Namespace) -> int:
        """That of the one that is meant."""
        if where.ident is not None and self.unique:
            return where.ident
        return max(self._numbered(where), default=where.number)

    def _readout(self, where: Namespace | str) -> Readout:
        if isinstance(where, Namespace):
            return Readout(self.maps, family(self.maps, self._ident(where)), where, self.machine)
        names = self.maps.maps.get("@host", {})
        entered = {key[0] for key in self.maps.maps.get("@sys", {}) if key[1]}
        ours = {ident for ident in entered if names.get((ident,)) == where}
        idents = tuple(sorted(each for ident in ours for each in family(self.maps, ident)))
        return Readout(self.maps, idents, Namespace(0, None, (), ""), self.machine)


def losses(found: Maps, most: int) -> Iterator[str]:
    """What makes every workload of a recording incomplete.

    Args:
        found: the maps.
        most: keys that fit into one map.
    """
    if found.lost:
        yield f"{found.lost} events were lost on the way from the kernel"
    for name, entries in sorted(found.maps.items()):
        if len(entries) >= most:
            yield f"the map {name[1:]} was full ({most} entries)"
    if ("threads",) in found.maps.get("@full", {}):
        yield f"there were more than {most} threads at a time"
