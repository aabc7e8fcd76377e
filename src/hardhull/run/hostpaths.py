"""Paths of the host that a workload names: where they are, what is not touched, and copies of them as archives."""

from __future__ import annotations

import io
import os
import posixpath
import stat
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.run.written import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.facts.workload import Workload
    from hardhull.run.refusal import Refusal
    from hardhull.run.settings import Bounds, Settings

ROOT = ".hardhull"
"""The folder that archives unpack into: a volume is mounted there. An engine passes over an entry named ``.``."""
KERNEL = ("/proc", "/sys", "/dev")
"""What the kernel shows there cannot be copied, and writing to it changes the machine."""


class TooLargeError(Exception):
    """There is more than may be copied."""


class UncopiedError(Exception):
    """Something cannot be copied; the message is a sentence part."""


class Files(NamedTuple):
    """A copy: tar archive, whether the path was one file, and what was left out (sockets and devices)."""

    archive: bytes
    single: bool
    left_out: tuple[str, ...] = ()


def resolve(workload: Workload, source: str, settings: Settings) -> Path:
    """Where a path written in a workload's file is: relative to the file's folder, ``~`` the person's own."""
    folder = settings.base / posixpath.dirname(workload.place.source.path)
    return Path(os.path.abspath(folder / Path(source).expanduser()))  # noqa: PTH100  links are looked at afterwards


def refusal(workload: Workload, path: Path) -> Refusal | None:
    """Why a path is not copied; None for one that is, or is absent (the engine makes an empty folder then)."""
    real = Path(os.path.realpath(path))
    if real == Path("/"):
        return refused(workload, f"{path} is all of this machine", "mount only the folder that it needs")
    if any(real.is_relative_to(each) for each in KERNEL):
        return refused(workload, f"{path} is the kernel's, and is not copied", "run it without this mount")
    try:
        mode = real.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        return refused(workload, f"{path} cannot be read ({error.strerror})", "run it as a user who may read it")
    if stat.S_ISSOCK(mode):
        return refused(workload, f"{path} is a socket of this machine", "run it without this mount")
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        return refused(workload, f"{path} is neither a folder nor a file", "run it without this mount")
    return None


def copy(path: Path, bounds: Bounds, name: str = "file", mode: int | None = None) -> Files:
    """The folder's content, or the one file under ``name``; owners, modes and links are kept.

    Args:
        path: absent gives an empty folder.
        bounds: how much may be copied.
        name: what one file is called in the archive.
        mode: of one file, where it is not its own.

    Raises:
        TooLargeError: it is larger than the bounds.
        UncopiedError: a part of it cannot be read.
    """
    real = Path(os.path.realpath(path))
    out = io.BytesIO()
    left_out: list[str] = []
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        budget = _Budget(bounds, archive)
        if real.is_file():
            budget.add(real, f"{ROOT}/{name}", mode)
            return Files(_closed(archive, out), single=True)
        if real.is_dir():
            budget.add(real, ROOT)
        for folder, folders, files in os.walk(real, onerror=_raise):
            for each in (*folders, *files):
                path = Path(folder, each)
                if not budget.add(path, f"{ROOT}/{path.relative_to(real)}"):
                    left_out.append(str(path))
    return Files(out.getvalue(), single=False, left_out=tuple(left_out))


def _closed(archive: tarfile.TarFile, out: io.BytesIO) -> bytes:
    archive.close()
    return out.getvalue()


def _raise(error: OSError) -> None:
    raise UncopiedError(f"{error.filename} cannot be read ({error.strerror})")


class _Budget:
    """Adds to an archive until the bounds are reached."""

    def __init__(self, bounds: Bounds, archive: tarfile.TarFile) -> None:
        self._bytes, self._files = bounds.copy_bytes, bounds.copy_files
        self._archive = archive

    def add(self, path: Path, name: str, mode: int | None = None) -> bool:
        """Whether it could be added; sockets and devices cannot."""
        try:
            entry: tarfile.TarInfo | None = self._archive.gettarinfo(path, name)
        except OSError as error:
            raise UncopiedError(f"{path} cannot be read ({error.strerror})") from None
        if entry is None or not (entry.isfile() or entry.isdir() or entry.issym() or entry.islnk()):
            return False
        entry.mode = entry.mode if mode is None else mode
        self._files -= 1
        self._bytes -= entry.size
        if self._files < 0 or self._bytes < 0:
            raise TooLargeError
        try:
            if entry.isfile():
                with path.open("rb") as file:
                    self._archive.addfile(entry, file)
            else:
                self._archive.addfile(entry)
        except OSError as error:
            raise UncopiedError(f"{path} cannot be read ({error})") from None
        return True


def folder(mode: int) -> bytes:
    """An archive that gives an empty folder this mode."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo(ROOT)
        entry.type, entry.mode = tarfile.DIRTYPE, mode
        archive.addfile(entry)
    return out.getvalue()


def made(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    """An archive of files that are only written down: content and mode by path. All may enter their folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        folders = {ROOT: None}
        for path in files:
            parents = [each.as_posix() for each in Path(path).parents][-2::-1]
            folders |= dict.fromkeys(f"{ROOT}/{parent}" for parent in parents)
        for name in folders:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for path, (content, mode) in files.items():
            entry = tarfile.TarInfo(f"{ROOT}/{path}")
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()
