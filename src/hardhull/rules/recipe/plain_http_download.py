"""Something is downloaded without TLS.

What it checks: `http://` addresses that curl, wget, git, pip or npm fetch from in RUN, other than the machine's own and
private ones. Package sources of apt and apk, which are signed, are left out; ADD is add-remote-unverified.

Why it matters: everybody on the way can read and change what comes, and a wrong server cannot be told from the right
one.

How to fix: write `https://`, or check a checksum that stands in the Dockerfile.

When it is fine: files whose signature or checksum is checked.

References: https://docs.docker.com/build/building/best-practices/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Span
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.programs import FETCHERS, plain_url, runs_input
from hardhull.rules.recipe.download_unverified import CHECKED
from hardhull.rules.recipe_commands import calls, mentions
from hardhull.rules.rule import LOW, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

PROGRAMS = FETCHERS | {"git", "pip", "pip3", "npm", "yarn", "gem"}

PORT = lazy(r"http://[^/\s]*:\d")


@rule("HH-SRC-035", "plain-http-download", dimension=SOURCE, severity=MEDIUM)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the address."""
    for call in calls(recipe, ("http://",)):
        if call.program not in PROGRAMS or runs_input(call.piped_to) or call.inside:
            continue
        if call.program == "git" and not {"clone", "fetch", "submodule", "remote"} & set(call.texts):
            continue
        at = plain_url(call.texts)
        if at is not None:
            checked = mentions(call.run, CHECKED)
            yield call.finding(
                f"{call.where} downloads without TLS",
                at=at,
                label="anybody on the way can change it" if not checked else "everybody on the way sees it",
                severity=LOW if checked else None,
                fix=_fix(call, at),
            )


def _fix(call: Call, at: int) -> Fix:
    """``https`` in the address, unless it names a port, which TLS would not answer on."""
    place = call.place(at)
    start = place.text.find("http://")
    if start < 0 or PORT.match(place.text, start) or not call.literal(at):
        return advise("take the address with TLS", "https://...")
    first = place.span.start + len(place.text[:start].encode())
    return change(
        "write https://",
        Rewrite(Place(place.source, Span(first, first + 7)), "https://"),
        risk=NEEDS_PROOF,
        mitigation="look whether the server answers with TLS: build once",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN curl -o /tmp/words.txt http://example.com/words.txt  #! HH-SRC-035
RUN git clone http://git.example.com/tool.git  #! HH-SRC-035
""",
        good="""
FROM debian:13.1
RUN curl -o /tmp/words.txt https://example.com/words.txt
RUN git clone https://git.example.com/tool.git
""",
    ),
]
