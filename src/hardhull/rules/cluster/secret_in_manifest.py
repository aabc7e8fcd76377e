"""Secret object with real values in the tree.

What it checks: objects of the kind Secret whose values are recognised as passwords, tokens or keys. Base64 is decoded;
encrypted values (SOPS, SealedSecret) and placeholders are not reported.

Why it matters: base64 hides nothing. Whoever reads the repository, a fork or an old clone has the value, and removing
it later leaves it in the history.

How to fix: change the value, then keep it outside: an external secret store, SealedSecrets, or SOPS.

When it is fine: values of tests and examples that open nothing.

References: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import DataKey
from hardhull.rules.each import each
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, HIGH, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import DataObject
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ADVICE = """\
kubectl create secret generic NAME --dry-run=client -o yaml --from-file=KEY=/dev/stdin | kubeseal -o yaml > sealed.yaml
or an ExternalSecret of your secret store; give the old value up where it opens something: the history keeps it"""


@rule(
    "HH-SEC-301",
    "secret-in-manifest",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    by_hand="the value has to be changed where it is used, and to be kept in a store that the team chooses",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such key of every Secret, the others beside it."""
    return each(cluster.secrets.value, _judge)


def _judge(secret: Field[DataObject]) -> Iterator[Finding]:
    record = secret.value
    nothing = DataKey("", literal=False)
    found = [key for key in record.keys if key.get(nothing).secret]
    if found:
        first = found[0].value
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield found[0].finding(
            f"{record!r} holds {first.secret} in `{first.key}`{more}",
            label=first.secret,
            also=tuple(key.mark(key.value.secret) for key in found[1:4]),
            value=repr(record),
            fix=advise("change the value, and keep it outside of the tree", ADVICE),
        )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  user: shop
  password: vK3nq8Zr0pLw  #! HH-SEC-301
""",
        good="""
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: db
spec:
  encryptedData:
    password: AgBy8hCiZ0xq
---
apiVersion: v1
kind: Secret
metadata:
  name: empty
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  password: dkszbnE4WnIwcEx3  #! HH-SEC-301
""",
        good="""
apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  password: ""
""",
    ),
]
