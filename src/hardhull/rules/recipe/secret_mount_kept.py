"""Secret that was only mounted is written into a layer.

What it checks: RUN instructions that copy a file of a `--mount=type=secret` to another place (`cp`, `mv`, `install`, or
`cat` into a file), and do not remove that place again.

Why it matters: the mount keeps the secret out of the image, the copy puts it in: everyone who has the image has it.

How to fix: mount the secret where the program looks for it (`target=/root/.npmrc`), or as an environment variable
(`env=NPM_TOKEN`).

When it is fine: copies into a tmpfs or cache mount.

References: https://docs.docker.com/reference/dockerfile/#run---mounttypesecret
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Finding, SourceSpan
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, HIGH, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Run
    from hardhull.model.change import Fix
    from hardhull.model.fragment import Fragment
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-035",
    "secret-mount-kept",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    by_hand="later instructions may read the copy",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the command that writes it."""
    for stage in recipe.stages:
        for run in stage.runs:
            for mount in run.mounts:
                if mount.known and mount.value.kind == "secret":
                    target = mount.value.target or (f"/run/secrets/{mount.value.id}" if mount.value.id else "")
                    for text in (run.command, *(script.text for script in run.scripts)):
                        found = _written(text, target) if text and target else None
                        if text and found and not _elsewhere(run, found[1] or found[2]):
                            place = SourceSpan(text.place(found.start(), found.end()), "stays in the layer")
                            message = f"{stage.subject} writes the secret {mount.value.id or target} into a layer"
                            yield Finding(
                                message,
                                (place, mount.mark("the mount")),
                                "run",
                                target,
                                fixes=(_advice(found[1] or found[2], mount.value.id),),
                            )


def _advice(copy: str, name: str | None) -> Fix:
    return advise(
        "mount the secret where the program looks for it, and leave the copy out",
        f"RUN --mount=type=secret,id={name or 'NAME'},target={copy} ...",
    )


def _written(text: Fragment, target: str) -> re.Match[str] | None:
    """The command that copies the mounted file, with the place it is copied to; None where that is removed again."""
    path = re.escape(target)
    pattern = rf"(?:cp|mv|install)\s[^;&|\n]{{0,200}}?{path}\s+([^\s;&|]+)|cat\s+{path}\s*>>?\s*([^\s;&|]+)"
    found = re.search(pattern, text.text)
    if found is None:
        return None
    copy = found[1] or found[2]
    removed = re.search(rf"rm\s[^;&|]{{0,200}}?{re.escape(copy)}", text.text[found.end() :])
    return None if removed or copy.startswith(("/dev/", "/proc/")) else found


def _elsewhere(run: Run, path: str) -> bool:
    """Whether a path lies in another mount, which is no part of the layer."""
    targets = [mount.value.target for mount in run.mounts if mount.known]
    return any(path.startswith(target) for target in targets if target)


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
RUN --mount=type=secret,id=npmrc cp /run/secrets/npmrc /root/.npmrc && npm ci  #! HH-SEC-035
RUN --mount=type=secret,id=key cat /run/secrets/key > /app/key.pem  #! HH-SEC-035
""",
        good="""
FROM node:22.12.0
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
RUN --mount=type=secret,id=key cp /run/secrets/key /tmp/key && use /tmp/key && rm -f /tmp/key
""",
    ),
]
