"""A static pass that is made once: kept with every question that it asked of the image's files, and their answers.

It is taken again only where all of them are answered as before: the same links, names, absent files, and programs and
libraries of the same content by its SHA-256, for the same programs and by the same code of ours. So nothing has to be
known beforehand of what decides a pass, and an image that changed in one library is read anew.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull import __version__
from hardhull.facts.profile import Analysed, StaticCall, StaticPass
from hardhull.images.cache import Cache, default_folder
from hardhull.learn.static.analysis import analyse
from hardhull.learn.static.bounds import FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hardhull.learn.static.files import Files

_NAME: Final = "static"
_MOST_QUESTIONS: Final = 200_000
"""A pass that asked more is not kept."""


def analysed(
    files: Files,
    programs: Sequence[str],
    loaded: Mapping[str, Iterable[str]],
    image: str,
    folder: Path | None = None,
) -> StaticPass:
    """The same as :func:`hardhull.learn.static.analysis.analyse`, from an earlier one where that still holds.

    Args:
        files: the root file system.
        programs: paths of what is started there.
        loaded: libraries that were seen mapped, by the path of the program that had them.
        image: its digest.
        folder: where passes are kept; by default this user's cache.
    """
    shelf = Cache(folder or default_folder().with_name(_NAME))
    row = [fingerprint(), image, sorted(programs), sorted((name, sorted(paths)) for name, paths in loaded.items())]
    key = sha256(json.dumps(row).encode()).hexdigest()
    found = _held(shelf.derived(key, _NAME), files)
    if found is not None:
        return found
    asked = Asked(files)
    made = analyse(asked, programs, loaded, image)
    if len(asked.answers) <= _MOST_QUESTIONS and not any("was ended" in why for why in made.incomplete):
        shelf.keep_derived(key, _NAME, {"asked": asked.rows(), "pass": _plain(made)})
        shelf.close()
    return made


@cache
def fingerprint() -> str:
    """Changes with the code that reads programs, and with the libraries that it uses."""
    from importlib.metadata import version

    rows = [__version__, *(f"{name} {version(name)}" for name in ("capstone", "pyelftools"))]
    sources = sorted(Path(__file__).parent.glob("*.py"))
    rows += [f"{path.name} {sha256(path.read_bytes()).hexdigest()}" for path in sources]
    return sha256("\n".join(rows).encode()).hexdigest()


class Asked:
    """Files of which every question is noted.

    Args:
        files: which answer.

    Attributes:
        answers: what was answered, by the question and what it was about.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self.answers: dict[tuple[str, str, int], Any] = {}

    def follow(self, path: str) -> str:
        """The path without links."""
        found = self._files.follow(path)
        self.answers["follow", path, 0] = found
        return found

    def read(self, path: str, most: int = FILE_BYTES) -> bytes | None:
        """The content of a regular file; noted by its digest."""
        found = self._files.read(path, most)
        self.answers["read", path, most] = None if found is None else sha256(found).hexdigest()
        return found

    def head(self, path: str) -> bytes:
        """The first bytes of a regular file; noted by their digest."""
        found = self._files.head(path)
        self.answers["head", path, 0] = sha256(found).hexdigest()
        return found

    def exists(self, path: str) -> bool:
        """Whether there is a regular file."""
        found = self._files.exists(path)
        self.answers["exists", path, 0] = found
        return found

    def names(self, folder: str) -> list[str]:
        """Names in a folder."""
        found = self._files.names(folder)
        self.answers["names", folder, 0] = found
        return found

    def ask(self, what: str, path: str, most: int) -> Any:
        """Asks once more, and gives the answer as it is noted."""
        if what == "read":
            self.read(path, most)
        else:
            {"follow": self.follow, "head": self.head, "exists": self.exists, "names": self.names}[what](path)
        return self.answers[what, path, most]

    def rows(self) -> list[list[Any]]:
        """All of it, as JSON has it."""
        return [[*question, answer] for question, answer in self.answers.items()]


def _held(kept: Any, files: Files) -> StaticPass | None:
    """A kept pass, where every question is answered as it was then; None where one is not, or it is damaged."""
    try:
        asked = Asked(files)
        for what, path, most, answer in kept["asked"]:
            if asked.ask(what, path, most) != answer:
                return None
        return _pass(kept["pass"])
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _plain(made: StaticPass) -> dict[str, Any]:
    return {
        **{name: getattr(made, name) for name in ("image", "programs", "seconds", "incomplete")},
        "calls": sorted(made.calls),
        "binaries": sorted(made.binaries),
    }


def _pass(row: Any) -> StaticPass:
    return StaticPass(
        str(row["image"]),
        tuple(row["programs"]),
        float(row["seconds"]),
        tuple(row["incomplete"]),
        frozenset(StaticCall(*each) for each in row["calls"]),
        frozenset(Analysed(*each) for each in row["binaries"]),
    )
