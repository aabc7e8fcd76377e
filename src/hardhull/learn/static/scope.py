"""A program with its libraries: those it is linked with, and those that it loads while it runs."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from hardhull.learn.static.libraries import Libraries
from hardhull.learn.static.programs import loaded_by
from hardhull.learn.static.reach import Node
from hardhull.learn.static.symbols import Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.learn.static.files import Files
    from hardhull.learn.static.part import Part
    from hardhull.learn.static.reach import Program


class Scope:
    """One program.

    Args:
        program: where its files are put.
        first: the program.
        image: where its libraries are looked for.
        loaded: libraries that were seen mapped; None where nobody looked.

    Attributes:
        seen: whether somebody looked.
    """

    def __init__(self, program: Program, first: Part, image: Image, loaded: Iterable[str] | None) -> None:
        self.first, self._program, self._image = first, program, image
        self.seen = loaded is not None
        self._mapped = set(loaded or ())
        self._number = len(program.scopes)
        program.scopes.append({})
        self._index: dict[str, int] = {}
        self._named: set[str] = set()
        self._take(first)

    def _take(self, part: Part) -> None:
        """Puts a part into the scope, with all it needs, breadth first as the loader does."""
        waiting = [part]
        while waiting:
            each = waiting.pop(0)
            if each.path not in self._index:
                self._index[each.path] = self._program.add(self._number, each)
                waiting += self._image.needed(each)

    def __contains__(self, part: Part) -> bool:
        """Whether a part is loaded by this program."""
        return part.path in self._index

    def load(self) -> bool:
        """Takes libraries that are loaded at run time, as far as their names are known by now; whether any was new.

        Whatever one of them offers may be asked for by name. What was linked before stays as it is: from that, code
        asks for what it knows by name.
        """
        order = self._program.scopes[self._number]
        found = {name for index, name in self._program.names if index in order}
        names = found | self._image.configured(self._program.parts[index] for index in order) | self._mapped
        later = [self._image.library(name, self.first) for name in sorted(names - self._named)]
        self._named |= names
        new = [each for each in later if each and each.path not in self._index]
        for each in new:
            self._take(each)
            self._program.offer(self._index[each.path])
        return bool(new)

    def further(self, part: Part) -> bool:
        """Whether a part may load libraries that are not in the scope: by a name in it, or one that nobody knows."""
        if not self.seen and part.loads and not self.loads():
            return True
        paths = (self._image.place(name, self.first) for name in {*part.shared.libraries.values()} - self._named)
        return any(path is not None and path not in self._index for path in paths)

    def loads(self) -> bool:
        """Whether code that is reached asks for libraries by a name; the C library's own use of that is known."""
        program = self._program
        order = program.scopes[self._number]
        callers = (
            caller
            for index, symbol in program.resolve(self._index[self.first.path], Name("dlopen", ""))
            for caller, _slot in program.callers.get(Node(index, symbol.value), ())
        )
        names = (basename(program.parts[caller.binary].path) for caller in callers if caller.binary in order)
        return any(not name.startswith(("libc.", "libc-", "ld-")) for name in names)


class Image:
    """The programs and libraries of a root file system, each read once.

    Args:
        files: the root file system.
        read: gives the part at a path without links; None where there is none.
        missing: is told what is not there.
    """

    def __init__(self, files: Files, read: Callable[[str], Part | None], missing: Callable[[str], None]) -> None:
        self._files, self._read, self._missing = files, read, missing
        self._libraries: dict[str, Libraries] = {}
        self._needed: dict[str, list[Part]] = {}
        self._configured: dict[str, tuple[str, ...]] = {}
        self._places: dict[tuple[str, str], str | None] = {}

    def _search(self, arch: str) -> Libraries:
        if arch not in self._libraries:
            self._libraries[arch] = Libraries(self._files, arch)
        return self._libraries[arch]

    def needed(self, part: Part) -> list[Part]:
        """What a file is linked with, and its loader."""
        elf = part.elf
        if part.path not in self._needed:
            found: list[Part] = []
            self._needed[part.path] = found
            for name in (*elf.needed, *([elf.interpreter] if elf.interpreter else [])):
                path = self._search(elf.arch).find(name, elf, part.path)
                library = self._read(path) if path else None
                if library is None:
                    self._missing(f"{part.path} needs {name}, which was not found")
                elif library.elf.arch == elf.arch:
                    found.append(library)
        return self._needed[part.path]

    def configured(self, parts: Iterable[Part]) -> set[str]:
        """Names and paths of what libraries load by their configuration."""
        found: set[str] = set()
        for part in parts:
            if part.path not in self._configured:
                library = part.elf.soname or basename(part.path)
                self._configured[part.path] = tuple(loaded_by(self._files, library, part.path))
            found.update(self._configured[part.path])
        return found

    def library(self, name: str, first: Part) -> Part | None:
        """A library that a program loads by its name, or its path; None where the image does not have it."""
        path = self.place(name, first)
        return self._read(path) if path else None

    def place(self, name: str, first: Part) -> str | None:
        """Where such a library is, without links."""
        key = (name, first.path)
        if key not in self._places:
            if name.startswith("/"):
                path = self._files.follow(name)
                self._places[key] = path if self._files.exists(path) else None
            else:
                self._places[key] = self._search(first.elf.arch).find(name, first.elf, first.path)
        return self._places[key]
