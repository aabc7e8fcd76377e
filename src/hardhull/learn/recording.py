"""What the kernel had recorded at one moment, of all workloads; and of each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.learn.namespace import Namespace
from hardhull.learn.readout import CUT, MANY_GROUPS, RINGS, UNSEEN_RING, Readout, family

if TYPE_CHECKING:
    from hardhull.facts.profile import Denial
    from hardhull.facts.syscall_numbers import Machine
    from hardhull.learn.maps import Maps


class Recording(NamedTuple):
    """What the kernel had recorded at one moment.

    Attributes:
        maps: as they were read.
        machine: architectures of the kernel.
        room: entries that fit into one map.
    """

    maps: Maps
    machine: Machine
    room: int

    def of(self, where: Namespace) -> dict[str, Any]:
        """The fields of a Run for one mount namespace, ``incomplete`` among them."""
        reasons = self._losses(self._family(where))
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
        losses = self._losses(self._family(host))
        return {**fields, "incomplete": (*losses, "it ended before its mounts could be seen")}

    def denied(self, where: Namespace | str) -> list[Denial]:
        """What a seccomp filter denied, in the order of time: what was denied first is no consequence of the others.

        Args:
            where: the mount namespace, or the host name of newcomers.
        """
        return self._readout(where).denied()

    def _numbered(self, where: Namespace) -> list[int]:
        """The kernel's unique numbers of the namespaces that had a number in turn."""
        return [key[0] for key, number in self.maps.maps.get("ns", {}).items() if number == where.number]

    def _ident(self, where: Namespace) -> int:
        """That of the one that is meant."""
        return where.ident if where.ident is not None else max(self._numbered(where), default=where.number)

    def _family(self, where: Namespace | str) -> tuple[int, ...]:
        """The numbers of a namespace, or of newcomers, and of all that were made from within."""
        if isinstance(where, Namespace):
            return family(self.maps, self._ident(where))
        entered = {key[0] for key in self.maps.maps["sys"] if key[1]}
        ours = {ident for ident in entered if self.maps.maps["host"].get((ident,)) == where}
        return tuple(sorted({each for ident in ours for each in family(self.maps, ident)}))

    def _readout(self, where: Namespace | str) -> Readout:
        namespace = where if isinstance(where, Namespace) else Namespace(0, None, (), "")
        return Readout(self.maps, self._family(where), namespace, self.machine)

    def _losses(self, idents: tuple[int, ...]) -> list[str]:
        """What makes a workload incomplete: what it has lost itself. What others have lost does not."""
        found = [self._loss(what) for what in self.maps.losses(idents)]
        if self.maps.lost:
            found.append(f"{self.maps.lost} entries were lost, nobody knows whose")
        return found

    def _loss(self, what: str) -> str:
        if what == "groups":
            return MANY_GROUPS
        if what == "threads":
            return f"there were more than {self.room} threads at a time"
        return f"the map {what} was full ({self.room} entries)"
