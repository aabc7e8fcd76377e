"""Script enters a container with more than the container has.

What it checks: `docker exec --privileged`, and `docker exec --user root` (or 0), in workflows, scripts and units.
Documents are left out.

Why it matters: the command has what the container was carefully not given: `--privileged` all capabilities, root the
files of every user. It also shows that the image does not do what is needed as its own user.

How to fix: let the image prepare what needs root when it is built, and run the command as the container's user. For
looking inside, use a debug container beside it.

When it is fine: single repairs by an administrator.

References: https://docs.docker.com/reference/cli/docker/container/exec/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.fix import advise
from hardhull.rules.pipeline_fixes import without
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

MITIGATION = "let the image prepare what needs root when it is built"
ENGINES = frozenset({"docker", "podman", "nerdctl"})
WITH_VALUE = frozenset({"-e", "--env", "--env-file", "-w", "--workdir", "--detach-keys", "--index"})


@rule(
    "HH-PRV-310",
    "exec-with-privileges",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.23", "docker-1.6:5.24", "docker-1.8:5.23", "docker-1.8:5.24"],
    tags=["cis"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the option."""
    if pipeline.from_docs:
        return
    for run in pipeline.runs:
        if run.program not in ENGINES or "exec" not in run.verbs[:2]:
            continue
        for at, last, option in _options(run):
            if option == "--privileged":
                yield run.finding(
                    f"{pipeline.subject} runs a command in a container with every capability",
                    at=run.words[at],
                    label="more than the container has",
                    fix=without(run, at, at, "run it with what the container has", MITIGATION),
                )
            elif option and is_root(option):
                yield run.finding(
                    f"{pipeline.subject} runs a command in a container as root",
                    at=run.words[at],
                    label="whatever user the container has",
                    severity=LOW,
                    fix=without(run, at, last, "run it as the container's user", MITIGATION)
                    if run.texts[at].startswith(("-u", "--user"))
                    else advise("run it as the container's user", f"take u and {option} out of {run.texts[at]}"),
                )


def _options(run: Run) -> Iterator[tuple[int, int, str]]:
    """``--privileged`` and the users that exec's own options name; the words behind the container are its command."""
    texts = run.texts
    at = texts.index("exec") + 1 if "exec" in texts else len(texts)
    while at < len(texts) and texts[at].startswith("-"):
        text, following = texts[at], texts[at + 1] if at + 1 < len(texts) else ""
        if text in {"--privileged", "--privileged=true"}:
            yield at, at, "--privileged"
        elif text in {"-u", "--user"}:
            yield at, at + 1, following
            at += 1
        elif text.startswith(("--user=", "-u=")):
            yield at, at, text.partition("=")[2]
        elif text.startswith("-") and not text.startswith("--") and text.endswith("u"):
            yield at, at + 1, following
            at += 1
        elif text in WITH_VALUE:
            at += 1
        at += 1


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
docker exec -it --privileged db sh  #! HH-PRV-310
docker exec -u root app chown app /data  #! HH-PRV-310
docker exec app run --privileged
""",
        good="""
#!/bin/sh
docker exec -it db sh
docker exec app chown app /data
docker exec app run --privileged
""",
    ),
]
