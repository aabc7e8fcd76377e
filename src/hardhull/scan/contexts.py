"""The build context of each recipe that copies all of it, with the ignore file that counts and what it should keep out.

Where the context begins is known from the build of a compose service and from build commands. Where nobody says it, it
is the folder in which the other files that the recipe copies are found, else the one that the Dockerfile stands in.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.build_context import HISTORY, INSTALLED, SECRET, SETTINGS, BuildContext, Held
from hardhull.model.field import Field
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.facts.build_context import IgnoreFile
    from hardhull.facts.fact import Fact
    from hardhull.facts.parts import Build
    from hardhull.facts.pipeline import Pipeline
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Copy
    from hardhull.facts.workload import Workload
    from hardhull.model.source import Place
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree

WATCHED: tuple[tuple[str, str], ...] = (
    (".git", HISTORY), (".env", SETTINGS), (".env.local", SETTINGS), (".env.production", SETTINGS),
    (".env.prod", SETTINGS), (".aws/credentials", SECRET), (".ssh/id_rsa", SECRET), (".ssh/id_ed25519", SECRET),
    ("id_rsa", SECRET), ("id_ed25519", SECRET), (".netrc", SECRET), (".git-credentials", SECRET), (".pypirc", SECRET),
    (".vault-token", SECRET), (".docker/config.json", SECRET), (".kube/config", SECRET), ("kubeconfig", SECRET),
    ("terraform.tfstate", SECRET), ("server.key", SECRET), ("tls.key", SECRET), ("private.key", SECRET),
    ("privkey.pem", SECRET), ("node_modules", INSTALLED), (".venv", INSTALLED), ("venv", INSTALLED),
)  # fmt: skip
"""What is looked for in a context: paths relative to it."""
HIDDEN_ENV = frozenset((".env", "/.env", "**/.env", ".env*", "*.env", ".env.*"))
"""Lines of a .gitignore that say: people have an ``.env`` here, and it is not for others."""
MODELS = (".env.example", ".env.sample", ".env.dist", ".env.template", ".env-example", "env.example")
"""Files that people copy to ``.env``."""
PROJECTS = frozenset(
    ("package.json", "go.mod", "pyproject.toml", "setup.py", "requirements.txt",
     "Pipfile", "pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml", "Gemfile", "composer.json", "mix.exs",
     "CMakeLists.txt", "build.sbt", "deno.json", "pubspec.yaml", "stack.yaml", "Package.swift")
)  # fmt: skip
SOURCES = frozenset(
    ("py", "go", "js", "mjs", "cjs", "ts", "tsx", "jsx", "java", "kt", "rb", "rs", "c", "cc", "cpp", "cs", "csproj",
     "sln", "fsproj", "php", "pl", "ex", "hs", "scala", "clj", "dart", "swift", "lua", "html", "vue", "jar", "war")
)  # fmt: skip
"""What a program begins with, and the ends of the names of what it is written in."""
SURE = 2
"""Files that are found in one folder alone before it is taken for the context."""


class Known(NamedTuple):
    """A context that somebody names."""

    folder: str
    place: Place
    origin: str


def find_contexts(facts: Sequence[Fact], recipes: Sequence[ImageRecipe], tree: Tree, record: Afresh) -> None:
    """Sets ``context`` of recipes.

    Args:
        facts: everything that was read.
        recipes: those of them whose context is asked for.
        tree: the files.
        record: what an earlier scan read.
    """
    wanted = {recipe.place.source.path for recipe in recipes}
    named: dict[str, list[Known]] = {}
    for path, known in (*_of_workloads(facts), *_of_commands(facts, wanted)):
        named.setdefault(path, []).append(known)
    reader = _Reader(tree, record)
    for recipe in recipes:
        recipe.context = reader.context(recipe, named.get(recipe.place.source.path, []))


def _of_workloads(facts: Iterable[Fact]) -> Iterator[tuple[str, Known]]:
    workloads: list[Workload] = [fact for fact in facts if fact.kind == "workload"]  # type: ignore[misc]
    for workload in workloads:
        build = workload.build.get(None)
        if build is not None and build.context is not None and build.inline is None:
            yield _path(build), Known(posixpath.normpath(build.context), workload.build.place, "a service builds it")


def _of_commands(facts: Iterable[Fact], wanted: set[str]) -> Iterator[tuple[str, Known]]:
    """Build commands; those of a script are often given at the root of the project, above its own folder."""
    pipelines: list[Pipeline] = [fact for fact in facts if fact.kind == "pipeline"]  # type: ignore[misc]
    if not pipelines:
        return
    from hardhull.scan.builds import build_commands

    for command in build_commands(pipelines):
        for folder in _upwards(command.folder):
            build = command.beneath(folder)
            if _path(build) in wanted:
                yield _path(build), Known(build.context or ".", command.place, "a build command names it")
                break


def _path(build: Build) -> str:
    return posixpath.normpath(posixpath.join(build.context or ".", build.dockerfile))


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the root."""
    at = posixpath.normpath(folder or ".")
    yield at
    while at != ".":
        at = posixpath.dirname(at) or "."
        yield at


