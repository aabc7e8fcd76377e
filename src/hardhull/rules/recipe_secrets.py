"""How secrets of a build are given to it, and the fix for a file with secrets that is copied into an image."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from hardhull.facts.recipe import is_root
from hardhull.facts.recipe_changes import FileComesAsSecret
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.recipe_commands import mentions, text_of

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Copy, Run
    from hardhull.model.change import Fix
    from hardhull.model.field import Field

READERS: Final = {
    ".npmrc": r"npm|npx|yarn|pnpm",
    ".netrc": r"git|curl|go|pip3?",
    ".git-credentials": r"git",
    ".pypirc": r"twine",
    "pip.conf": r"pip3?",
    "id_rsa": r"git|ssh|scp|rsync",
    "id_ed25519": r"git|ssh|scp|rsync",
}
"""Programs that read a file of this name without being told its path, as their manuals say."""
_FOLDERS: Final = frozenset({".aws", ".ssh", ".gnupg", ".kube"})


def build_with(name: str) -> str:
    """How a build is given a secret that is a variable in its steps, as an order."""
    return f"build with `--secret id={name},env={name}` (BuildKit; in Compose: `build.secrets`)"


def file_mounted(recipe: ImageRecipe, stage: Stage, copy: Copy, source: Field[str]) -> Fix:
    """The mounts that take the place of a copied file, or what a person has to find out first."""
    name = source.get("")
    file = name.rstrip("/").rpartition("/")[2]
    target, known = _target(copy, file)
    secret = re.sub(r"[^\w.-]", "-", file).strip("._-")
    runs = [run for one in _going_on(recipe, stage) for run in one.runs if one is not stage or run.line > copy.line]
    using = [run for run in runs if _uses(run, file, target)]
    why = _why_not(recipe, stage, copy, using, file, known=known)
    how = f"build with `--secret id={secret},src={name}`, and name {name} in .dockerignore"
    if why or not secret:
        mount = f"RUN --mount=type=secret,id={secret},target={target} ..."
        return advise(f"mount {name} for the steps that need it", f"{why}\n{mount}\n{how}")
    return change(
        f"mount {name} for the steps that use it",
        Instruct(FileComesAsSecret(source.place, secret, target, tuple(run.head for run in using))),
        risk=NEEDS_PROOF,
        mitigation=f"{how} (BuildKit; in Compose: `build.secrets`); containers that read the file when they run get it "
        "as a secret; images that were built with it keep it in their history: make new keys",
    )


def _target(copy: Copy, file: str) -> tuple[str, bool]:
    """Where the file goes to, and whether that is sure: not what the base image or a variable decides."""
    written, folder = copy.target.get(""), copy.workdir.get(None)
    path = posixpath.normpath(posixpath.join(folder or "/", written))
    within = written.endswith(("/", ".")) or len(copy.sources) > 1 or path == folder
    known = bool(written) and (bool(folder) or written.startswith("/"))
    if within:
        return posixpath.join(path, file), known
    return path, known and posixpath.basename(path) == file


def _going_on(recipe: ImageRecipe, stage: Stage) -> list[Stage]:
    """The stage and those that go on from it."""
    return [one for one in recipe.stages if any(part is stage for part in one.lineage)]


def _uses(run: Run, file: str, target: str) -> bool:
    """Whether a RUN names the file, or runs what looks for one of its name."""
    words = [re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w.-])") for word in (file, target)]
    reader = READERS.get(file)
    programs = [re.compile(rf"(?<![\w./-])(?:{reader})(?![\w./=-])")] if reader else []
    return mentions(run, *words, *programs)


def _why_not(recipe: ImageRecipe, stage: Stage, copy: Copy, using: list[Run], file: str, *, known: bool) -> str:
    """Why a person has to do it, as a sentence; empty where nothing speaks against it."""
    if copy.adds or copy.chown.written or copy.chmod.written or copy.link or copy.excludes:
        return "a secret has no words for ADD and for the options of this COPY"
    if file in _FOLDERS or any(char in file for char in "*?["):
        return "it is no single file, and a secret is one"
    if not known:
        return "which path it gets depends on the base image or on a variable"
    if not using:
        return "no RUN names it: what reads it is a step that does not say so, or the container when it runs"
    removes = re.compile(rf"\b(?:rm|shred|unlink)\b[^;&|\n]*{re.escape(file)}")
    if any(removes.search(text_of(run)) for run in using):
        return "a RUN removes the file again, which fails for a mount: take that out with it"
    if any(run.user.known and not is_root(run.user.value) for run in using):
        return "a step that uses it runs as another user, who may not read a secret of root's"
    starts = (recipe.command.get(None), recipe.entrypoint.get(None)) if stage.is_final else ()
    if any(each is not None and file in " ".join(each.words) for each in starts):
        return "containers are started with it"
    return ""
