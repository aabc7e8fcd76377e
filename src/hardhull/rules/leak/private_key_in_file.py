"""File holds a private key.

What it checks: in every file of a scan with `--secrets`: private keys as PEM (RSA, EC, PKCS #8, OpenSSH, OpenPGP,
OpenVPN), PuTTY, SSH2, signify, GnuPG, DER, PKCS #12, Java key stores, keytabs. A header without a key behind it, as
programs have it, does not count. Keys that are encrypted with a passphrase weigh less.

Why it matters: whoever has the key is the server, the person or the authority that it stands for.

How to fix: make a new pair, replace the public half where it is trusted, and take the key out of the file. Give it at
run time as a secret.

When it is fine: keys of tests that nobody trusts. Accept them by path in hardhull.toml.

References: https://docs.docker.com/compose/how-tos/use-secrets/
https://www.rfc-editor.org/rfc/rfc7468
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.leak import PRIVATE_KEY
from hardhull.rules.leaked import made_key, told
from hardhull.rules.rule import BUILD, HIGH, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.leak import Leak
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-321",
    "private-key-in-file",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
)
def check(leak: Leak, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(leak, lambda secret: secret.kind == PRIVATE_KEY, lambda secret: LOW if secret.locked else HIGH)


_HEAD, _BODY = made_key().split("\n", 1)

EXAMPLES = [
    Example(
        "secrets",
        path="certs/tls.key",
        bad=f"""
{_HEAD}  #! HH-SEC-321
{_BODY}
""",
        good="""
The key is mounted at run time: /run/secrets/tls.key
""",
    )
]
