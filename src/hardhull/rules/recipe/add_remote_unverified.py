"""ADD fetches a file that nothing verifies.

What it checks: `ADD` of an address without `--checksum`, and of a git repository whose address names no commit.

Why it matters: the file is whatever the server sends at that moment; it goes into the image unseen. Every build asks
the server anew.

How to fix: `ADD --checksum=sha256:... URL TARGET`; for git `ADD https://host/repo.git#COMMIT TARGET`.

When it is fine: files that the build only reads as data.

References: https://docs.docker.com/reference/dockerfile/#add---checksum
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.rule import HIGH, LOW, MEDIUM, SOURCE, Example, rule
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Copy
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

GIT = lazy(
    r"(?:git@|git://|ssh://)|https?://[^#?]+\.git(?:[#?].*)?$"
    r"|https?://(?:github|gitlab)\.com/[^/]+/[^/#]+(?:#.*)?$"
)
COMMIT = lazy(r"[#&?=](?:[^:]*:)?[0-9a-f]{40}\b|[#=][0-9a-f]{40}")


@rule(
    "HH-SRC-036",
    "add-remote-unverified",
    dimension=SOURCE,
    severity=MEDIUM,
    by_hand="the checksum has to come from those who publish the file",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the address."""
    for stage in recipe.stages:
        for copy in stage.copies:
            if copy.adds and not copy.checksum.written:
                for source in copy.sources:
                    yield from _judge(copy, source, stage.subject)


def _judge(copy: Copy, source: Field[str], where: str) -> Iterator[Finding]:
    address = source.get("")
    shown = redact(address)
    if GIT.match(address):
        if not COMMIT.search(address):
            yield source.finding(
                f"{where} takes a git repository as it is today",
                label="names no commit",
                value=address,
                severity=LOW,
                fix=advise("name the commit", f"ADD {shown.partition('#')[0]}#COMMIT {copy.target.get('TARGET')}"),
            )
    elif address.startswith(("http://", "https://")):
        plain = address.startswith("http://")
        yield source.finding(
            f"{where} takes a file from a server unseen" + (", without TLS" if plain else ""),
            label="no --checksum",
            value=copy.target.get("") or "target",
            severity=HIGH if plain else None,
            fix=advise(
                "verify the checksum",
                f"ADD --checksum=sha256:SUM {shown.replace('http:', 'https:', 1)} {copy.target.get('TARGET')}",
            ),
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
ADD https://example.com/tool-1.4.tar.gz /opt/  #! HH-SRC-036
ADD https://github.com/example/tool.git#main /src  #! HH-SRC-036
""",
        good="""
FROM debian:13.1
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \\
    https://example.com/tool-1.4.tar.gz /opt/
ADD https://github.com/example/tool.git#0123456789abcdef0123456789abcdef01234567 /src
""",
    ),
]
