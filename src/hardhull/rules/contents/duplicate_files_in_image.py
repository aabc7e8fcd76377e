"""Image holds the same files twice.

What it checks: the bytes of every layer of a built image that the image has a second time: files that a later layer
writes again with the same content, because only their owner or mode changed (`chown -R` and `chmod -R` in a RUN of
their own), and files of at least 4 KiB with equal content under several paths, unless packages of the distribution own
both. Equal is what has the same size and checksum (CRC-32). From one megabyte of one instruction on; the result has the
numbers of all (`images[].sizes`).

Why it matters: a layer keeps whole files: `chown -R` of 300 MB makes the image 300 MB larger.

How to fix: give the files their owner when they come (`COPY --chown=10001:10001`, `COPY --chmod=755`), or change it in
the RUN that makes them; copy what is needed twice once, and link to it.

When it is fine: copies that are meant to differ later.

References: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.measured import DUPLICATE, REWRITTEN
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, LOW, Example, rule
from hardhull.rules.weighed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

OWNER = advise("give files their owner and mode when they come", "COPY --chown=10001:10001 --chmod=755 app /app")
ONCE = advise("keep one copy, and link to it", "RUN ln -s /usr/share/app/data /opt/app/data")


@rule(
    "HH-BLD-413",
    "duplicate-files-in-image",
    dimension=BUILD,
    severity=LOW,
    checklist=[3],
    needs=["wastes"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each instruction whose files are there once more."""
    yield from told(image, (REWRITTEN,), "files that a later layer has again, unchanged", LOW, OWNER)
    yield from told(image, (DUPLICATE,), "files that are there under another path too", LOW, ONCE)


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
COPY app /app  #! HH-BLD-413
RUN chown -R 10001:10001 /app
CMD ["x"]
--- contents.json
{
 "history": ["", "COPY app /app # buildkit", "/bin/sh -c chown -R 10001:10001 /app"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "heaps": [{"layer": 1, "cause": "rewritten", "bytes": 64000000, "files": 812, "examples": ["app/lib.so"], "by": 2}]
}
""",
        good="""
--- Dockerfile
FROM debian:12
COPY --chown=10001:10001 app /app
CMD ["x"]
--- contents.json
{
 "history": ["", "COPY --chown=10001:10001 app /app # buildkit"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [], "heaps": []
}
""",
    )
]
