"""File holds hashes of passwords.

What it checks: in every file of a scan with `--secrets`: `.htpasswd` and `shadow` with hashes of passwords.

Why it matters: a hash opens nothing by itself, but whoever has it can guess at the password, as often as they like
and without being seen. Short passwords and old hashes (`crypt`, MD5, SHA-1) fall within hours.

How to fix: keep such files out of the repository and of the image, mount them at run time, and use bcrypt.

When it is fine: long generated passwords behind bcrypt, for what matters little.

References: https://httpd.apache.org/docs/2.4/programs/htpasswd.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.leak import PRIVATE_KEY
from hardhull.rules.leaked import made_hash, told
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.leak import Leak, LeakedSecret
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-323",
    "password-hash-in-file",
    dimension=BUILD,
    severity=LOW,
    checklist=[2],
)
def check(leak: Leak, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(leak, _hashed, lambda _: LOW)


def _hashed(secret: LeakedSecret) -> bool:
    return secret.locked and secret.kind != PRIVATE_KEY


EXAMPLES = [
    Example(
        "secrets",
        path="nginx/.htpasswd",
        bad=f"""
# of the administration pages
{made_hash()}  #! HH-SEC-323
""",
        good="""
# of the administration pages: mounted at run time
""",
    )
]
