"""Runtime monitor without the privileges to see anything.

What it checks: containers of runtime monitors (Falco, Tracee, Tetragon, Sysdig) that are neither privileged nor hold
the capabilities to load their probe (BPF and PERFMON, or SYS_ADMIN).

Why it matters: the monitor starts, reports that all is quiet, and sees no system call. It stands in the checklist as a
protection that is not there.

How to fix: run it on the host as a unit (`falco-modern-bpf.service`), or give the container what its manual names:
`privileged`, or the capabilities BPF, PERFMON, SYS_PTRACE and SYS_RESOURCE. Then start a shell in some container and
look whether the event arrives.

When it is fine: a part that only receives events from a probe elsewhere.

References: https://falco.org/docs/setup/container/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import image_name
from hardhull.rules.rule import HIGH, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

MONITORS = frozenset(
    {
        "falcosecurity/falco", "falcosecurity/falco-no-driver", "aquasec/tracee", "aquasecurity/tracee",
        "quay.io/cilium/tetragon", "cilium/tetragon", "sysdig/agent", "sysdig/sysdig",
    }
)  # fmt: skip
PROBE = frozenset({"BPF", "PERFMON"})
"""What loading a BPF probe takes since Linux 5.8; SYS_ADMIN before, and still."""


@rule(
    "HH-MON-007",
    "monitor-cannot-see",
    dimension=MONITORING,
    severity=HIGH,
    checklist=[15],
    tags=["hollow"],
    by_hand="what makes a monitor see (BPF, PERFMON, or privileged) is a power that a person has to decide about",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the image of a monitor that cannot load its probe."""
    if image_name(workload) not in MONITORS or workload.privileged.value:
        return
    held = workload.effective_capabilities.value
    if "SYS_ADMIN" in held or held >= PROBE:
        return
    yield workload.image.finding(
        f"{workload.subject} starts a runtime monitor that may not load its probe: it sees nothing",
        label="needs privileged, or BPF and PERFMON",
    )


EXAMPLES = [
    Example(
        "docker-run",
        bad="""
docker run -d --name falco falcosecurity/falco:0.43.1  #! HH-MON-007
""",
        good="""
docker run -d --name falco --cap-drop=ALL --cap-add=BPF --cap-add=PERFMON falcosecurity/falco:0.43.1
""",
    ),
    Example(
        "compose",
        bad="""
services:
  tracee:
    image: aquasec/tracee:0.24.1  #! HH-MON-007
    pid: host
""",
        good="""
services:
  tracee:
    image: aquasec/tracee:0.24.1
    pid: host
    privileged: true
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: falco
spec:
  containers:
    - name: falco
      image: falcosecurity/falco:0.43.1  #! HH-MON-007
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: falco
spec:
  containers:
    - name: falco
      image: falcosecurity/falco:0.43.1
      securityContext:
        privileged: true
""",
    ),
]
