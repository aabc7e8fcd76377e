"""An audit that cannot fail.

What it checks: runs of docker-bench-security and kube-bench whose exit code says nothing: docker-bench always ends
with 0, kube-bench does unless `--exit-code` is given, and either may be followed by `|| true`.

Why it matters: a schedule that is green for ever is read by nobody. A new privileged container or an open socket
stays.

How to fix: let kube-bench fail (`--exit-code 1`); judge docker-bench's JSON report, or run `hardhull scan --fail-on
high`, which fails by itself.

When it is fine: where the report is collected and compared elsewhere.

References: https://github.com/docker/docker-bench-security
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.deeds import deeds
from hardhull.facts.pipeline import Run
from hardhull.facts.pipeline_changes import WithWords
from hardhull.rules.at_deed import at_deed, not_counted
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.pipeline_fixes import MITIGATION, counting
from hardhull.rules.rule import INFO, LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


REPORT = advise(
    "judge the report of the audit",
    "docker-bench ends with 0 whatever it finds: keep its JSON report (`-l FILE`) and compare it, or run\n"
    "hardhull scan engine --fail-on high",
)


@rule(
    "HH-MON-303",
    "audit-cannot-fail",
    dimension=MONITORING,
    severity=LOW,
    checklist=[16],
    tags=["hollow"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields every audit whose result is lost."""
    for deed in deeds(pipeline):
        if deed.kind != "audit":
            continue
        ignored = not_counted(deed)
        if ignored:
            yield at_deed(
                deed,
                f"{deed.tool} in {pipeline.subject} may find what it likes: its exit code is ignored",
                label="green whatever it finds",
                also=ignored,
                severity=MEDIUM,
                fix=counting(deed, "let a failing audit fail the step") if deed.tool == "kube-bench" else REPORT,
            )
        elif deed.tool == "kube-bench" and isinstance(deed.source, Run) and not deed.source.has("--exit-code"):
            yield at_deed(
                deed,
                f"kube-bench in {pipeline.subject} ends with 0 whatever it finds",
                label="no `--exit-code` is given",
                fix=change(
                    "let findings fail the step",
                    Instruct(WithWords(deed.source, len(deed.source.texts) - 1, "--exit-code 1")),
                    risk=NEEDS_PROOF,
                    mitigation=MITIGATION,
                ),
            )
        elif deed.tool != "kube-bench":
            yield at_deed(
                deed,
                f"{deed.tool} in {pipeline.subject} ends with 0 whatever it finds",
                label="keep its report, and judge that",
                severity=INFO,
                fix=REPORT,
            )


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
kube-bench run --targets node  #! HH-MON-303
""",
        good="""
#!/bin/sh
set -e
kube-bench run --targets node --exit-code 1
""",
    ),
    Example(
        "shell",
        bad="""
#!/bin/sh
docker-bench-security.sh -l /var/log/bench.log || true  #! HH-MON-303
""",
        good="""
#!/bin/sh
set -e
kube-bench run --targets node --exit-code 1
""",
    ),
]
