"""Password is a default that everybody guesses.

What it checks: environment variables that set a password to a default, a placeholder, common words or fewer than 8
characters (also as the default of a variable: `${DB_PASSWORD:-changeme}`), and settings of database images that let
everybody in without one.

Why it matters: who runs the definition as it stands has a service that opens at the first guess. It is worse where the
service that it opens publishes a port.

How to fix: take the default away, so that nothing starts without a real password (`${DB_PASSWORD:?set it}`), and give
a generated one as a file.

When it is fine: databases for tests that nobody else can reach.

References: https://docs.docker.com/compose/how-tos/use-secrets/
https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.ports import inner_service, is_public
from hardhull.rules.questions import image_name, known_first, literal_value, throwaway
from hardhull.rules.rule import BUILD, HIGH, LOW, MEDIUM, Example, rule
from hardhull.rules.secret_fixes import closed, out_of_environment
from hardhull.text.secret_names import role_of
from hardhull.text.secrets import NO_PASSWORD, secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ELSEWHERE = (
    "DB", "DATABASE", "SQL", "POSTGRES", "PG", "MARIA", "REDIS", "VALKEY", "MONGO", "SMTP", "MAIL", "LDAP", "RABBIT",
    "AMQP", "CLICKHOUSE", "BROKER", "BACKEND", "CLIENT", "INDEXER", "ELASTIC", "MINIO", "S3",
)  # fmt: skip
"""Words in the name of a password that opens another service than the one that is given it."""


NO_STORE = ("a debugger", "a remote desktop", "Kibana", "the Docker API", "the kubelet")
"""What ports lead to that no password of a database opens."""


def _opens_what_is_published(workload: Workload, name: str) -> bool:
    """Whether somebody who reaches a published port of the service can use this password there."""
    public = [item.value for item in workload.ports.get(()) if item.known and is_public(workload, item.value)]
    inner = {title for port in public if (title := inner_service(workload, port)) is not None}
    if inner.difference(NO_STORE):
        return True
    image = image_name(workload)
    other = any(word in name.upper() and word.lower() not in image for word in ELSEWHERE)
    return bool(public) and role_of(name) is not None and not other


@rule(
    "HH-SEC-002",
    "weak-default-password",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[2],
    about=["env"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such variable."""
    for item in known_first(workload.env):
        variable = item.value
        value = literal_value(variable)
        kind = secret_in(variable.name, value) if value else None
        if kind is not None and kind.weak:
            open_to_all = _opens_what_is_published(workload, variable.name)
            yield item.finding(
                f"{workload.subject} starts with {kind.title} ({variable.name})"
                + (" and publishes a port" if open_to_all else ""),
                label=kind.title,
                value=variable.name,
                severity=LOW if throwaway(workload) else HIGH if open_to_all else None,
                fix=closed(variable.name) if kind is NO_PASSWORD else out_of_environment(workload, item),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:-changeme}  #! HH-SEC-002
""",
        good="""
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: "${DB_PASSWORD:?set it in .env}"
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -e MYSQL_ROOT_PASSWORD=root mysql:8.4  #! HH-SEC-002
""",
        good="""
docker run -d -e MYSQL_ROOT_PASSWORD mysql:8.4
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: db
spec:
  containers:
    - name: db
      image: mysql:8.4
      env:
        - name: MYSQL_ALLOW_EMPTY_PASSWORD
          value: "yes"  #! HH-SEC-002
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: db
spec:
  containers:
    - name: db
      image: mysql:8.4
      env:
        - name: MYSQL_RANDOM_ROOT_PASSWORD
          value: "yes"
""",
    ),
]
