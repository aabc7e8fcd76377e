"""Secret stands in the command of a container.

What it checks: options with a literal secret in the command or entrypoint (`--requirepass`, `--admin-password=...`),
and tokens and keys that show by their form what they are.

Why it matters: command lines are visible to every user of the host (`ps`), in `docker inspect`, in logs and in the
repository.

How to fix: give it as a file or at least as a variable from outside of the repository; most programs have an option
for that.

When it is fine: made-up values in examples and tests.

References: https://docs.docker.com/compose/how-tos/use-secrets/
https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, HIGH, MEDIUM, Example, rule
from hardhull.text.secrets import SecretKind, secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _secrets(words: tuple[str, ...]) -> Iterator[tuple[str, str, SecretKind]]:
    """Options with a secret (``--name=value``, ``--name value``), it and its kind; a token anywhere has no option."""
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if not option.startswith("--") or option == "--":
            option, value = "", word
        elif not equals and number + 1 < len(words):
            value = words[number + 1]
        kind = secret_in(option.lstrip("-") or None, value)
        if kind is not None:
            yield option, value, kind


def _stands_in(text: str, option: str, value: str) -> bool:
    """Whether the option stands in the file with this very value, not with a variable that has it."""
    at = text.find(value)
    while at >= 0:
        before = text[max(0, at - 80) : at].rstrip(" \t\r\n\"',=-[")
        if before.endswith(option.rstrip("-")):
            return True
        at = text.find(value, at + 1)
    return False


def _command(workload: Workload, field: Field[tuple[str, ...] | None]) -> Iterator[Finding]:
    for option, value, kind in _secrets(field.value or ()):
        if _stands_in(field.place.source.data.decode("utf-8", "replace"), option, value):
            name = option or kind.title
            yield field.finding(
                f"the command of {workload.subject} has {kind.title} in it ({name})",
                label=kind.title,
                value=name,
                severity=MEDIUM if kind.weak else None,
                fix=advise(
                    "give it the secret by a file",
                    "mount a secret, let the command read the file, and make a "
                    "new value: the old one stands in `ps` and in the history of this file",
                ),
            )


@rule(
    "HH-SEC-004",
    "secret-in-command",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    about=["command", "entrypoint"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the command with a secret."""
    yield from _command(workload, workload.command)
    yield from _command(workload, workload.entrypoint)


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  cache:
    image: redis:7.4
    command: redis-server --requirepass uG7kq2ZpL9x  #! HH-SEC-004
""",
        good="""
services:
  cache:
    image: redis:7.4
    command: redis-server /etc/redis/redis.conf
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d redis:7.4 redis-server --requirepass uG7kq2ZpL9x  #! HH-SEC-004
""",
        good="""
docker run -d redis:7.4 redis-server /etc/redis/redis.conf
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
    - name: cache
      image: redis:7.4
      args: ["--requirepass", "uG7kq2ZpL9x"]  #! HH-SEC-004
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
    - name: cache
      image: redis:7.4
      args: ["--requirepass", "$(PASSWORD)"]
""",
    ),
]
