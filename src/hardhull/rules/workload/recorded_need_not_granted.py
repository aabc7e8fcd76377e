"""Container lacks what recorded runs needed.

What it checks: where runs of the workload were recorded: a read-only root filesystem without room for what was written,
a seccomp profile that stops a call that was made, capabilities that were used and are not granted, no network although
something was connected to.

Why it matters: hardening that breaks the application is taken back as a whole by whoever is on call. Better to grant
what is needed before that.

How to fix: give the folders room, allow the calls, add the capabilities. Then prove it: `hardhull prove`.

When it is fine: where the recording shows another state: another image, another user, another way to use it. Record it
again.

References: docs/profiles.md
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.facts.seccomp import docker_default, evaluate
from hardhull.model.change import Add, SetTo
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, folders_of, learned, names, written
from hardhull.rules.observed_calls import calls, document, file_of, seccomp_changes
from hardhull.rules.observed_fixes import room
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.observed import Learned
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-506",
    "recorded-need-not-granted",
    dimension=PRIVILEGE,
    severity=HIGH,
    tags=["hollow"],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each restriction under which it would not do what it did."""
    found = learned(workload)
    if found is None or is_privileged(workload):
        return
    if found.sees("files"):
        yield from _folders(workload, found)
    yield from _calls(workload, found)
    if found.sees("capabilities"):
        yield from _capabilities(workload, found)
    if workload.network_mode.get(None) == "none" and found.peers:
        yield workload.network_mode.finding(
            f"{workload.subject} has no network, and connected to {names(found.peers)} {found.runs}",
            label="would reach nothing",
            confidence=found.confidence,
            fix=change(
                "give it a network", SetTo("network_mode", None), risk=NEEDS_PROOF, mitigation=PROVE, basis=found.basis
            ),
        ).with_evidence(found.saw("connections", found.peers))


def _folders(workload: Workload, found: Learned) -> Iterator[Finding]:
    if not workload.read_only.get(False):
        return
    folders = folders_of(written(found, workload))
    if not folders:
        return
    yield workload.read_only.finding(
        f"{workload.subject} cannot write to {names(folders)}, and did {found.runs}",
        label="read-only, with no room for that",
        value=" ".join(folders),
        confidence=found.confidence,
        fix=_room(workload, found, folders),
    ).with_evidence(found.saw("folders written outside of mounts", folders))


def _room(workload: Workload, found: Learned, folders: list[str]) -> Fix:
    mounts = room(workload, found, folders)
    if mounts is None:
        return advise(f"give {names(folders)} a volume", "with the files that the image has there")
    return change(f"give it room for {names(folders)}", *mounts, risk=NEEDS_PROOF, mitigation=PROVE, basis=found.basis)


def _calls(workload: Workload, found: Learned) -> Iterator[Finding]:
    profile = workload.seccomp_profile.get(None)
    needed = calls(found, tight=True)
    if profile is None or needed.arches - {"amd64"} or not found.sees("syscalls"):
        return
    stopped = sorted(needed.observed & evaluate(profile, workload.effective_capabilities.get(frozenset())).stopped)
    if not stopped:
        return
    yield workload.seccomp.finding(
        f"{workload.subject} may not call {names(stopped)}, and did {found.runs}",
        label=f"{profile.place.source.path} stops {'it' if len(stopped) == 1 else 'them'}",
        value=" ".join(stopped),
        confidence=found.confidence,
        fix=_wider(workload, found, profile, stopped),
    ).with_evidence(found.saw("system calls that it stops", stopped))


def _wider(workload: Workload, found: Learned, profile: SeccompProfile, stopped: list[str]) -> Fix:
    """The profile with these calls as well; by hand where it goes by arguments, which a list of names would lose."""
    path = profile.place.source.path
    allowed = evaluate(profile)
    if allowed.partly - docker_default().partly:
        return advise(
            f"allow {names(stopped, 20)} in {path}", json.dumps({"names": stopped, "action": "SCMP_ACT_ALLOW"})
        )
    every = calls(found, tight=True)
    every = every._replace(
        static=(allowed.allowed | allowed.partly) - every.observed, conditional=every.conditional | allowed.partly
    )
    return change(
        f"allow {names(stopped)} as well" + ("" if path == file_of(workload) else ", in a profile of its own"),
        *seccomp_changes(workload, document(every)),
        risk=NEEDS_PROOF,
        mitigation=PROVE,
        basis=found.basis,
    )


def _capabilities(workload: Workload, found: Learned) -> Iterator[Finding]:
    """As root only: another user than the recorded one may not need them."""
    user, has = workload.effective_user, workload.effective_capabilities
    if not has.known or (user.known and user.value and not is_root(user.value)):
        return
    lacking = sorted(found.profile.capabilities_used - has.value)
    if not lacking:
        return
    yield workload.cap_add.finding(
        f"{workload.subject} is not granted {names(lacking)}, which {'was' if len(lacking) == 1 else 'were'} used "
        f"{found.runs}",
        label="would be refused",
        value=" ".join(lacking),
        confidence=found.confidence if user.known else Confidence.MEDIUM,
        fix=change(
            f"add {names(lacking)}",
            *(Add("cap_add", name) for name in lacking),
            risk=NEEDS_PROOF,
            mitigation=PROVE,
            basis=found.basis,
        ),
    ).with_evidence(found.saw("capabilities used", sorted(found.profile.capabilities_used)))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    read_only: true  #! HH-PRV-506
    cap_drop: [ALL]
"""
        + recorded("compose.yaml", files=("/run/web.pid",)),
        good="""
services:
  web:
    image: shop:1
    read_only: true
    cap_drop: [ALL]
    tmpfs:
      - /run
"""
        + recorded("compose.yaml", files=("/run/web.pid",)),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --user root --cap-drop=ALL shop:1  #! HH-PRV-506
"""
        + recorded("run.sh", "docker run web", capabilities=("SETUID",)),
        good="""
docker run -d --name web --user root --cap-drop=ALL --cap-add SETUID shop:1
"""
        + recorded("run.sh", "docker run web", capabilities=("SETUID",)),
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    security_opt:
      - seccomp=./hardhull/seccomp/web.json  #! HH-PRV-506
"""
        + recorded("compose.yaml", calls=("execve", "read"))
        + """--- hardhull/seccomp/web.json
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["execve", "write"], "action": "SCMP_ACT_ALLOW"}]}
""",
        good="""
services:
  web:
    image: shop:1
    security_opt:
      - seccomp=./hardhull/seccomp/web.json
"""
        + recorded("compose.yaml", calls=("execve", "read"))
        + """--- hardhull/seccomp/web.json
{
 "defaultAction": "SCMP_ACT_ERRNO",
 "defaultErrnoRet": 1,
 "syscalls": [
  {
   "names": [
    "execve",
    "read",
    "restart_syscall",
    "rt_sigreturn",
    "write"
   ],
   "action": "SCMP_ACT_ALLOW"
  },
  {
   "names": [
    "clone3"
   ],
   "action": "SCMP_ACT_ERRNO",
   "errnoRet": 38
  }
 ]
}
""",
    ),
]
