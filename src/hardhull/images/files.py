"""The files of one layer, held in columns: a layer may have a million of them."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from hardhull.images.tarwalk import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (("modes", "H"), ("uids", "Q"), ("gids", "Q"), ("sizes", "Q"))


class Files:
    """Entries in the order of the layer; a path may come twice, and the last one counts."""

    __slots__ = ("_gids", "_kinds", "_links", "_modes", "_paths", "_sizes", "_uids", "sums")

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._kinds = bytearray()
        self._modes, self._uids, self._gids, self._sizes = (array(code) for _name, code in COLUMNS)
        self._links: dict[int, str] = {}
        self.sums = array("I")
        """Checksums of the contents as they were read; all 0 for what :meth:`of` made."""

    def add(self, entry: Entry) -> None:
        """One more file."""
        path, kind, mode, uid, gid, size, link = entry
        if link:
            self._links[len(self._paths)] = link
        self._paths.append(path)
        self._kinds.append(ord(kind))
        self._modes.append(mode)
        self._uids.append(uid)
        self._gids.append(gid)
        self._sizes.append(size)
        self.sums.append(0)

    def sum_up(self, check: int) -> None:
        """The checksum of the file that was added last."""
        self.sums[-1] = check

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Entry]:
        links = self._links
        rows = zip(self._paths, self._kinds, self._modes, self._uids, self._gids, self._sizes, strict=True)
        for at, (path, kind, mode, uid, gid, size) in enumerate(rows):
            yield Entry(path, chr(kind), mode, uid, gid, size, links.get(at, ""))

    @property
    def kinds(self) -> Iterator[tuple[str, str]]:
        """Path and kind of every entry, which is all that most ask for."""
        return zip(self._paths, self._kinds.decode(), strict=True)

    @property
    def paths(self) -> list[str]:
        """The paths alone."""
        return self._paths

    @property
    def sizes(self) -> Iterator[tuple[str, str, int]]:
        """Path, kind and size of every entry."""
        return zip(self._paths, self._kinds.decode(), self._sizes, strict=True)

    def with_bits(self, bits: int) -> Iterator[Entry]:
        """The entries whose mode has one of these bits."""
        for at, mode in enumerate(self._modes):
            if mode & bits:
                kind, size = chr(self._kinds[at]), self._sizes[at]
                yield Entry(self._paths[at], kind, mode, self._uids[at], self._gids[at], size, self._links.get(at, ""))

    @property
    def hard_links(self) -> Iterator[tuple[str, str]]:
        """Path and target of every hard link."""
        return ((self._paths[at], link) for at, link in self._links.items() if self._kinds[at] == ord("h"))

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        numbers = {name: list(getattr(self, f"_{name}")) for name, _code in COLUMNS}
        links = [[at, link] for at, link in self._links.items()]
        return {"paths": self._paths, "kinds": self._kinds.decode(), "links": links, **numbers}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Files:
        """What :meth:`plain` made.

        Raises:
            ValueError, TypeError, KeyError, OverflowError: it did not.
        """
        made = cls()
        made._paths = plain["paths"]
        made._kinds = bytearray(plain["kinds"].encode())
        for name, code in COLUMNS:
            setattr(made, f"_{name}", array(code, plain[name]))
        made._links = {int(at): str(link) for at, link in plain["links"]}
        made.sums = array("I", bytes(4 * len(made._paths)))
        lengths = {len(made._paths), len(made._kinds), *(len(plain[name]) for name, _code in COLUMNS)}
        if len(lengths) != 1 or any(not 0 <= at < len(made._paths) for at in made._links):
            raise ValueError("columns of different lengths")
        return made
