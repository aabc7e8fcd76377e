"""The static pass: from the programs of an image to the system calls that they can make.

    analyse(Folder("/proc/1234/root"), ["/usr/sbin/nginx"]).syscalls

Each program is taken with its loader, the libraries it needs and those it loads later, as its loader would put them
together; what can be reached in it is followed, and the numbers at the places that make system calls are looked for.
"""

from __future__ import annotations

import gc
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from hardhull.facts.profile import Analysed, StaticCall, StaticPass
from hardhull.facts.syscall_numbers import numbers
from hardhull.learn.static import bounds
from hardhull.learn.static.choice import Choice, calls
from hardhull.learn.static.elf import Elf, ElfError
from hardhull.learn.static.part import Part
from hardhull.learn.static.programs import behind, interpreter, started
from hardhull.learn.static.reach import Program
from hardhull.learn.static.scope import Image, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.learn.static.choice import Call
    from hardhull.learn.static.files import Files
    from hardhull.learn.static.numbers import Made

RESTARTED: Final = frozenset({"nanosleep", "clock_nanosleep", "poll", "futex", "ppoll"})
"""Calls that the kernel resumes, after a signal, through ``restart_syscall`` (signal(7), restart_syscall(2))."""
_ROUNDS: Final = 10
"""How often libraries that were found by name may name further ones."""
_OFTEN, _SELDOM = 256, 128
_MOST_REASONS: Final = 50


def _plainest(call: StaticCall) -> tuple[bool, StaticCall]:
    """Places with a name first, then in order, so that equal images give equal results."""
    return call.function.startswith("the function at"), call


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
        self._asked = 0
        self._ended = False
        self._begun = time.process_time()
        self._found: dict[str, Part | None] = {}
        self._image = Image(files, self._read, self._missing)
        self._scopes: list[Scope] = []
        self._calls: dict[Call, StaticCall] = {}
        self._unresolved: dict[str, set[int]] = {}
        self._incomplete: dict[str, None] = {}

    def run(self, programs: Iterable[str], image: str) -> StaticPass:
        begin = self._programs(programs)
        self._follow(begin)
        self._kernel()
        seconds = time.process_time() - self._begun
        binaries = (
            Analysed(each.path, each.digest, len(self._unresolved.get(each.path, ())))
            for each in self._found.values()
            if each
        )
        reasons = tuple(self._incomplete)[:_MOST_REASONS]
        names = tuple(each.path for each in begin)
        return StaticPass(
            image, names, round(seconds, 3), reasons, frozenset(self._calls.values()), frozenset(binaries)
        )

    def in_time(self) -> bool:
        """Whether there is time left."""
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

    def _programs(self, names: Iterable[str]) -> list[Part]:
        """The programs that are started, those that run scripts among them."""
        found: dict[str, Part] = {}
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

    def _read(self, path: str) -> Part | None:
        """The binary at a path without links; None where there is none that can be analysed, which is then told."""
        if path not in self._found:
            self._found[path] = self._opened(path) if self.in_time() else None
        return self._found[path]

    def _opened(self, path: str) -> Part | None:
        if len(self._found) >= bounds.BINARIES:
            self._missing(f"there are more than {bounds.BINARIES} programs and libraries")
            return None
        data = self._files.read(path)
        if data is None:
            self._missing(f"{path} cannot be read, or has more than {bounds.FILE_BYTES >> 20} MB")
            return None
        try:
            return Part(path, Elf(data), sha256(data).hexdigest())
        except ElfError as error:
            self._missing(f"{path} was not analysed: {error}")
            return None

    def _follow(self, begin: list[Part]) -> None:
        """Finds out what of the programs is reached: first what is known of all, then what may add to it."""
        program = Program()
        choice = Choice(program, self)
        self._scopes = [Scope(program, each, self._image, self._loaded.get(each.path)) for each in begin]
        for each in self._scopes:
            each.load()
        for _ in range(_ROUNDS):
            choice.begin(begin)
            choice.settle()
            if not sum(each.load() for each in self._scopes):
                break
        choice.begin(begin)
        choice.settle()
        self._told(program, choice)

    def _told(self, program: Program, choice: Choice) -> None:
        """Keeps what is left open."""
        for part, binary in zip(program.parts, program.binaries, strict=True):
            if binary and not binary.whole and binary.functions.cut:
                self._missing(f"{part.path}: {binary.functions.cut}")
        for part, place in choice.unresolved():
            self._unresolved.setdefault(part.path, set()).add(place)
        for each in self._scopes:
            if not each.seen and each.loads():
                why = "may load further libraries while it runs, and nobody looked which it had"
                self._missing(f"{each.first.path} {why}")

    def known(self, call: Call) -> bool:
        """Whether a call is made anyway."""
        return call in self._calls

    def further(self, part: Part) -> bool:
        """Whether a part may load libraries that a program of its has not."""
        return any(each.further(part) for each in self._scopes if part in each)

    def needs(self, part: Part) -> frozenset[str]:
        """Paths of the other files that one is linked with."""
        return frozenset(each.path for each in self._image.needed(part) if each is not part)

    def count(self, program: Program, made: Made) -> None:
        """Keeps the calls that a place can make."""
        part, binary = program.parts[made.node.binary], program.at(made.node)
        for arch, name in calls(program, made):
            call = StaticCall(arch, name, part.path, binary.called(made.node.address))
            self._calls[arch, name] = min(call, self._calls.get((arch, name), call), key=_plainest)
        if made.unknown or not made.numbers <= numbers(binary.elf.arch).keys():
            self._unresolved.setdefault(part.path, set()).add(made.place)

    def _kernel(self) -> None:
        """Calls that the kernel makes in a program's name, or its code in every process (vDSO) does."""
        if ("arm64", "rt_sigaction") in self._calls:
            why = "the kernel's own code in every process ends a signal's handler with it"
            self._calls.setdefault(("arm64", "rt_sigreturn"), StaticCall("arm64", "rt_sigreturn", "", why))
        for arch, name in list(self._calls):
            if name in RESTARTED:
                why = "the kernel resumes an interrupted sleep through it"
                self._calls.setdefault((arch, "restart_syscall"), StaticCall(arch, "restart_syscall", "", why))
