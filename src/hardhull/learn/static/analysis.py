"""The static pass: from the programs of an image to the system calls that they can make.

    analyse(Folder("/proc/1234/root"), ["/usr/sbin/nginx"]).syscalls

Each program is taken with its loader, the libraries it needs and those it loads later, as its loader would put them
together; what can be reached in it is followed, and the numbers at the places that make system calls are looked for.
"""

from __future__ import annotations

import gc
import time
from hashlib import sha256
from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.profile import Analysed, StaticCall, StaticPass
from hardhull.facts.syscall_numbers import numbers
from hardhull.learn.static import bounds
from hardhull.learn.static.binary import Binary
from hardhull.learn.static.elf import Elf, ElfError
from hardhull.learn.static.libraries import Libraries
from hardhull.learn.static.numbers import made
from hardhull.learn.static.programs import behind, interpreter, loaded_by, started
from hardhull.learn.static.reach import Node, Program
from hardhull.learn.static.symbols import Name
from hardhull.learn.static.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.learn.static.files import Files
    from hardhull.learn.static.ground import Ground

RESTARTED: Final = frozenset({"nanosleep", "clock_nanosleep", "poll", "futex", "ppoll"})
"""Calls that the kernel resumes, after a signal, through ``restart_syscall`` (signal(7), restart_syscall(2))."""
_CALLING: Final = ("libc.", "ld-")
"""Libraries that are followed in any case: little of them is reached, and nearly all calls are made there."""
_ROUNDS: Final = 10
"""How often libraries that were found by name may name further ones."""
_OFTEN, _SELDOM = 256, 32
_MOST_REASONS: Final = 50


def _plainest(call: StaticCall) -> tuple[bool, StaticCall]:
    """Places with a name first, then in order, so that equal images give equal results."""
    return call.function.startswith("the function at"), call


class _Found(NamedTuple):
    """A binary of the image and where it is."""

    path: str
    binary: Ground


def analyse(
    files: Files,
    programs: Iterable[str],
    loaded: Mapping[str, Iterable[str]] | None = None,
    image: str = "",
) -> StaticPass:
    """The system calls that programs of a root file system can make.

    Args:
        files: the root file system.
        programs: paths of what is started there: the entry point, and what a recording saw executed.
        loaded: libraries that were seen mapped, by the path of the program that had them.
        image: its digest, for the result.
    """
    collecting = gc.isenabled()
    gc.disable()  # a million small records that stay until the end are gone through again and again for nothing
    try:
        return _Pass(files, loaded or {}).run(programs, image)
    finally:
        if collecting:
            gc.enable()


