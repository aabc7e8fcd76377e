"""Having a workload read its configuration again, where it is known how: a person says so, or its package does.

Packages for systemd say it as ``ExecReload`` of their unit (systemd.service(5)); Debian's and others leave the units in
their images. Nothing is guessed: HUP means reload to some programs and the end to others.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import tarfile
from contextlib import suppress
from pathlib import Path
from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.run import execute, processes
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.run.world import World

UNITS: Final = ("/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system")
SECONDS: Final = 30.0
ASKED: Final = "as asked"
_MOST_BYTES: Final = 8 << 20
_PREFIXES: Final = "-@:+!"
"""What may stand before a command of a unit (systemd.service(5), "Command lines")."""
_SIGNAL: Final = re.compile(r"-(?:s=?)?(?:SIG)?([A-Z][A-Z0-9]*|\d+)")


class Reload(NamedTuple):
    """How a workload is reloaded.

    Attributes:
        words: a command inside, in which ``$MAINPID`` is the number of the main process; empty for a signal.
        signal: the name of a signal to the main process (``HUP``); empty for a command.
        program: the name of the program whose process is the main one; empty for the container's first process.
        origin: who says so.
    """

    words: tuple[str, ...]
    signal: str
    program: str
    origin: str

    @property
    def title(self) -> str:
        """What it is, for people."""
        what = f"signal {self.signal}" if self.signal else " ".join(self.words)
        return f"{what} ({self.origin})"


class Reloaded(NamedTuple):
    """What came of it.

    Attributes:
        way: how it was done.
        works: whether the command ended with 0, the main process is still there, and the checks pass.
        said: what the command wrote where it did not.
    """

    way: Reload
    works: bool
    said: str = ""

    @property
    def failed(self) -> bool:
        """Whether it did not work although a person said that it does; what a package says may be for another place."""
        return not self.works and self.way.origin == ASKED


def asked(text: str) -> Reload:
    """What a person says: the name of a signal (``HUP``, ``SIGHUP``), else a command inside.

    Raises:
        CannotRunError: it is neither.
    """
    name = text.strip().upper().removeprefix("SIG")
    if f"SIG{name}" in signal.Signals.__members__:
        return Reload((), name, "", ASKED)
    try:
        words = shlex.split(text)
    except ValueError as error:
        words, why = [], f"its command cannot be read ({error})"
    else:
        why = "it is empty"
    if not words:
        raise CannotRunError(Refusal("nothing is reloaded", why, "write a command, or a signal like HUP"))
    return Reload(tuple(words), "", "", ASKED)


def known(world: World, key: str) -> Reload | None:
    """What a unit in the container says of a program that runs in it; None where none does."""
    running = {pid: _program(pid) for pid in processes.of_container(world, key)}
    found = [each for each in _units(world, key) if each.program in running.values()]
    ways = {(each.words, each.signal, each.program): each for each in found}
    return next(iter(ways.values())) if len(ways) == 1 else None


def of_unit(text: str, name: str) -> Reload | None:
    """What one unit says: how the program that it starts is reloaded; None where it does not.

    Of several commands the last one counts: those before it try the configuration (``sshd -t``).
    """
    start, reload = "", ""
    for line in text.replace("\\\n", " ").splitlines():
        field, equals, value = line.strip().partition("=")
        if equals and field.strip() == "ExecStart" and value.strip():
            start = value
        elif equals and field.strip() == "ExecReload":
            reload = value
    try:
        started, words = (shlex.split(value.strip().lstrip(_PREFIXES)) for value in (start, reload))
    except ValueError:
        return None
    if not started or not words or ";" in words or any("%" in word for word in words):
        return None  # several commands, or what only systemd can fill in
    program, origin = basename(started[0]), f"ExecReload of {name}"
    if basename(words[0]) == "kill":
        sent = _SIGNAL.fullmatch("".join(words[1:-1])) if words[-1] in {"$MAINPID", "${MAINPID}"} else None
        return Reload((), _signal_name(sent[1]), program, origin) if sent and _signal_name(sent[1]) else None
    return Reload(tuple(words), "", program, origin)


def reload(world: World, key: str, way: Reload) -> Reloaded:
    """Does it. Whether the workload works afterwards is for its checks to say.

    Raises:
        APIError: the container does not run.
    """
    main = _main(world, key, way)
    if main is None:
        return Reloaded(way, works=False, said=f"no process of {way.program or key} runs")
    if way.signal:
        return _signalled(world, key, way, main)
    words = [_filled(word, main) for word in way.words]
    ran = execute.inside(world, world.ids[key], words, SECONDS)
    said = "" if ran.code == 0 else ran.output.decode("utf-8", "replace")[-300:] or f"it ended with {ran.code}"
    return Reloaded(way, works=ran.code == 0 and Path(f"/proc/{main}").exists(), said=said)


def _signalled(world: World, key: str, way: Reload, main: int) -> Reloaded:
    first = int(world.state(key)["Pid"])
    if main == first:
        world.client.kill(world.ids[key], f"SIG{way.signal}")
        return Reloaded(way, works=True)
    try:
        os.kill(main, getattr(signal, f"SIG{way.signal}"))
    except OSError as error:
        return Reloaded(way, works=False, said=f"the signal cannot be sent: {error.strerror}")
    return Reloaded(way, works=True)


def _main(world: World, key: str, way: Reload) -> int | None:
    """The main process as this machine numbers it: the first one, or the oldest of the program."""
    pids = processes.of_container(world, key)
    first = int(world.state(key)["Pid"])
    if not way.program:
        return first or None
    return next((pid for pid in pids if _program(pid) == way.program), None)


def _program(pid: int) -> str:
    """The name of the file that a process runs."""
    with suppress(OSError):
        return basename(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)"))  # noqa: PTH115  in its own root
    return ""


def _filled(word: str, main: int) -> str:
    """The word with the main process's number in its own namespace."""
    if "MAINPID" not in word:
        return word
    inside = str(main)
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{main}/status").read_text(encoding="utf-8", errors="replace").splitlines()
        inside = next(line for line in lines if line.startswith("NSpid:")).split()[-1]
    return word.replace("${MAINPID}", inside).replace("$MAINPID", inside)


def _signal_name(text: str) -> str:
    if text.isdigit():
        with suppress(ValueError):
            return signal.Signals(int(text)).name.removeprefix("SIG")
        return ""
    return text if f"SIG{text}" in signal.Signals.__members__ else ""


def _units(world: World, key: str) -> Iterator[Reload]:
    """The services of a container that say how they are reloaded."""
    from docker.errors import APIError

    seen: set[str] = set()
    for folder in UNITS:
        with suppress(APIError, tarfile.TarError):
            stream, _ = world.client.get_archive(world.ids[key], f"{folder}/.")
            data = b""
            for chunk in stream:
                data += chunk
                if len(data) > _MOST_BYTES:
                    break
            else:
                yield from _in_archive(data, seen)


def _in_archive(data: bytes, seen: set[str]) -> Iterator[Reload]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for entry in archive:
            name = basename(entry.name)
            file = archive.extractfile(entry) if entry.isfile() and name.endswith(".service") else None
            if file is not None and name not in seen:
                seen.add(name)
                way = of_unit(file.read(1 << 16).decode("utf-8", "replace"), name)
                if way is not None:
                    yield way
