"""File holds a credential that somebody issued.

What it checks: in every file of a scan with `--secrets`: keys and tokens of more than 300 services by their form,
logins of container and package registries, JSON Web Tokens, session cookies. What can be checked without a network is
checked: checksums, structure, dates. A key in two halves is one finding that shows both. Looked into are also base64,
UTF-16 and archives. There is no list of paths that are not searched.

Why it matters: whoever gets the file, the repository or the image can use it, until it is made invalid.

How to fix: make it invalid where it was issued and get a new one, then take it out of the file; deleting it alone
leaves it in the history. Give it at run time: a secret of Compose or Kubernetes, a secret mount of a build.

When it is fine: made-up values in tests. Accept them with a comment or by path in hardhull.toml.

References: https://docs.docker.com/build/building/secrets/
https://github.com/gitleaks/gitleaks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.leak import PRIVATE_KEY
from hardhull.rules.leaked import made_token, told
from hardhull.rules.rule import BUILD, HIGH, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.leak import Leak, LeakedSecret
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-320",
    "credential-in-file",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
)
def check(leak: Leak, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(leak, _issued, lambda _: HIGH)


def _issued(secret: LeakedSecret) -> bool:
    return not secret.password and secret.kind != PRIVATE_KEY


EXAMPLES = [
    Example(
        "secrets",
        path="deploy/settings.ini",
        bad=f"""
[registry]
url = https://ghcr.io
token = {made_token()}  #! HH-SEC-320
""",
        good="""
[registry]
url = https://ghcr.io
token = ${GHCR_TOKEN}
""",
    )
]
