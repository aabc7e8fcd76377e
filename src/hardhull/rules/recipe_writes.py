"""What the program of an image has to write, as far as its recipe says it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.rules.recipe_commands import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Run

_SYSTEM: Final = lazy(
    r"/|/(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|s?bin|srv|sys|tmp|usr|var|workspace)"
    r"|/usr/(?:bin|include|lib\d*|libexec|local|s?bin|share|src)|/usr/local/(?:bin|etc|include|lib|s?bin|share|src)"
    r"|/var/(?:cache|lib|lock|log|run|spool|tmp|www)|/var/run/.*|/etc/.*|/dev/.*|/proc/.*|/sys/.*|/tmp/.*|/s?bin/.*|/lib\d*/.*"
)
"""Folders that belong to the distribution; those that everybody may write are here too."""
_MADE: Final = lazy(r"\bmkdir\s+((?:-\w+\s+|--\w+\s+)*)((?:[\w./-]+[ \t]+)*[\w./-]+)")
_DATA: Final = lazy(
    r"(?:^|[/_.-])(?:data|db|database|logs?|cache|te?mp|uploads?|storage|state|media|sessions?|spool|var|run|output)/?$"
)
"""Last parts of the names of folders that programs write."""


class Writes(NamedTuple):
    """Paths that the program writes; the names are those of ``RunAs``."""

    owns: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


_PROGRAMS: Final = {
    "nginx": Writes(trees=("/var/cache/nginx",), files=("/var/run/nginx.pid",)),
    "httpd": Writes(trees=("/usr/local/apache2/logs",)),
    "caddy": Writes(makes=("/config", "/data")),
    "tomcat": Writes(trees=tuple(f"/usr/local/tomcat/{name}" for name in ("logs", "temp", "webapps", "work"))),
    "registry": Writes(makes=("/var/lib/registry",)),
}
"""What the program of a well-known base writes, by the name of the base; from the images' own configuration."""
_INSTALLED: Final = {
    "nginx": Writes(trees=("/var/lib/nginx", "/var/log/nginx"), files=("/run/nginx.pid",)),
    "apache2": Writes(makes=("/var/lock/apache2", "/var/run/apache2"), trees=("/var/log/apache2",)),
}
"""The same for a program that the distribution's package manager installs."""


def writes(recipe: ImageRecipe, program: str) -> Writes:
    """What has to belong to the user.

    Args:
        recipe: of the image.
        program: what its containers start; empty where the base image says that.
    """
    makes = [path for path in _volumes(recipe) if not _SYSTEM.fullmatch(path)]
    makes += [path for path in _data(recipe) if not _SYSTEM.fullmatch(path) and path not in makes]
    workdir = recipe.workdir.get(None) if recipe.workdir.written else None
    owns = (workdir,) if workdir and workdir not in makes and not _SYSTEM.fullmatch(workdir) else ()
    own = _of_program(recipe, program)
    makes = [*makes, *(path for path in own.makes if path not in makes)]
    return Writes(owns, own.trees, tuple(makes), own.files)


def _of_program(recipe: ImageRecipe, program: str) -> Writes:
    root = recipe.root_stage
    name = root.known.name if root and root.known else ""
    found = _PROGRAMS.get(name)
    if found is not None and program in {"", name, "catalina.sh", "httpd-foreground"}:
        copied = (
            [copy.target.get("") for stage in recipe.final.lineage for copy in stage.copies] if recipe.final else []
        )
        templates = any(path.startswith("/etc/nginx/templates") for path in copied)
        return found._replace(trees=(*found.trees, "/etc/nginx/conf.d")) if templates else found
    installed = "apache2" if program in {"apachectl", "apache2ctl", "apache2"} else program
    return _INSTALLED.get(installed, Writes()) if name != program else Writes()


def _volumes(recipe: ImageRecipe) -> Iterator[str]:
    """Where volumes are mounted; a path that is not known is left out."""
    seen: set[str] = set()
    for item in recipe.volumes.get(()):
        path = item.get("").rstrip("/")
        if path.startswith("/") and re.fullmatch(r"[\w./@+-]+", path) and path not in seen:
            seen.add(path)
            yield path


def _data(recipe: ImageRecipe) -> Iterator[str]:
    """Folders that a RUN makes and whose names say that they are written to."""
    seen: set[str] = set()
    for stage in recipe.final.lineage if recipe.final else ():
        for run in stage.runs:
            for path in _folders(run):
                if _DATA.search(path) and path not in seen:
                    seen.add(path)
                    yield path


def _folders(run: Run) -> Iterator[str]:
    text = text_of(run)
    for found in _MADE.finditer(text) if "mkdir" in text else ():
        for word in found[2].split():
            base = run.workdir.get(None)
            if word.startswith("/"):
                yield posixpath.normpath(word)
            elif base and not word.startswith("-") and "cd " not in text:
                yield posixpath.normpath(posixpath.join(base, word))
