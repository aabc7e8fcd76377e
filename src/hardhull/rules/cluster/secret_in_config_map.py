"""ConfigMap holds a secret.

What it checks: keys of ConfigMaps whose values are recognised as passwords, tokens or keys.

Why it matters: ConfigMaps are not meant for secrets: they are not encrypted at rest even where Secrets are, many roles
may read them, and tools print them. The manifest itself is in the repository.

How to fix: change the value, keep it in a Secret that does not come from the repository in clear text, and give it to
the container as a file.

When it is fine: values of tests and examples that open nothing.

References: https://kubernetes.io/docs/concepts/configuration/configmap/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import DataKey
from hardhull.rules.each import each
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import DataObject
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ADVICE = """\
env:
  - name: VARIABLE
    valueFrom:
      secretKeyRef: {name: SECRET, key: KEY}
in place of the ConfigMap's key; the Secret itself from an external store or sealed, with a new value"""


@rule(
    "HH-SEC-302",
    "secret-in-config-map",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[2],
    also=["trivy:KSV-0109", "polaris:sensitiveConfigmapContent"],
    by_hand="the value has to be changed where it is used, and what reads the ConfigMap has to read a Secret",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every such key."""
    return each(cluster.config_maps.value, _judge)


def _judge(config: Field[DataObject]) -> Iterator[Finding]:
    record = config.value
    for key in record.keys:
        found = key.get(DataKey("", literal=False))
        if found.secret:
            yield key.finding(
                f"{record!r} holds {found.secret} in `{found.key}`",
                label="readable by everyone who may read ConfigMaps",
                also=(config.mark("this ConfigMap"),),
                value=f"{record!r} {found.key}",
                fix=advise("change the value, and give it in a Secret", ADVICE),
            )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  DB_HOST: db
  DB_PASSWORD: vK3nq8Zr0pLw  #! HH-SEC-302
""",
        good="""
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  DB_HOST: db
  DB_PASSWORD_FILE: /run/secrets/db
""",
    ),
]
