"""Signatures of packages are not checked.

What it checks: options that switch the check of signatures off: `apk add --allow-untrusted`, `apt-get
--allow-unauthenticated` and `--force-yes`, `[trusted=yes]` in a source of apt, `yum --nogpgcheck`, `gpgcheck=0`, `rpm
--nosignature`, `GOSUMDB=off`.

Why it matters: package servers and mirrors are trusted because every package is signed. Without the check a mirror, or
whoever answers in its place, installs what it likes, as root.

How to fix: import the key of the repository (`signed-by=` in apt, `gpgkey=` in yum, `/etc/apk/keys`) and leave the
option out.

When it is fine: packages that the same build made a moment ago.

References: https://wiki.debian.org/SecureApt
https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import NoVariable, NoWord
from hardhull.model.finding import Finding, SourceSpan
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.programs import signature_off, signature_variable
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import HIGH, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Run
    from hardhull.model.change import Fix
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

SUSPECT = (
    "allow-un", "force-yes", "AllowUnauth", "AllowInsecure", "allow-insecure", "nogpgcheck", "no-gpg-check",
    "nosignature", "nodigest", "gpgcheck=0",
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""
BUILD = "build once; where a package is refused, import the key of its repository"
ADVICE = advise(
    "import the key of the repository",
    "COPY x.gpg /usr/share/keyrings/x.gpg, then: deb [signed-by=/usr/share/keyrings/x.gpg] https://... (yum: gpgkey=)",
)
WRITTEN = lazy(r"\btrusted=yes\b|(?<![\w-])(?:repo_)?gpgcheck\s*=\s*0|SigLevel\s*=\s*(?:Never|TrustAll)")
"""What such a setting looks like in the files of apt, yum and pacman."""
LOCAL = lazy(r"[^\]\n]{0,80}\]\s{0,8}(?:file|copy):")
"""The rest of a source of apt that is a folder of the build."""


@rule(
    "HH-SRC-034",
    "signature-check-disabled",
    dimension=SOURCE,
    severity=HIGH,
    also=[
        "checkov:CKV2_DOCKER_7",
        "checkov:CKV2_DOCKER_8",
        "checkov:CKV2_DOCKER_9",
        "checkov:CKV2_DOCKER_10",
        "checkov:CKV2_DOCKER_11",
        "checkov:CKV2_DOCKER_15",
    ],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the option, the setting or the variable."""
    for stage in recipe.stages:
        yield from _defined(stage)
        for run in stage.runs:
            yield from _settings(stage, run)
    for call in calls(recipe, SUSPECT):
        weak = signature_off(call.texts)
        if weak is not None:
            yield call.finding(
                f"{call.where} does not check {weak.what}",
                at=weak.at,
                label="installs what nobody signed",
                value=f"{call.program} {call.texts[weak.at].partition('=')[0]}",
                fix=_without(call, weak.at),
            )


def _without(call: Call, at: int) -> Fix:
    """The command without the option; an option that is a word of its own value takes a person."""
    if not call.literal(at) or call.texts[at] in {"-o", "--setopt"} or call.texts[at - 1] in {"-o", "--setopt"}:
        return ADVICE
    if call.program == "apk" and any(text.endswith(".apk") for text in call.texts[1:]):
        return advise(
            "let apk check who signed the package",
            "COPY the vendor's key to /etc/apk/keys/, then leave --allow-untrusted out; where gpg or a checksum "
            "checked it just before: `# hardhull: ignore[HH-SRC-034] -- checked by gpg`",
        )
    return change(f"leave {call.texts[at]} out", Instruct(NoWord(call.place(at))), risk=NEEDS_PROOF, mitigation=BUILD)


def _settings(stage: Stage, run: Run) -> Iterator[Finding]:
    """Settings that are written into files of a package manager."""
    for text in (run.command, *(script.text for script in run.scripts)):
        if text is None or not ("trusted" in text.text or "gpgcheck" in text.text or "SigLevel" in text.text):
            continue
        for found in WRITTEN.finditer(text.text):
            if text.text[: found.start()].endswith("--setopt=") or LOCAL.match(text.text, found.end()):
                continue
            place = text.place(found.start(), found.end())
            evidence = (SourceSpan(place, "packages of this source need no signature"),)
            message = f"{stage.subject} adds a source of packages whose signature is not checked"
            yield Finding(message, evidence, "run", found[0], fixes=(ADVICE,))
            break


def _defined(stage: Stage) -> Iterator[Finding]:
    for each in stage.definitions:
        for item in each.variables:
            variable = item.value
            what = signature_variable(variable.name, variable.value or "")
            if what:
                yield item.finding(
                    f"{stage.subject} does not check {what}",
                    label="switches the check off",
                    value=variable.name,
                    fix=change(
                        "let the checksums be checked",
                        Instruct(NoVariable(item.place)),
                        risk=NEEDS_PROOF,
                        mitigation=BUILD,
                    ),
                )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN echo 'deb [trusted=yes] https://example.com/apt stable main' > /etc/apt/sources.list.d/x.list  #! HH-SRC-034
RUN apt-get update && apt-get install -y tool
""",
        good="""
FROM debian:13.1
COPY x.gpg /usr/share/keyrings/x.gpg
RUN echo 'deb [signed-by=/usr/share/keyrings/x.gpg] https://example.com/apt stable main' \\
    > /etc/apt/sources.list.d/x.list
RUN apt-get update && apt-get install -y tool
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN apt-get update && apt-get install -y --allow-unauthenticated tool  #! HH-SRC-034
""",
        good="""
FROM debian:13.1
RUN apt-get update && apt-get install -y tool
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM alpine:3.24
RUN apk add --no-cache --allow-untrusted /tmp/tool.apk  #! HH-SRC-034
""",
        good="""
FROM alpine:3.24
RUN apk add --no-cache /tmp/tool.apk
""",
    ),
]