class _Reader:
    """Finds contexts in one tree; a folder is looked at once."""

    def __init__(self, tree: Tree, record: Afresh) -> None:
        self.tree = tree
        self.record = record
        self._held: dict[str, tuple[Held, ...]] = {}

    def context(self, recipe: ImageRecipe, named: Sequence[Known]) -> Field[BuildContext | None]:
        """The context of one recipe."""
        name, place = "context", recipe.place
        folders = {known.folder for known in named}
        if len(folders) > 1:
            why = f"it is built from several folders: {', '.join(sorted(folders))}"
            return Field.unknown(name, named[0].place, why)
        if named:
            folder, origin, place = named[0].folder, named[0].origin, named[0].place
        else:
            guess = self._guess(recipe)
            if guess is None:
                return Field.unknown(name, place, "nobody names its build context, and its files are not beside it")
            folder, origin = guess
        try:
            ignore = self._ignore_file(recipe, folder)
        except UnreadableError as error:
            return Field.unknown(name, place, f"{error.source.path}:{error.line}: {error.why}")
        context = BuildContext(folder, ignore, self._holds(folder), guessed=not named)
        return Field(name, context, place, written=bool(named), origin=origin)

    def _guess(self, recipe: ImageRecipe) -> tuple[str, str] | None:
        """The folder, from the Dockerfile's upwards, in which most of the copied files are found."""
        beside = posixpath.dirname(recipe.place.source.path) or "."
        others = {name for stage in recipe.stages for copy in stage.copies for name in _named_files(copy)}
        if not others:
            return (beside, "the folder of the Dockerfile, which has a program in it") if self._whole(beside) else None
        counts = {
            folder: sum(self.tree.has(posixpath.join(folder, name)) for name in others) for folder in _upwards(beside)
        }
        best = max(counts.values())
        if not best or (counts[beside] != best and best < min(SURE, len(others))):
            return None
        folder = next(folder for folder, count in counts.items() if count == best)
        return folder, "the folder that has the files it copies"

    def _whole(self, folder: str) -> bool:
        """Whether a folder has a program in it, and not only a part of one that begins further up."""
        names = self.tree.names(folder)
        if any(name in PROJECTS for name in names):
            return True
        if not any(name.rpartition(".")[2] in SOURCES for name in names):
            return False
        above = list(_upwards(folder))[1:]
        return not any(self.tree.has(posixpath.join(one, name)) for one in above for name in PROJECTS)

    def _ignore_file(self, recipe: ImageRecipe, folder: str) -> IgnoreFile | None:
        """The ignore file that counts: the Dockerfile's own goes before the context's.

        Podman has names of its own; where only those are there, Podman is what builds.
        As BuildKit (``dockerui/config.go``) and Buildah (``parse.ContainerIgnoreFile``) look for them.
        """
        path = recipe.place.source.path
        own, beside = [f"{path}.dockerignore"], [posixpath.join(folder, ".dockerignore")]
        podman = [f"{path}.containerignore"], [posixpath.join(folder, ".containerignore")]
        if "containerfile" in posixpath.basename(path).lower():
            order = (*own, *podman[0], *podman[1], *beside)
        else:
            order = (*own, *beside, *podman[0], *podman[1])
        for name in order:
            source = self.tree.read(name)
            if source is not None:
                from hardhull.formats.dockerignore import read

                return self.record.read((read, source), partial(read, source))
        return None

    def _holds(self, folder: str) -> tuple[Held, ...]:
        if folder not in self._held:
            present = set(self.tree.names(folder))
            held = [
                Held(path, kind)
                for path, kind in WATCHED
                if path.partition("/")[0] in present and ("/" not in path or self.tree.has(f"{folder}/{path}"))
            ]
            seen = {one.path for one in held}
            self._held[folder] = (*held, *(one for one in self._expected(folder, present) if one.path not in seen))
        return self._held[folder]

    def _expected(self, folder: str, present: set[str]) -> Iterator[Held]:
        """What is not in this tree, but in the folders of those who build."""
        if ".github" in present:
            yield Held(".git", HISTORY, "it is the root of a repository")
        model = next((name for name in MODELS if name in present), None)
        source = self.tree.read(posixpath.join(folder, ".gitignore")) if ".gitignore" in present else None
        lines = set(source.data.decode("utf-8", "replace").split()) if source is not None else set()
        if lines & HIDDEN_ENV:
            yield Held(".env", SETTINGS, ".gitignore keeps it out of git")
        elif model is not None:
            yield Held(".env", SETTINGS, f"{model} is its model")
        if "package.json" in present:
            yield Held("node_modules", INSTALLED, "there is a package.json")


def _named_files(copy: Copy) -> Iterator[str]:
    """The files of the context that a COPY names, without patterns and URLs."""
    if copy.origin.written or copy.whole_context is not None:
        return
    for source in copy.sources:
        text = source.get("").lstrip("/")
        if text and "://" not in text and not set(text) & set("*?[$"):
            yield posixpath.normpath(text)
