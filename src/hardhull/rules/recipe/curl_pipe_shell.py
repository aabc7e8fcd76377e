"""RUN executes what a server sends.

What it checks: downloads that go straight into a shell or another interpreter: `curl ... | sh`, `bash <(curl ...)`,
`sh -c "$(wget ...)"`. Worse without TLS.

Why it matters: whoever controls the server, or the name, decides what is in the image, another thing for every build
if they like. Nobody can look at it afterwards, and a connection that breaks runs half a script.

How to fix: take the package of the distribution or a base image that has the tool. Else download a named version, check
its checksum or signature, then run it.

When it is fine: throw-away experiments.

References: https://docs.docker.com/build/building/best-practices/
https://docs.docker.com/reference/dockerfile/#add---checksum
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.programs import FETCHERS, plain_url, runs_input, urls
from hardhull.rules.recipe_commands import all_text, calls
from hardhull.rules.rule import HIGH, MEDIUM, SOURCE, Example, rule
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call


SUSPECT = (
    "$(curl", "$(wget", "<(curl", "<(wget", "`curl", "`wget",
    lazy(
        r"\|[\s\\]{0,40}(?:(?:sudo|env)\b[^|;&]{0,100}?\s)?(?:/[\w/.-]{1,60}/)?"
        r"(?:(?:ba|da|z|k|a)?sh|python[23]?|perl|ruby|node|php)(?![\w.-])"
    ),
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""


@rule(
    "HH-SRC-031",
    "curl-pipe-shell",
    dimension=SOURCE,
    severity=MEDIUM,
    by_hand="the checksum of a script that changes has to come from those who publish it",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the program that downloads."""
    if not ("curl" in all_text(recipe) or "wget" in all_text(recipe)):
        return
    for call in calls(recipe, SUSPECT):
        if call.program not in FETCHERS:
            continue
        reader = call.piped_to[0] if runs_input(call.piped_to) else call.inside
        if reader:
            plain = plain_url(call.texts)
            yield call.finding(
                f"{call.where} runs what a server sends, whatever that is today",
                label=f"{reader} runs it unseen" + ("" if plain is None else ", and anybody on the way can change it"),
                severity=None if plain is None else HIGH,
                fix=_advice(call, reader),
            )


def _advice(call: Call, reader: str) -> Fix:
    """The same in two steps, the first of which is verified."""
    at = next(urls(call.texts), None)
    address = redact(call.texts[at]).replace("http:", "https:", 1) if at is not None else "URL"
    return advise(
        "download a named version, verify it, then run it",
        f"ADD --checksum=sha256:SUM {address} /tmp/install\nRUN {reader} /tmp/install",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN curl -fsSL https://get.example.com/install.sh | bash -s -- -y  #! HH-SRC-031
RUN apt-get update && \\
    bash <(wget -qO- https://get.example.com/install.sh)  #! HH-SRC-031
RUN sh -c "$(curl -fsSL https://get.example.com/install.sh)"  #! HH-SRC-031
""",
        good="""
FROM debian:13.1
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \\
    https://get.example.com/install-1.4.sh /tmp/install.sh
RUN sh /tmp/install.sh
RUN curl -fsSL https://example.com/data.json | python3 -m json.tool
""",
    ),
]
