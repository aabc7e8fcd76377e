"""Script does not check whom it talks to.

What it checks: options of commands in workflows, scripts and units that switch the check of certificates off: `curl
-k`, `wget --no-check-certificate`, `--tls-verify=false` of podman, buildah and skopeo, `--insecure-skip-tls-verify` of
kubectl and helm. Addresses of the machine itself and of private networks are left out. Documents are left out.

Why it matters: whoever sits on the way answers in the server's place: a registry gets another image or the credentials,
a download is another program.

How to fix: give the program the certificate of your own authority (`--cacert`, `/etc/docker/certs.d`,
`/etc/containers/certs.d`), and leave the option out.

When it is fine: machines for tests that talk to themselves.

References: https://docs.docker.com/engine/security/certificates/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.pipeline_changes import Reworded
from hardhull.rules.fix import NEEDS_PROOF, Fix, Instruct, advise, change
from hardhull.rules.pipeline_fixes import without
from hardhull.rules.programs import is_local, tls_off
from hardhull.rules.rule import HIGH, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

LOCAL_REGISTRY = re.compile(
    r"(?:docker://)?(?:localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|registry)(?::\d+)?/"
)


OWN_HOST = re.compile(r"[\"']?https://[^/\s]*\$")
"""A URL whose host only a variable tells."""
ALONE = frozenset(
    (
        *("--insecure", "--proxy-insecure", "--no-check-certificate", "--plain-http", "--no-strict-ssl"),
        *("--insecure-skip-tls-verify", "--insecure-skip-tls-verify=true"),
    )
)
"""Options without a value."""


@rule("HH-SRC-305", "script-tls-check-disabled", dimension=SOURCE, severity=HIGH, checklist=[6])
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the option."""
    if pipeline.from_docs:
        return
    for run in pipeline.runs:
        weak = tls_off(run.texts)
        if weak is None or any(is_local(text) or LOCAL_REGISTRY.match(text) for text in run.texts[1:]):
            continue
        yield run.finding(
            f"{pipeline.subject} does not check {weak.what}",
            at=run.words[weak.at],
            label="anybody on the way can answer",
            fix=_fix(run, weak.at),
        )


def _fix(run: Run, at: int) -> Fix:
    """The option goes; where it has a value of its own, a person has to look."""
    text = run.texts[at]
    title, mitigation = (
        f"let {run.texts[0]} check the certificate",
        "give it the certificate of your own authority first",
    )
    if any(OWN_HOST.match(word) for word in run.texts[1:]):
        return advise(
            title,
            f"{mitigation} (curl --cacert, wget --ca-certificate): a host that a variable names is most likely one of "
            f"your own; then leave {text} out",
        )
    if re.fullmatch(r"-[A-Za-z#0-9.]*k[A-Za-z#0-9.]*", text) and text != "-k":
        want = Reworded(run, at, text.replace("k", "", 1))
        return change(title, Instruct(want), risk=NEEDS_PROOF, mitigation=mitigation)
    if text == "-k" or (text.startswith("--") and (text in ALONE or "verify=" in text or text.endswith("ssl=false"))):
        return without(run, at, at, title, mitigation)
    return advise(title, f"{mitigation}: --cacert, /etc/docker/certs.d, /etc/containers/certs.d; then leave {text} out")


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
podman push --tls-verify=false registry.example.com/shop/api:1.4.0  #! HH-SRC-305
curl -sk https://example.com/hook  #! HH-SRC-305
podman push --tls-verify=false localhost:5000/shop/api:1.4.0
curl -sk https://localhost:8443/health
""",
        good="""
#!/bin/sh
set -e
podman push registry.example.com/shop/api:1.4.0
curl -s https://example.com/hook
podman push --tls-verify=false localhost:5000/shop/api:1.4.0
curl -sk https://localhost:8443/health
""",
    ),
]