class _Pass:
    """One pass, and what it found so far."""

    def __init__(self, files: Files, loaded: Mapping[str, Iterable[str]]) -> None:
        self._files = files
        self._loaded = loaded
        self._followed = self._asked = 0
        self._ended = False
        self._begun = time.process_time()
        self._found: dict[str, _Found | None] = {}
        self._libraries: dict[str, Libraries] = {}
        self._calls: dict[tuple[str, str], StaticCall] = {}
        self._unresolved: dict[str, set[int]] = {}
        self._incomplete: dict[str, None] = {}

    def run(self, programs: Iterable[str], image: str) -> StaticPass:
        begin = self._programs(programs)
        for each in begin:
            self._program(each)
        self._kernel()
        seconds = time.process_time() - self._begun
        binaries = (
            Analysed(each.path, each.binary.digest, len(self._unresolved.get(each.path, ())))
            for each in self._found.values()
            if each
        )
        reasons = tuple(self._incomplete)[:_MOST_REASONS]
        names = tuple(each.path for each in begin)
        return StaticPass(
            image, names, round(seconds, 3), reasons, frozenset(self._calls.values()), frozenset(binaries)
        )

    def _in_time(self) -> bool:
        self._asked += 1
        if self._asked > _OFTEN and self._asked % _SELDOM:  # the kernel takes long to tell
            return not self._ended
        if time.process_time() - self._begun < bounds.SECONDS:
            return True
        self._ended = True
        self._missing(f"the analysis took longer than {bounds.SECONDS:.0f} s and was ended")
        return False

    def _missing(self, why: str) -> None:
        self._incomplete.setdefault("".join(char if char.isprintable() else "?" for char in why)[:300])

    def _programs(self, names: Iterable[str]) -> list[_Found]:
        """The programs that are started, those that run scripts among them."""
        found: dict[str, _Found] = {}
        for name in dict.fromkeys(names):
            path = started(self._files, name)
            for _ in range(3):  # a script may be run by a script
                head = self._files.head(path) if path else b""
                words = interpreter(head)
                if not words or path is None:
                    break
                path = behind(self._files, words)
            if path is None:
                self._missing(f"{name} was not found, or what runs it was not")
                continue
            each = self._read(path)
            if each:
                found[each.path] = each
        return [found[path] for path in sorted(found)]

    def _read(self, path: str) -> _Found | None:
        """The binary at a path without links; None where there is none that can be analysed, which is then told."""
        if path not in self._found:
            self._found[path] = self._opened(path) if self._in_time() else None
        return self._found[path]

    def _opened(self, path: str) -> _Found | None:
        if len(self._found) >= bounds.BINARIES:
            self._missing(f"there are more than {bounds.BINARIES} programs and libraries")
            return None
        data = self._files.read(path)
        if data is None:
            self._missing(f"{path} cannot be read, or has more than {bounds.FILE_BYTES >> 20} MB")
            return None
        try:
            binary = self._ground(Elf(data), sha256(data).hexdigest())
        except ElfError as error:
            self._missing(f"{path} was not analysed: {error}")
            return None
        if not binary.whole and binary.functions.cut:
            self._missing(f"{path}: {binary.functions.cut}")
        return _Found(path, binary)

    def _ground(self, elf: Elf, digest: str) -> Ground:
        """A binary, followed function by function as far as that is bounded; of a Go program all is reached anyway."""
        size = sum(high - low for low, high in elf.code)
        fits = elf.soname.startswith(_CALLING) or self._followed + size <= bounds.FOLLOWED_BYTES
        if elf.arch == "amd64" and (not fits or elf.section(".gopclntab")):
            return Whole(elf, digest)
        self._followed += size
        return Binary(elf, digest)

    def _program(self, first: _Found) -> None:
        program, scope = Program(), list[_Found]()
        self._take(program, scope, [first])
        named: set[str] = set()
        for _ in range(_ROUNDS):
            program.walk(self._in_time)
            names = program.names | self._configured(scope) | set(self._loaded.get(first.path, ()))
            later = [self._named(name, first) for name in sorted(names - named)]
            named |= names
            if not self._load(program, scope, [each for each in later if each]):
                break
        if first.path not in self._loaded and self._loads(program, scope):
            self._missing(f"{first.path} may load further libraries while it runs, and nobody looked which it had")
        self._count(program, scope)

    @staticmethod
    def _loads(program: Program, scope: list[_Found]) -> bool:
        """Whether code that is reached asks for libraries by a name; the C library's own use of that is known."""
        found = program.resolve(Name("dlopen", ""))
        callers = program.callers.get(Node(found[0], found[1].value), ()) if found else ()
        names = (basename(scope[caller.binary].path) for caller, _slot in callers)
        return any(not name.startswith(("libc.", "libc-", "ld-")) for name in names)

    def _library(self, path: str) -> _Found | None:
        placed = self._files.follow(path)
        return self._read(placed) if self._files.exists(placed) else None

    def _named(self, name: str, first: _Found) -> _Found | None:
        """A library that is loaded by its name, or its path; None where the image does not have it."""
        path = name if name.startswith("/") else self._search(first).find(name, first.binary.elf, first.path)
        return self._library(path) if path else None

    def _search(self, first: _Found) -> Libraries:
        arch = first.binary.elf.arch
        if arch not in self._libraries:
            self._libraries[arch] = Libraries(self._files, arch)
        return self._libraries[arch]

    def _load(self, program: Program, scope: list[_Found], later: list[_Found]) -> bool:
        """Puts libraries that are loaded at run time into a scope; whether any was new there.

        Whatever one of them offers may be asked for by name. What was linked before stays as it is: from that, code
        asks for what it knows by name.
        """
        new = [each for each in later if each not in scope]
        for each in new:
            self._take(program, scope, [each])
            program.enter(scope.index(each), each.binary.offered())
        return bool(new)

    def _take(self, program: Program, scope: list[_Found], wanted: list[_Found]) -> None:
        """Puts binaries into a scope, with all they need, breadth first as the loader does."""
        while wanted:
            each = wanted.pop(0)
            if each not in scope:
                scope.append(each)
                program.enter(program.add(each.binary), each.binary.roots())
                wanted += self._needed(each, scope[0])

    def _needed(self, each: _Found, first: _Found) -> list[_Found]:
        elf = each.binary.elf
        found = []
        for name in (*elf.needed, *([elf.interpreter] if elf.interpreter else [])):
            path = self._search(first).find(name, elf, each.path)
            library = self._read(path) if path else None
            if library is None:
                self._missing(f"{each.path} needs {name}, which was not found")
            elif library.binary.elf.arch == elf.arch:
                found.append(library)
        return found

    def _configured(self, scope: list[_Found]) -> set[str]:
        return {
            name
            for each in scope
            for name in loaded_by(self._files, each.binary.elf.soname or basename(each.path), each.path)
        }

    def _count(self, program: Program, scope: list[_Found]) -> None:
        """Keeps the calls that a program can make."""
        for each in made(program, self._in_time):
            path, binary = scope[each.node.binary]
            table = numbers(binary.elf.arch)
            for number in each.numbers:
                if number in table:
                    call = StaticCall(binary.elf.arch, table[number], path, binary.called(each.node.address))
                    key = (call.arch, call.name)
                    self._calls[key] = min(call, self._calls.get(key, call), key=_plainest)
            if each.unknown or not each.numbers <= table.keys():
                self._unresolved.setdefault(path, set()).add(each.place)

    def _kernel(self) -> None:
        """Calls that the kernel makes in a program's name, or its code in every process (vDSO) does."""
        if ("arm64", "rt_sigaction") in self._calls:
            why = "the kernel's own code in every process ends a signal's handler with it"
            self._calls.setdefault(("arm64", "rt_sigreturn"), StaticCall("arm64", "rt_sigreturn", "", why))
        for arch, name in list(self._calls):
            if name in RESTARTED:
                why = "the kernel resumes an interrupted sleep through it"
                self._calls.setdefault((arch, "restart_syscall"), StaticCall(arch, "restart_syscall", "", why))
