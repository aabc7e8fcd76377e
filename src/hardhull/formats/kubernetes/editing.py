"""The changing of one container: keys are set and removed in it, in its pod and in its object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.block import Block
from hardhull.formats.kubernetes.container import place_of
from hardhull.formats.kubernetes.site import Stands
from hardhull.formats.kubernetes.values import is_null
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.draft import SharedError
from hardhull.text.tree.plain import Style, entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.facts.workload import Workload
    from hardhull.formats.kubernetes.site import Stand
    from hardhull.model.field import Field
    from hardhull.model.source import Place
    from hardhull.text.draft import Drafts
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain

Path = tuple[str, ...]
SECURITY = "securityContext"
_STYLE = Style()


class Editing:
    """One container that is being changed.

    Attributes:
        fact: as it was read.
        wish: what is wanted, as other containers of the pod may want it too.
        stand: where it stands.
        tree: of its file.
        container: its mapping; likewise ``pod`` (the spec), ``template`` and ``thing`` (the whole object).
    """

    def __init__(self, fact: Workload, drafts: Drafts, wish: object = None) -> None:
        self.fact = fact
        self.drafts = drafts
        self.wish = wish
        stands = Stands.of(fact.place.source, drafts)
        self.stand: Stand = stands.container(fact.place)
        self.tree = stands.tree
        self.container = self.stand.container
        self.pod = self.stand.pod
        self.template = self.stand.template
        self.thing = self.stand.thing.node
        for mapping in (self.container, self.pod, self.template, self.thing):
            self.tree.keeps(mapping)

    # ---- looking --------------------------------------------------------------------------------------------------

    def node(self, base: Mapping, path: Path) -> Node | None:
        """What stands at a path; None where nothing or null does."""
        found: Node | None = base
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
            if found is None or is_null(found):
                return None
        return found

    def sequence(self, base: Mapping, path: Path) -> Sequence:
        """The list at a path.

        Raises:
            UnwritableError: there is none.
        """
        found = self.node(base, path)
        if not isinstance(found, Sequence):
            raise UnwritableError(f"{path[-1]} is no list")
        return found

    def going(self, base: Mapping, path: Path) -> bool:
        """Whether another change takes or replaces what stands at a path."""
        above = self.node(base, path[:-1]) if path[1:] else base
        if not isinstance(above, Mapping):
            return False
        return any(one.name == path[-1] and self.tree.leaves(above, at) for at, one in enumerate(above.entries))

    def containers(self) -> Iterator[Mapping]:
        """All containers of the pod."""
        for key in ("initContainers", "containers", "ephemeralContainers"):
            found = self.pod.get(key)
            for item in found.items if isinstance(found, Sequence) else ():
                if isinstance(item, Mapping):
                    yield item

    def holder(self, path: Path) -> Mapping:
        """Where a setting that both a container and its pod can have is changed.

        That is where it stands, if nobody else is concerned: at the container; at the pod, if every other container
        that inherits it from there is to get the same. Else it is the container, whose own value goes before the pod's.
        """
        if self.node(self.container, path) is not None or self.node(self.pod, path) is None:
            return self.container
        heirs = (one for one in self.containers() if one is not self.container and self.node(one, path) is None)
        agreed = all(self.drafts.is_asked(self._place(one), self.wish) for one in heirs)
        return self.pod if agreed else self.container

    def _place(self, container: Mapping) -> Place:
        return place_of(Block(self.fact.place.source, container))

    # ---- changing -------------------------------------------------------------------------------------------------

    def set(self, base: Mapping, path: Path, value: Plain) -> None:
        """The value at a path becomes this one.

        Raises:
            UnwritableError: with a snippet; the tree cannot do it exactly.
        """
        self._try(lambda: self.tree.set(base, path, value), base, path, value)
        self._tell(base, path[0])

    def append(self, base: Mapping, path: Path, item: Plain) -> None:
        """The list at a path gets one more item."""
        self._try(lambda: self.tree.append(base, path, item), base, path, [item])
        self._tell(base, path[0])

    def clear(self, base: Mapping, path: Path, instead: Plain = None) -> None:
        """The key at the end of a path goes, and what became empty above it.

        Args:
            base: where the path begins.
            path: keys.
            instead: what says the same where the key comes from a merge key, so that it cannot go.
        """
        if self.node(base, path) is None:
            return
        if self._merged(base, path):
            if instead is None:
                raise SharedError(f"{path[-1]} comes from a merge key (<<), which others share", [])
            self.set(base, path, instead)
            return
        self._try(lambda: self.tree.remove(base, path), base, path, None)
        self._tell(base, path[0])

    def put(self, node: Node, value: Plain) -> None:
        """A value that stands there becomes another one."""
        self.tree.put(node, value)

    def take(self, base: Mapping, path: Path, index: int) -> None:
        """An item leaves the list at a path."""
        self.tree.take_item(self.sequence(base, path), index)
        self._tell(base, path[0])

    def item(self, base: Mapping, path: Path, place: Field[Any]) -> tuple[int, Node]:
        """The item of the list at a path in which a field stands.

        Raises:
            UnwritableError: it stands elsewhere.
        """
        start, end = place.place.span
        for index, node in enumerate(self.sequence(base, path).items):
            if node.start <= start and end <= node.end:
                return index, node
        raise UnwritableError(f"it does not stand in {path[-1]}")

    def _merged(self, base: Mapping, path: Path) -> bool:
        """Whether a key on the way is brought by a merge key."""
        node: Node | None = base
        for key in path:
            if not isinstance(node, Mapping) or all(one.name != key for one in node.entries):
                return True
            node = node.get(key)
        return False

    def _try(self, act: Callable[[], None], base: Mapping, path: Path, value: Plain) -> None:
        try:
            act()
        except UnwritableError as error:
            if not error.snippet and value is not None:
                error.snippet = self._snippet(base, path, value)
            raise

    def _snippet(self, base: Mapping, path: Path, value: Plain) -> str:
        for key in reversed(path[1:]):
            value = {key: value}
        lines = entry(path[0], value, 0, _STYLE)
        if base is self.pod and base is not self.thing:
            lines.insert(0, "# in the spec of the pod")
        return "\n".join(lines)

    def _tell(self, base: Mapping, key: str) -> None:
        """Says it where a change concerns other containers too."""
        if base is not self.pod or key in {"volumes", SECURITY}:
            return
        names = [text_of(one.get("name")) or "" for one in self.containers() if one is not self.container]
        if names:
            others = ", ".join(names)
            self.drafts.note(f"{key} is a setting of the whole pod: it also counts for {others}", names)


def text_of(node: Node | None) -> str | None:
    """The text of a scalar; None for anything else."""
    return node.text if isinstance(node, Scalar) else None
