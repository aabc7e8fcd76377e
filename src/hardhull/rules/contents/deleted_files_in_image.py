"""Image holds files that later instructions deleted or replaced.

What it checks: the bytes of every layer of a built image that no container sees, because a later layer took them away
(`rm` in another RUN) or has other content under the same path; each with the instruction that made them and the one
that hides them. From one megabyte of one instruction on; the result has the numbers of all (`images[].sizes`).

Why it matters: a layer does not change. What a later one hides is pulled and stored with the image all the same, and
whoever has the image can read it.

How to fix: make, use and delete it in the same RUN; or make it in an earlier stage and copy what is needed.

When it is fine: updates of what the base image brought, which only a newer base makes needless.

References: https://docs.docker.com/build/building/best-practices/#minimize-the-number-of-layers
https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.measured import DELETED
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, LOW, Example, rule
from hardhull.rules.weighed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ADVICE = advise(
    "delete it in the RUN that makes it, or build in an earlier stage",
    "RUN curl -fsSLO https://example.com/app.tar.gz && tar -xf app.tar.gz && rm app.tar.gz",
)


@rule(
    "HH-BLD-412",
    "deleted-files-in-image",
    dimension=BUILD,
    severity=LOW,
    checklist=[3],
    needs=["wastes"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each instruction whose files are hidden."""
    yield from told(image, (DELETED,), "files that later layers deleted or replaced", LOW, ADVICE)


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
COPY app.tar.gz /tmp/  #! HH-BLD-412
RUN tar -xf /tmp/app.tar.gz && rm /tmp/app.tar.gz
CMD ["x"]
--- contents.json
{
 "history": ["", "COPY app.tar.gz /tmp/ # buildkit", "/bin/sh -c tar -xf /tmp/app.tar.gz && rm /tmp/app.tar.gz"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "heaps": [{"layer": 1, "cause": "deleted", "bytes": 48000000, "files": 1, "examples": ["tmp/app.tar.gz"], "by": 2}]
}
""",
        good="""
--- Dockerfile
FROM debian:12
ADD app.tar.gz /opt/
CMD ["x"]
--- contents.json
{
 "history": ["", "ADD app.tar.gz /opt/ # buildkit"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [], "heaps": []
}
""",
    )
]
