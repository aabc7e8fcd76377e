"""Container is granted capabilities that no recorded run used.

What it checks: where runs of the workload were recorded (`hardhull learn`, kept in `hardhull/profiles/`): capabilities
that are added, or left of the engine's default ones, although the kernel never asked for them in any of these runs.

Why it matters: a capability that nothing uses helps only whoever breaks into the process. Which ones a program needs
is hardly ever written down; a recording shows it.

How to fix: drop all, and add those that were used. Outside of Docker's own networks NET_BIND_SERVICE is kept where
ports below 1024 are listened on: there the recording cannot show the need.

When it is fine: for what the recorded runs did not do: a restore, a migration, an upgrade. Record that as well.

References: https://man7.org/linux/man-pages/man7/capabilities.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.model.change import Add, Drop
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.hardening import drop_all
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, learned, names, needed_here
from hardhull.rules.questions import default_capabilities, is_privileged, known_first
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-501",
    "unused-capability",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[8],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each added capability that is not used, and the default ones together."""
    found = learned(workload)
    if found is None or not found.sees("capabilities") or is_privileged(workload):
        return
    used = needed_here(found, workload)
    seen = found.saw("capabilities used", used)
    for item in known_first(workload.cap_add):
        name = normal(item.value)
        if name in used:
            continue
        rest = [Add("cap_add", each) for each in used] if name == ALL else []
        yield item.finding(
            f"{workload.subject} is granted {'every capability' if name == ALL else name}, "
            f"{'hardly one was' if name == ALL else 'which was not'} used {found.runs}",
            label="not used",
            value=name,
            confidence=found.confidence,
            fix=change(
                f"take {name} away" + (f", add {names(used)}" if rest else ""),
                Drop("cap_add", item),
                *rest,
                risk=NEEDS_PROOF,
                mitigation=PROVE,
                basis=found.basis,
            ),
        ).with_evidence(seen)
    dropped = {normal(item.value) for item in known_first(workload.cap_drop)}
    unused = sorted(default_capabilities(workload) - dropped - set(used))
    if ALL not in dropped and unused:
        yield workload.cap_drop.finding(
            f"{workload.subject} keeps default capabilities of which none was used {found.runs}: {names(unused)}",
            label="ALL is not dropped",
            value="",
            severity=LOW,
            confidence=found.confidence,
            fix=drop_all(workload),
        ).with_evidence(seen)


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cap_drop:
      - ALL
    cap_add:
      - CHOWN
      - NET_ADMIN  #! HH-PRV-501
"""
        + recorded("compose.yaml", capabilities=("CHOWN",)),
        good="""
services:
  web:
    image: nginx:1.27
    cap_drop:
      - ALL
    cap_add:
      - CHOWN
"""
        + recorded("compose.yaml", capabilities=("CHOWN",)),
    ),
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-501
    image: shop:1
"""
        + recorded("compose.yaml", capabilities=("CHOWN", "SETUID")),
        good="""
services:
  web:
    image: shop:1
    cap_drop:
      - ALL
    cap_add:
      - CHOWN
      - SETUID
"""
        + recorded("compose.yaml", capabilities=("CHOWN", "SETUID")),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --cap-drop=ALL --cap-add=SYS_ADMIN shop:1  #! HH-PRV-501
"""
        + recorded("run.sh", "docker run web"),
        good="""
docker run -d --name web --cap-drop=ALL shop:1
"""
        + recorded("run.sh", "docker run web"),
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
    - name: web  #! HH-PRV-501
      image: shop:1
"""
        + recorded("manifest.yaml", "container web of Pod web", listens=(80,)),
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: shop:1
      securityContext:
        capabilities:
          drop:
            - ALL
          add:
            - NET_BIND_SERVICE
"""
        + recorded("manifest.yaml", "container web of Pod web", listens=(80,)),
    ),
]
