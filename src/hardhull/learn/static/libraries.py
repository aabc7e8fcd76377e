"""Where a program's loader finds its libraries."""

from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import dirname, join
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.learn.static.elf import Elf
    from hardhull.learn.static.files import Files

_TRIPLETS: Final = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
_NAMES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_MOST_LINES: Final = 1000


class Libraries:
    """The folders in which libraries of a root file system are looked for.

    Args:
        files: the root file system.
        arch: Go's name of the architecture.
    """

    def __init__(self, files: Files, arch: str) -> None:
        self._files = files
        self._known: dict[str, str | None] = {}
        self._named: dict[str, str | None] = {}
        triplet = _TRIPLETS[arch]
        configured = [*_configured(files, "/etc/ld.so.conf", 0), *_musl(files, arch)]
        usual = [f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
        self._folders = tuple(dict.fromkeys([*configured, *usual]))
        self._triplet = triplet

    def find(self, name: str, elf: Elf, path: str) -> str | None:
        """The path, without links, of the library that a file asks for; None where there is none.

        Args:
            name: as it is asked for.
            elf: who asks.
            path: where that one is.
        """
        if "/" in name:
            return self._there(join(dirname(path), name))
        own = (join(self._placed(folder, path), name) for folder in elf.runpath)
        return self._first(own) or self._usual(name) or self._there(join(dirname(path), name))

    def _first(self, candidates: Iterable[str]) -> str | None:
        return next(filter(None, map(self._there, candidates)), None)

    def _usual(self, name: str) -> str | None:
        """Where it is for all that have no folders of their own: asked for once."""
        if name not in self._named:
            self._named[name] = self._first(join(folder, name) for folder in self._folders)
        return self._named[name]

    def _there(self, candidate: str) -> str | None:
        """The path without links, where there is a file."""
        if candidate not in self._known:
            found = self._files.follow(candidate)
            self._known[candidate] = found if self._files.exists(found) else None
        return self._known[candidate]

    def _placed(self, folder: str, path: str) -> str:
        for word, value in (("ORIGIN", dirname(path)), ("LIB", f"lib/{self._triplet}"), ("PLATFORM", "")):
            folder = folder.replace(f"${{{word}}}", value).replace(f"${word}", value)
        return folder if folder.startswith("/") else join(dirname(path), folder)


def _configured(files: Files, path: str, depth: int) -> Iterator[str]:
    """Folders in ``ld.so.conf`` and the files that it includes."""
    text = (files.read(path, 1 << 20) or b"").decode("utf-8", "surrogateescape")
    for line in text.splitlines()[:_MOST_LINES]:
        words = line.partition("#")[0].split()
        if words[:1] == ["include"] and len(words) > 1 and depth < 3:
            folder, pattern = dirname(join("/etc", words[1])), words[1].rpartition("/")[2]
            for name in files.names(folder)[:_MOST_LINES]:
                if fnmatchcase(name, pattern):
                    yield from _configured(files, join(folder, name), depth + 1)
        elif words and words[0].startswith("/"):
            yield words[0]


def _musl(files: Files, arch: str) -> list[str]:
    text = (files.read(f"/etc/ld-musl-{_NAMES[arch]}.path", 1 << 16) or b"").decode("utf-8", "surrogateescape")
    return [folder for folder in text.replace(":", "\n").split() if folder.startswith("/")]
