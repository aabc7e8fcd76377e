"""The law of inheritance: a container's own word holds, else its pod's, else Kubernetes' default."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.workload import Workload
from hardhull.formats.kubernetes.read import read
from hardhull.model.source import Source

PROFILES = st.sampled_from(
    [{"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "p.json"}]
)
BOTH: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "runAsNonRoot": ("run_as_non_root", st.booleans()),
    "runAsGroup": ("group", st.integers(0, 9)),
    "seccompProfile": ("seccomp", PROFILES),
    "appArmorProfile": ("apparmor", PROFILES),
}
CONTAINER_ONLY = {"privileged": "privileged", "readOnlyRootFilesystem": "read_only"}
NOTHING = object()


def said(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {"RuntimeDefault": "default", "Unconfined": "unconfined"}.get(value["type"], "p.json")
    return str(value) if key == "runAsGroup" else value


def settings_of(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the keys, each with a value or null."""
    return st.fixed_dictionaries({}, optional={key: st.none() | values for key, values in keys.items()})


LEVEL = {key: values for key, (_, values) in BOTH.items()}


@settings(max_examples=150, deadline=None)
@given(settings_of(LEVEL), settings_of({**LEVEL, **dict.fromkeys(CONTAINER_ONLY, st.booleans())}))
def test_container_over_pod_over_default(above: dict[str, Any], own: dict[str, Any]) -> None:
    spec = {"securityContext": above, "containers": [{"name": "a", "image": "b", "securityContext": own}]}
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
    (workload,) = read(
        Source("p.json", text.encode()),
    ).workloads
    defaults = {slot.name: slot.default for slot in Workload.slots()}
    for key, (slot, _) in BOTH.items():
        field = getattr(workload, slot)
        wanted = next((level[key] for level in (own, above) if level.get(key) is not None), NOTHING)
        if wanted is NOTHING:
            assert (field.value, field.written, field.place) == (defaults[slot], False, workload.place)
        else:
            assert (field.value, field.written) == (said(key, wanted), True)
            assert (field.place.span.start > workload.place.span.start) == (own.get(key) is not None)
            assert (field.origin == "the pod") == (own.get(key) is None)
    for key, slot in CONTAINER_ONLY.items():
        assert getattr(workload, slot).value == bool(own.get(key))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["memory", "cpu"]), st.integers(1, 9)),
    st.dictionaries(st.sampled_from(["memory", "cpu"]), st.integers(1, 9)),
)
def test_limits_of_a_container_over_those_of_its_pod(above: dict[str, int], own: dict[str, int]) -> None:
    container = {"name": "a", "image": "b", "resources": {"limits": own}}
    spec = {"resources": {"limits": above}, "containers": [container]}
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
    (workload,) = read(Source("p.json", text.encode())).workloads
    assert (workload.memory.value, workload.cpus.value) == tuple({**above, **own}.get(key) for key in ("memory", "cpu"))
