"""Script opens the engine to the network without TLS.

What it checks: commands that start `dockerd` with `-H tcp://` and without `--tlsverify`, in workflows and scripts. An
address of the machine itself is less bad. Units and daemon.json are judged as engines, documents
are left out.

Why it matters: whoever reaches the port starts a privileged container and is root on the host. Such ports are found
and used for mining within hours.

How to fix: leave the socket as it is and reach other machines over SSH (`docker -H ssh://user@host`); or `--tlsverify`
with `--tlscacert`, `--tlscert` and `--tlskey`.

When it is fine: an engine inside of a container for a single build, in a network of its own.

References: https://docs.docker.com/engine/security/protect-access/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.pipeline_fixes import without
from hardhull.rules.rule import CRITICAL, LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

LOCAL = re.compile(r"tcp://(?:127\.|localhost|\[?::1)")


@rule(
    "HH-NET-310",
    "engine-opened-by-script",
    dimension=NETWORK,
    severity=CRITICAL,
    cis=["docker-1.6:2.7", "docker-1.8:2.8"],
    tags=["cis"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the address."""
    if pipeline.from_docs or pipeline.syntax == "systemd":
        return
    for run in pipeline.runs:
        if run.program not in {"dockerd", "dockerd-entrypoint.sh", "docker-daemon"} or _verifies(run.texts):
            continue
        for at, text in enumerate(run.texts):
            address = text.partition("=")[2] if text.startswith(("--host=", "-H=")) else text
            if address.startswith("tcp://") and run.words[at].known:
                yield run.finding(
                    f"{pipeline.subject} opens the engine's API to whoever reaches the port",
                    at=run.words[at],
                    label="no --tlsverify",
                    severity=LOW if LOCAL.match(address) else None,
                    fix=without(
                        run,
                        at if "=" in text[:7] else at - 1,
                        at,
                        "listen on the socket only",
                        "reach it over SSH instead: docker -H ssh://user@host",
                    ),
                )


def _verifies(texts: tuple[str, ...]) -> bool:
    return any(text in {"--tlsverify", "--tlsverify=true"} for text in texts)


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
dockerd -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 &  #! HH-NET-310
docker info
""",
        good="""
#!/bin/sh
dockerd -H unix:///var/run/docker.sock &
docker info
""",
    ),
]
