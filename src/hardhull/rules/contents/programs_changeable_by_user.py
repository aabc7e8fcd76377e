"""User of the image may change the programs that it runs.

What it checks: files of a built image that the user its containers start as (an ordinary one) may both write and run,
as owner, by its groups, or because everybody may; one finding for each instruction that made some.

Why it matters: who breaks into the process changes what runs next, and it stays there as long as the container does.
Programs that belong to root cannot be replaced by the process that runs them.

How to fix: leave programs to root and let everybody read and run them (`COPY --chmod=755 app /app`, without
`--chown`); give the user only the folders that it writes data to. A read-only root file system ends it too.

When it is fine: programs that update themselves on purpose.

References: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
https://docs.docker.com/reference/cli/docker/container/run/#read-only
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.measured import CHANGEABLE
from hardhull.rules.fix import advise
from hardhull.rules.granted import by_layer, listed
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ADVICE = advise(
    "leave programs to root; give the user its data folders alone",
    "COPY --chmod=755 app /app\nRUN mkdir /data && chown 10001:10001 /data\nUSER 10001:10001",
)


@rule(
    "HH-PRV-412",
    "programs-changeable-by-user",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    needs=["rights"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each instruction that made some."""
    who = image.user.value.text or "root"
    for group in by_layer(image, CHANGEABLE):
        first = group[0]
        count = f"{len(group)} programs" if len(group) > 1 else "a program"
        yield first.finding(
            f"{image.subject} runs as {who}, who may change {count} of it: {listed(group)}",
            label=f"{who} may write and run it",
            value=f"{CHANGEABLE} {first.value.path}",
            fix=ADVICE,
        )


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
COPY --chown=10001 app /app/app  #! HH-PRV-412
USER 10001
CMD ["x"]
--- contents.json
{
 "history": ["", "COPY --chown=10001 app /app/app # buildkit", "USER 10001"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "user": {"text": "10001", "uid": 10001, "gid": 0},
 "rights": [{"kind": "changeable-program", "path": "app/app", "layer": 1, "mode": 493, "uid": 10001, "gid": 0}]
}
""",
        good="""
--- Dockerfile
FROM debian:12
COPY app /app/app
USER 10001
CMD ["x"]
--- contents.json
{
 "history": ["", "COPY app /app/app # buildkit", "USER 10001"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "user": {"text": "10001", "uid": 10001, "gid": 0}, "rights": []
}
""",
    )
]
