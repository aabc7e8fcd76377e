"""What built images hold, as facts: what is known to be wrong with their packages, and which line brought each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.contents import Contents, Reach, Weakness
from hardhull.model.field import Field
from hardhull.model.package import OF_DISTRIBUTIONS, Distribution, Package
from hardhull.model.result import NotChecked
from hardhull.model.source import Excerpt, Place
from hardhull.scan.layers import spoken, steps_of
from hardhull.scan.measures import add_configuration, add_measures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.parts import Healthcheck
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.advisory import Vulnerability
    from hardhull.model.measured import Measured

INTERPRETERS: Final = {
    re.compile(r"python[\d.]*|gunicorn|uvicorn|celery|flask|django-admin|uwsgi"): "pypi",
    re.compile(r"node(?:js)?|npm|npx|yarn|pnpm"): "npm",
    re.compile(r"java"): "maven",
    re.compile(r"ruby[\d.]*|bundle|puma|rails|rackup|unicorn|sidekiq"): "gem",
    re.compile(r"php[\d.]*|php-fpm[\d.]*"): "composer",
    re.compile(r"dotnet"): "nuget",
}
"""Programs whose libraries are packages of a language."""
WRAPPERS: Final = frozenset({"tini", "dumb-init", "env", "exec", "sh", "bash", "-c", "--", "sudo", "gosu", "su-exec"})
TAG: Final = re.compile(r"(?<=[^:/]):[\w.-]+$|@sha256:[0-9a-f]+$")


class Held(NamedTuple):
    """What was read of an image, as far as it is judged here.

    Attributes:
        name: as the person named it.
        user: whom its containers start as; empty for root.
        starts: what they start: entry point and command.
        history: ``created_by`` of every step, the first one first.
        steps: layers, each with the step that made it.
        packages: what it holds.
        distribution: what it is made from.
        measured: what it weighs, and whom it lets do what; None where that was not looked at.
        exposed: ports that it says it serves.
        healthcheck: its check; None where it has none.
        base: the image that it was built on, and how many layers that brought; empty where nobody knows it.
        instructions: what made each layer, without secrets.
    """

    name: str
    user: str = ""
    starts: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    steps: tuple[tuple[str, int], ...] = ()
    packages: tuple[Package, ...] = ()
    distribution: Distribution = Distribution()
    measured: Measured | None = None
    exposed: tuple[str, ...] = ()
    healthcheck: Healthcheck | None = None
    base: tuple[str, int] = ("", 0)
    instructions: tuple[str, ...] = ()


class Built(NamedTuple):
    """An image for a scan: its facts, and what could not be checked of it."""

    facts: tuple[Contents, ...]
    not_checked: tuple[NotChecked, ...]


def plain_name(name: str) -> str:
    """What an image is called in findings, whatever its tag: the same for every build of it."""
    kind, colon, where = name.partition(":")
    return f"{kind}{colon}{TAG.sub('', where)}" if colon and kind in {"image", "registry"} else name


def built(
    held: Held,
    found: Sequence[Vulnerability],
    gaps: Iterable[NotChecked],
    recipes: Iterable[ImageRecipe] = (),
    *,
    ignore_unfixed: bool = False,
) -> Built:
    """An image with what is known of its packages.

    Args:
        held: what was read of it.
        found: what the database says of its packages.
        gaps: what could not be read or looked up.
        recipes: Dockerfiles that it may have been built from.
        ignore_unfixed: whether to leave out what has no fix.
    """
    name = plain_name(held.name)
    weaknesses = weaknesses_of(found, held)
    notes = list(gaps)
    if ignore_unfixed:
        kept = [one for one in weaknesses if one.fixes]
        if len(kept) < len(weaknesses):
            number = len(weaknesses) - len(kept)
            what = f"{number} {'vulnerability' if number == 1 else 'vulnerabilities'} of {name}"
            why = "no fix is known (--ignore-unfixed)"
            notes.append(NotChecked("out-of-scope", what, why, "scan without --ignore-unfixed to see them"))
        weaknesses = kept
    places, base = _places(held, name, recipes)
    image = Contents(f"image {name.partition(':')[2] or name}", "contents", places[-1])
    items = tuple(Field("weaknesses", one, _place(one, held, places)) for one in weaknesses)
    image.weaknesses = Field("weaknesses", items, places[-1])
    image.as_root = Field("as_root", _is_root(held), places[-1])
    add_configuration(image, held, places)
    add_measures(image, held, places, base)
    return Built((image,), tuple(notes))


def _is_root(held: Held) -> bool:
    """Whether its containers start as root, by whatever name where its users are known."""
    if held.measured is not None and held.measured.user is not None:
        return held.measured.user.is_root
    return held.user.partition(":")[0] in {"", "0", "root"}


def weaknesses_of(found: Sequence[Vulnerability], held: Held) -> list[Weakness]:
    """The vulnerabilities by the software that has them, in a stable order."""
    groups: dict[tuple[str, str, str], list[Vulnerability]] = {}
    for one in found:
        groups.setdefault((one.package.ecosystem, one.fixed_in, one.name), []).append(one)
    program, runs = _started(held.starts)
    made = []
    for (ecosystem, package, name), group in sorted(groups.items()):
        reach = max(_reach(one.package, program, runs) for one in group)
        made.append(Weakness(name, package, ecosystem, tuple(group), reach))
    return made


def _started(words: Sequence[str]) -> tuple[str, str]:
    """The program that a container starts, and the ecosystem whose libraries it runs."""
    for word in (part for text in words for part in text.split()):
        name = word.rpartition("/")[2]
        if name in WRAPPERS or "=" in name or not name or name.startswith("-"):
            continue
        runs = next((kind for pattern, kind in INTERPRETERS.items() if pattern.fullmatch(name)), "")
        return word, runs
    return "", ""


def _reach(package: Package, program: str, runs: str) -> Reach:
    name = program.rpartition("/")[2]
    if name and (name in {package.name, package.source} or _is_file(package, program)):
        return Reach.ENTRY
    return Reach.RUN if runs and package.ecosystem == runs else Reach.INSTALLED


def _is_file(package: Package, program: str) -> bool:
    """Whether the program itself is what shows the package: Go and Rust programs name their libraries."""
    if package.ecosystem in OF_DISTRIBUTIONS:
        return False
    return any(path == program.lstrip("/") or path.rpartition("/")[2] == program for path in package.paths)


def _places(held: Held, name: str, recipes: Iterable[ImageRecipe]) -> tuple[dict[int, Place], Place | None]:
    """The place of each step, -1 is that of the whole image; and where a Dockerfile names the base image."""
    lines = [(at, spoken(text)) for at, text in enumerate(held.history, 1)] or [(1, name)]
    excerpt = Excerpt(name, lines)
    found = {}
    for at, text in lines:
        size = len(text.encode("utf-8", "replace"))
        found[at - 1] = Place(excerpt, excerpt.mark(at, 0, size, (1, len(text) + 1)))
    found[-1] = found[0]
    for recipe in recipes:
        told = steps_of(recipe, held.history)
        if told:
            whole = recipe.final.place if recipe.final else recipe.place
            return {**found, **told, -1: whole}, recipe.root_stage.place if recipe.root_stage else None
    return found, None


def _place(weakness: Weakness, held: Held, places: dict[int, Place]) -> Place:
    """Where the first of its packages came in."""
    made = dict(held.steps)
    steps = [made.get(one.package.layer, -1) for one in weakness.found]
    return places.get(min(steps), places[-1])
