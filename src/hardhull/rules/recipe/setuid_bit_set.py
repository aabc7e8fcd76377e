"""Program of the image runs as its owner, whoever starts it.

What it checks: `chmod` with the setuid or setgid bit on a file (`u+s`, 4755) in the built image. Folders with setgid
are not told apart where only the mode says so, `g+s` alone is therefore left out. Of an image that was built: every
file with the bit that it shows; those that packages of its distribution brought so are low, one finding a package.

Why it matters: a setuid program of root is the shortest way from an ordinary user to root, past USER. Only
no-new-privileges stops it.

How to fix: remove the bit. Give single capabilities at run time instead, and start containers with
no-new-privileges; then remove what the base brings as well: `find / -xdev -perm /6000 -type f -exec chmod a-s {} +`.

When it is fine: sandboxes and package managers that need it and are made for it (bubblewrap, newuidmap).

References: https://docs.docker.com/engine/security/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.model.lazy import lazy
from hardhull.model.measured import SETGID as SETGID_FILE
from hardhull.model.measured import SETUID as SETUID_FILE
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.granted import listed, values
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.model.measured import Right
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

SETUID = lazy(r"0?[4567][0-7]{3}|(?:[^,]*,)*(?:u|a)?\+[rwxX]*s[rwxX]*(?:,.*)?")


SUSPECT = lazy(r"chmod\b[^;&|]{0,200}?(?:[4567][0-7]{3}|\+\w{0,20}s)")
"""A quick look whether a RUN is worth reading."""


@rule(
    "HH-PRV-036",
    "setuid-bit-set",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:4.8", "docker-1.8:4.8"],
    tags=["cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the mode."""
    for call in calls(recipe, (SUSPECT,), recipe.final.lineage if recipe.final else ()):
        if call.program != "chmod":
            continue
        words = [(at, text) for at, text in enumerate(call.texts) if at and not re.match(r"-[A-Za-z]*$|--", text)]
        if len(words) > 1 and call.sure(words[0][0]) and SETUID.fullmatch(words[0][1]):
            at, mode = words[0]
            target = words[1][1]
            yield call.finding(
                f"{target} runs as its owner, whoever starts it",
                at=at,
                label=f"mode {mode}",
                value=f"{mode} {target}",
                fix=_fix(call, at, mode),
            )


def _fix(call: Call, at: int, mode: str) -> Fix | None:
    """The same mode without the bit; ``u-s`` for ``u+s``."""
    if not call.literal(at):
        return None
    if mode.isdigit():
        new = mode[:-4] + "0" + mode[-3:]
    elif re.fullmatch(r"[ug]?\+s", mode):
        new = mode.replace("+", "-")
    else:
        return None
    return change(
        "take the bit away",
        Rewrite(call.place(at), new),
        risk=NEEDS_PROOF,
        mitigation="give the container the one capability that the program needs, where it runs as an ordinary user",
    )


@judges("contents", needs=["rights"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Programs of packages together, one finding a package; others one by one."""
    packages: dict[str, list[Field[Right]]] = {}
    for item in image.rights.value:
        if item.value.kind in {SETUID_FILE, SETGID_FILE}:
            packages.setdefault(item.value.package or item.value.path, []).append(item)
    for name, group in packages.items():
        first = group[0]
        right = first.value
        whose = f", of the package {name}" if right.package else ""
        runs = "runs" if len(group) == 1 else "run"
        who = "its owner" if right.kind == SETUID_FILE else "its group"
        finding = first.finding(
            f"{listed(group)} of {image.subject} {runs} as {who if len(group) == 1 else 'their owner or group'}{whose}",
            label=f"mode {right.mode:o}",
            value=f"package {name}" if right.package else f"{right.kind} {name}",
            severity=LOW if right.package else MEDIUM,
            fix=advise("take the bit away", f"RUN chmod a-s {' '.join(f'/{item.value.path}' for item in group)}"),
        )
        yield finding.with_evidence(
            *(Reading("mode", f"{one.mode:o}, owner {one.uid}:{one.gid}", f"/{one.path}") for one in values(group))
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN chmod 4755 /usr/local/bin/helper  #! HH-PRV-036
RUN chmod u+s /bin/ping  #! HH-PRV-036
USER 10001:10001
""",
        good="""
FROM debian:13.1
RUN chmod 0755 /usr/local/bin/helper
RUN chmod u-s /bin/ping
USER 10001:10001
""",
    ),
]
