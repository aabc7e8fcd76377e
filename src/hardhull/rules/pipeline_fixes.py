"""Fixes that several rules about pipelines have: what hides a failure goes, a scan gets a threshold, a word goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Run
from hardhull.facts.pipeline_changes import Counted, InputGiven, Reworded, WithoutWords, WithWords
from hardhull.rules.fix import NEEDS_PROOF, Fix, Instruct, advise, change

if TYPE_CHECKING:
    from hardhull.facts.deeds import Deed
    from hardhull.facts.pipeline_changes import Want

MITIGATION = (
    "run it once by hand before, so that what it finds today is known; a later step that uploads the report needs "
    "`if: always()`"
)

_INPUTS = {
    "aquasecurity/trivy-action": ("exit-code", "1"),
    "anchore/scan-action": ("fail-build", "true"),
    "crazy-max/ghaction-container-scan": ("severity_threshold", "HIGH"),
    "docker/scout-action": ("exit-code", "true"),
    "goodwithtech/dockle-action": ("exit-code", "1"),
    "erzz/dockle-action": ("exit-code", "1"),
}
"""The input of a scanning action that makes findings fail it."""

_OPTIONS = {
    "trivy": ("--exit-code", "1"),
    "dockle": ("--exit-code", "1"),
    "grype": ("--fail-on", "high"),
    "docker scout": ("--exit-code", ""),
}
"""The same for commands; the value is a word of its own."""

_TRIVY = re.compile(r"image|i|fs|filesystem|rootfs|repo|repository|config|sbom|vm")
_IMAGE = re.compile(r"(?:^|/)(?:trivy|grype|dockle)(?:[:@]|$)")


def counting(deed: Deed, title: str) -> Fix:
    """What keeps a failure from counting goes; a scan without a threshold gets one as well, else it could not fail."""
    wants: list[Want] = [Counted(deed.source)]
    if deed.kind == "scan" and deed.gate is None and not deed.fails_alone:
        gate = _gate(deed)
        wants += [gate] if gate is not None else []
    return change(title, *map(Instruct, wants), risk=NEEDS_PROOF, mitigation=MITIGATION)


def gated(deed: Deed) -> Fix:
    """A scan fails on what it finds."""
    gate = _gate(deed)
    if gate is None:
        return advise(
            "let findings fail the step", f"say from which severity on {deed.tool} fails; its manual names how"
        )
    return change("let findings fail the step", Instruct(gate), risk=NEEDS_PROOF, mitigation=MITIGATION)


def _gate(deed: Deed) -> Want | None:
    source = deed.source
    if not isinstance(source, Run):
        given = _INPUTS.get(source.action)
        return None if given is None else InputGiven(source, *given)
    option = _OPTIONS.get(deed.tool)
    if option is None:
        return None
    name, value = option
    for at, text in enumerate(source.texts):
        if text == name and source.texts[at + 1 : at + 2] == ("0",):
            return Reworded(source, at + 1, value)
        if text == f"{name}=0":
            return Reworded(source, at, f"{name}={value}")
    return WithWords(source, _verb(deed.tool, source.texts), f"{name} {value}".rstrip())


def _verb(tool: str, texts: tuple[str, ...]) -> int:
    """The word that the option stands behind: the program, its subcommand, or the image that holds it."""
    start = next((at for at, text in enumerate(texts) if at and _IMAGE.search(text)), 0) if len(texts) > 1 else 0
    if texts[0].rpartition("/")[2] in {"trivy", "grype", "dockle"}:
        start = 0
    if tool == "docker scout":
        return texts.index("scout") + 1 if "scout" in texts[:-1] else start
    if tool == "trivy":
        return next((at for at in range(start, len(texts)) if _TRIVY.fullmatch(texts[at])), start)
    return start


def without(run: Run, first: int, last: int, title: str, mitigation: str) -> Fix:
    """An option goes."""
    want = WithoutWords(run, first, last)
    return change(title, Instruct(want), risk=NEEDS_PROOF, mitigation=mitigation)
