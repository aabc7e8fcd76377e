"""Everybody may write files of the image.

What it checks: `chmod` with a mode that lets everybody write (777, 666, `a+w`, `o+w`) and `COPY --chmod` likewise, in
the built image. Of an image that was built: every file and folder that it shows with such a mode, one finding for each
instruction that made some. The sticky bit (1777) and temporary folders are left out.

Why it matters: a process of any user replaces programs, configuration or scripts that another one runs later.

How to fix: give the files to the user that writes them (`COPY --chown=10001:10001`, `chown`), with 750 or 640. For
random user ids (OpenShift) make them writable by group 0: `chgrp -R 0 DIR && chmod -R g=u DIR`.

When it is fine: folders that many users share on purpose.

References: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.model.finding import Reading
from hardhull.model.lazy import lazy
from hardhull.model.measured import OPEN
from hardhull.model.source import Place, Span
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.granted import FEW, by_layer, listed, values
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Copy
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

OCTAL = lazy(r"0?[0-7]?[0-7][0-7][2367]")
STICKY = lazy(r"0?[1357][0-7]{3}")
SYMBOLS = lazy(r"(?:^|,)(?:[ugo]*[oa][ugoa]*)(?:[-+=][rxXst]*)*[+=][rxXst]*w")
TEMPORARY = lazy(r"/(?:var/)?tmp(?:/|$)|/dev/shm|/run/lock|\$\{?\w*(?:te?mp|TE?MP)")
SUSPECT = lazy(r"chmod\b[^;&|]{0,200}?(?:[0-7][0-7][2367]\b|[oa][-+=\w]{0,20}w)")
"""A quick look whether a RUN is worth reading."""

AFTER = lazy(rb"(?:^\s*RUN|&&|;)[\s\\`]*\Z", re.IGNORECASE | re.MULTILINE)
"""Where a command begins that nothing decides about but the one before it."""
NUMBERS = lazy(r"\d+(?::\d+)?")
MITIGATION = (
    "start it and use it once: what it may not write shows as `Permission denied`; give it that path with chown"
)


@rule(
    "HH-PRV-035",
    "world-writable-path",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:4.8", "docker-1.8:4.8"],
    tags=["cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the mode."""
    stages = list(recipe.final.lineage) if recipe.final else []
    for stage in stages:
        for copy in stage.copies:
            mode = copy.chmod.get(None)
            if mode and open_to_all(mode) and not TEMPORARY.match(copy.target.get("")):
                yield copy.chmod.finding(
                    "everybody may write the copied files", label=f"mode {mode}", value=mode, fix=_of_copy(copy, mode)
                )
    for call in calls(recipe, (SUSPECT,), stages):
        if call.program != "chmod":
            continue
        words = [(at, text) for at, text in enumerate(call.texts) if at and not re.match(r"-[A-Za-z]*$|--", text)]
        if len(words) < 2:
            continue
        (at, mode), *paths = words
        targets = [text for _at, text in paths if not TEMPORARY.match(text)]
        if call.sure(at) and open_to_all(mode) and targets:
            yield call.finding(
                f"everybody may write {targets[0]}",
                at=at,
                label=f"mode {mode}",
                value=f"{mode} {targets[0]}",
                fix=_of_command(recipe, call, at, mode, [text for _at, text in paths]),
            )


def _closed(mode: str) -> str | None:
    """The mode without the right of everybody to write; None where it is not plain."""
    if mode.isdigit():
        return mode[:-1] + str(int(mode[-1]) & 5)
    found = re.fullmatch(r"(?:a|o|ugo|go|ao)?([+=])([rwxX]+)", mode)
    if found is None or not found[2]:
        return None
    rest = found[2].replace("w", "")
    return f"ug{found[1]}{found[2]},o{found[1]}{rest}" if rest else f"ug{found[1]}w"


def _of_copy(copy: Copy, mode: str) -> Fix | None:
    closed = _closed(mode)
    if closed is None or copy.chmod.place.text.strip("\"'") != mode:
        return None
    return change(f"mode {closed}", Rewrite(copy.chmod.place, closed), risk=NEEDS_PROOF, mitigation=MITIGATION)


def _of_command(recipe: ImageRecipe, call: Call, at: int, mode: str, paths: list[str]) -> Fix | None:
    """A mode that is not for everybody; where the image starts as a numbered user, the paths become that user's."""
    closed = _closed(mode)
    if closed is None or not call.literal(at):
        return advise(
            "give the files to the user that writes them", f"chown -R 10001:10001 {paths[0]} && chmod -R 750 {paths[0]}"
        )
    changes = [Rewrite(call.place(at), closed)]
    user, runner = recipe.user.get("root"), call.run.user.get("")
    first = call.place(0)
    if NUMBERS.fullmatch(user) and not is_root(user) and is_root(runner or "x") and first.text == "chmod":
        options = "-R " if any(re.fullmatch(r"-[A-Za-z]*R[A-Za-z]*|--recursive", text) for text in call.texts) else ""
        alone = AFTER.search(first.source.data[max(0, first.span.start - 200) : first.span.start])
        if alone and all(re.fullmatch(r"[\w./@+-]+", path) for path in paths) and not call.wrappers:
            begin = Place(first.source, Span(first.span.start, first.span.start))
            changes.insert(0, Rewrite(begin, f"chown {options}{user} {' '.join(paths)} && "))
    return change(f"mode {closed}", *changes, risk=NEEDS_PROOF, mitigation=MITIGATION)


def open_to_all(mode: str) -> bool:
    """Whether a mode of chmod lets everybody write, without the sticky bit of /tmp."""
    if len(mode) > 40:
        return False
    if mode.isdigit():
        return bool(OCTAL.fullmatch(mode)) and not STICKY.fullmatch(mode)
    return bool(SYMBOLS.search(mode)) and "t" not in mode


@judges("contents", needs=["rights"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Files and folders with that mode; one finding for each instruction that made some."""
    for group in by_layer(image, OPEN):
        found = [item for item in group if not TEMPORARY.match(f"/{item.value.path}")]
        if not found:
            continue
        first = found[0]
        finding = first.finding(
            f"everybody may write {listed(found)} of {image.subject}",
            label=f"mode {first.value.mode:o}",
            value=f"{OPEN} {first.value.path}",
            fix=advise("give the files to the user that writes them", "COPY --chown=10001:10001 --chmod=750 ..."),
        )
        yield finding.with_evidence(
            *(
                Reading("mode", f"{one.mode:o}, owner {one.uid}:{one.gid}", f"/{one.path}")
                for one in values(found[:FEW])
            )
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
COPY --chmod=777 run.sh /run.sh  #! HH-PRV-035
RUN mkdir /data && \\
    chmod -R 777 /data  #! HH-PRV-035
USER 10001:10001
""",
        good="""
FROM debian:13.1
COPY --chmod=775 run.sh /run.sh
RUN mkdir /data && \\
    chown -R 10001:10001 /data && chmod -R 775 /data
USER 10001:10001
""",
    ),
]
