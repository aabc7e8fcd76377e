"""Image starts as a user that it does not have.

What it checks: the user and group of a built image's configuration against its own `/etc/passwd` and `/etc/group`, as
engines look them up: numbers stand for themselves, a name has to be there.

Why it matters: no container of it starts (`unable to find user`), and the mistake shows only there.

How to fix: make the account in the image, or name a number: `USER 10001:10001` needs none.

When it is fine: never; where the files are mounted over at run time, engines still look before that.

References: https://docs.docker.com/reference/dockerfile/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.rules.fix import advise
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ADVICE = advise(
    "make the account, or name a number",
    "RUN groupadd --system --gid 10001 app && useradd --system --uid 10001 --gid app app\nUSER 10001:10001",
)


@rule(
    "HH-PRV-411",
    "user-not-in-image",
    dimension=PRIVILEGE,
    severity=HIGH,
    checklist=[7],
    needs=["user"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields the user."""
    user = image.user.value
    if user.missing:
        kind, _, name = user.missing.partition(" ")
        file = "/etc/passwd" if kind == "user" else "/etc/group"
        finding = image.user.finding(
            f"{image.subject} starts as {user.text}, and its {file} has no {kind} {name}",
            label="no container of it starts",
            value=user.missing,
            fix=ADVICE,
        )
        yield finding.with_evidence(Reading(f"{kind} {name}", "not there", file))


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
USER app  #! HH-PRV-411
CMD ["x"]
--- contents.json
{
 "history": ["", "USER app"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "user": {"text": "app", "uid": null, "gid": null, "missing": "user app"}
}
""",
        good="""
--- Dockerfile
FROM debian:12
USER 10001:10001
CMD ["x"]
--- contents.json
{
 "history": ["", "USER 10001:10001"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "user": {"text": "10001:10001", "uid": 10001, "gid": 10001}
}
""",
    )
]
