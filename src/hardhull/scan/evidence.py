"""Positive evidence for the points of the checklist that are usually just absent: where it is really done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.deeds import Deed
    from hardhull.facts.fact import Fact
    from hardhull.facts.host import Host
    from hardhull.facts.pipeline import Pipeline
    from hardhull.facts.workload import Workload
    from hardhull.model.source import Place
    from hardhull.rules.policy import Policy

MONITOR_IMAGES = ("falcosecurity/falco", "aquasec/tracee", "quay.io/tetragon/", "cilium/tetragon", "sysdig/agent")
MONITOR_UNITS = ("falco", "tetragon", "tracee", "sysdig", "auditd", "osqueryd", "wazuh-agent")
"""Units that watch what processes do while they run."""
GUARDS_OF_IMAGES = ("images", "signatures")


def _done(facts: Sequence[Fact], *kinds: str) -> Iterator[Deed]:
    """What the pipelines do of these kinds, where failing counts; documentation does not count."""
    pipelines = list(_pipelines(facts))
    if pipelines:
        from hardhull.facts.deeds import deeds

        for pipeline in pipelines:
            yield from (deed for deed in deeds(pipeline) if deed.kind in kinds and deed.source.can_fail)


def _pipelines(facts: Sequence[Fact]) -> Iterator[Pipeline]:
    """The pipelines that are run, in documentation none."""
    for pipeline in (cast("Pipeline", fact) for fact in facts if fact.kind == "pipeline"):
        if not pipeline.from_docs:
            yield pipeline


def _at(place: Place) -> str:
    return f"{place.source.path}:{place.start.line}"


def _scans(facts: Sequence[Fact], _policy: Policy) -> str:
    found = next((deed for deed in _done(facts, "scan") if deed.can_block), None)
    return f"{found.tool} can fail the build ({_at(found.place)})" if found else ""


def _signs(facts: Sequence[Fact], _policy: Policy) -> str:
    for deed in _done(facts, "sign", "verify"):
        word = "signs" if deed.kind == "sign" else "verifies"
        return f"{deed.tool} {word} ({_at(deed.place)})"
    for cluster in (cast("Cluster", fact) for fact in facts if fact.kind == "cluster"):
        for guard in cluster.guards.get(()):
            if guard.known and guard.value.about in GUARDS_OF_IMAGES:
                return f"an admission policy checks images ({_at(guard.place)})"
    return ""


def _trusts(facts: Sequence[Fact], policy: Policy) -> str:
    shown = []
    if policy.trusted_registries:
        shown.append("every image is from a registry that hardhull.toml trusts")
    prune = next(_done(facts, "prune"), None)
    if prune:
        shown.append(f"old images are pruned ({_at(prune.place)})")
    return ", ".join(shown)


def _monitors(facts: Sequence[Fact], _policy: Policy) -> str:
    for workload in (cast("Workload", fact) for fact in facts if fact.kind == "workload"):
        image = workload.image.get(None) or ""
        if not workload.from_docs and any(name in image for name in MONITOR_IMAGES):
            return f"{workload.subject} ({_at(workload.place)})"
    for run in (run for pipeline in _pipelines(facts) for run in pipeline.runs):
        if run.program == "systemctl" and {"enable", "start", "restart"} & set(run.verbs):
            unit = next((verb for verb in run.verbs if verb.startswith(MONITOR_UNITS)), None)
            if unit and run.can_fail:
                return f"{unit} is started ({_at(run.place)})"
    return ""


def _audits(facts: Sequence[Fact], _policy: Policy) -> str:
    found = next(_done(facts, "audit"), None)
    if found:
        return f"{found.tool} runs ({_at(found.place)})"
    for host in (cast("Host", fact) for fact in facts if fact.kind == "host"):
        if host.audit_rules.get(()):
            return f"{len(host.audit_rules.value)} audit rules ({_at(host.place)})"
    return ""


POSITIVE: dict[int, Callable[[Sequence[Fact], Policy], str]] = {
    4: _scans,
    5: _signs,
    6: _trusts,
    15: _monitors,
    16: _audits,
}
"""Point -> what is evidence for it, as a sentence part; an empty text where there is none."""

MEANING = {
    4: "a workflow, pipeline or script has a scan step that findings can fail, and whose failure counts",
    5: "a step signs or verifies images and its failure counts, or an admission policy checks images",
    6: "`trusted-registries` is decided and every image is from one, or a step prunes images",
    15: "a runtime monitor is started as a container or as a unit",
    16: "a step runs docker-bench or kube-bench and its failure counts, or audit rules about Docker are kept",
}
"""The same in words, for the checklist's page."""
