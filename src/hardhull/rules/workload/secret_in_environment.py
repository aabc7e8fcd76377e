"""Secret stands in the environment of a container.

What it checks: environment variables with a literal secret: tokens and keys that show by their form what they are
(with their checksum where they have one), passwords in URLs, and passwords, secrets and keys by the name of the
variable. Variables, files (`*_FILE`), placeholders and names of other objects are no secrets. Passwords that
everybody guesses have a rule of their own.

Why it matters: whoever reads the repository, its history, `docker inspect`, a crash report or /proc/PID/environ has
it.

How to fix: take it out and make a new one, because the old one is known. Give it as a file (`secrets:` with the
`*_FILE` variable of the image, a Secret volume) or at least from outside of the repository. The fix never moves the
value: where it goes to is said with a command. Until that is done Compose and Kubernetes refuse to start the
container; `docker run -e NAME` starts it without the variable.

When it is fine: made-up values in examples and tests.

References: https://docs.docker.com/compose/how-tos/use-secrets/
https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.questions import known_first, literal_value
from hardhull.rules.rule import BUILD, CRITICAL, HIGH, Example, rule
from hardhull.rules.secret_fixes import out_of_environment
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-001",
    "secret-in-environment",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    about=["env"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each variable with a secret."""
    for item in known_first(workload.env):
        variable = item.value
        value = literal_value(variable)
        kind = secret_in(variable.name, value) if value else None
        if kind is None or kind.weak:
            continue
        proven = kind.sure and kind.id != "url-password"
        yield item.finding(
            f"{workload.subject} has {kind.title} in its environment ({variable.name})",
            label=kind.title,
            value=variable.name,
            severity=CRITICAL if proven else None,
            confidence=None if kind.sure or kind.id == "password" else Confidence.MEDIUM,
            fix=out_of_environment(workload, item),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    environment:
      DB_PASSWORD: uG7!kq2ZpL9x  #! HH-SEC-001
      DB_PASSWORD_FILE: /run/secrets/db
""",
        good="""
services:
  web:
    image: nginx:1.27
    environment:
      DB_PASSWORD: "${DB_PASSWORD:?set it in .env}"
      DB_PASSWORD_FILE: /run/secrets/db
""",
    ),
    Example(
        "compose",
        bad="""
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: uG7!kq2ZpL9x  #! HH-SEC-001
      POSTGRES_DB: shop
""",
        good="""
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_DB: shop
      POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password
    secrets:
      - postgres_password
secrets:
  postgres_password:
    file: ./secrets/postgres_password
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -e DATABASE_URL=postgres://app:uG7kq2ZpL9x@db/app nginx:1.27  #! HH-SEC-001
""",
        good="""
docker run -d -e DATABASE_URL nginx:1.27
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      env:
        - name: API_TOKEN
          value: 8783345c388e4b009d24c64758de5660  #! HH-SEC-001
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      env:
        - name: API_TOKEN
          valueFrom:
            secretKeyRef:
              name: web-env
              key: API_TOKEN
""",
    ),
]
