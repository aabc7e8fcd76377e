"""File holds a password.

What it checks: in every file of a scan with `--secrets`: files that are there to hold logins (`.pgpass`, `.netrc`,
`wp-config.php`, `.my.cnf`, Terraform states, Kubernetes Secrets ...), URLs and connection strings with a password,
passwords on command lines, and values whose name says that they are secret. In files of settings such a value counts
as it stands; in programs only a quoted one that looks generated. Variables, placeholders, references and the words of
default passwords are none.

Why it matters: whoever gets the file, the repository or the image can log in.

How to fix: change the password, take it out of the file, and give it at run time as a secret.

When it is fine: made-up values in tests. Accept them with a comment or by path in hardhull.toml.

References: https://docs.docker.com/compose/how-tos/use-secrets/
https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.leaked import made_password, told
from hardhull.rules.rule import BUILD, HIGH, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.leak import Leak, LeakedSecret
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-322",
    "password-in-file",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
)
def check(leak: Leak, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(leak, _made_up, lambda _: HIGH)


def _made_up(secret: LeakedSecret) -> bool:
    return secret.password and not secret.locked


EXAMPLES = [
    Example(
        "secrets",
        path="deploy/.env",
        bad=f"""
DB_HOST=db.internal
DB_PASSWORD={made_password()}  #! HH-SEC-322
""",
        good="""
DB_HOST=db.internal
DB_PASSWORD_FILE=/run/secrets/db_password
""",
    )
]
