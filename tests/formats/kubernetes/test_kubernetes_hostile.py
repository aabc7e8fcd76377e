"""Input that was made to break a reader: it ends, quickly, with a word about what was not read."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kubernetes_texts import pod, read_text

from hardhull.facts.workload import Workload
from hardhull.formats.kubernetes.read import gather


def seconds(text: str | bytes) -> float:
    started = time.process_time()
    read_text(text)
    return time.process_time() - started


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: " + "List\nitems:\n- kind: " * 3,
        "apiVersion: v1\nkind: Pod\nmetadata: " + "[" * 50_000,
        b"apiVersion: v1\nkind: Pod\n\xff\xfe\n",
        b"apiVersion: v1\nkind: Pod\n\x00\n",
        "apiVersion: v1\nkind: Pod\na: &a [x]\nb: &b [*a, *a, *a]\nc: [*b, *nope]\n",
        "&a apiVersion: v1\nkind: *a\n",
        "apiVersion: [v1]\nkind: {Pod: x}\n",
        "? [a]\n: b\napiVersion: v1\nkind: Pod\n? {c: d}\n: e\n",
        "apiVersion: v1\nkind: !!python/object:os.system Pod\n",
    ],
)
def test_odd_files_break_nothing(text: str | bytes) -> None:
    found = read_text(text)
    assert found.workloads == []
    assert found.not_checked or isinstance(text, str)


def test_lists_in_lists_end() -> None:
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "a", "image": "b"}]},
    }
    for _ in range(30):
        body = {"apiVersion": "v1", "kind": "List", "items": [body]}
    assert read_text(json.dumps(body), "a.json").workloads == []


def test_an_alias_bomb_of_containers_is_bounded() -> None:
    rows = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))
    text = f"x0: &x0 {{name: a, image: b}}\n{rows}" + pod().replace("containers:", "containers: *x8\n      old:")
    assert seconds(text) < 5
    assert read_text(text).workloads == []


@pytest.mark.parametrize(
    "text",
    [
        pod() + "---\n$" * 20_000,
        pod("args: ['" + "{{ a " * 40_000 + "']"),
        pod("env:\n" + "  - {name: A, value: '" + "$(" * 100_000 + "'}\n"),
        pod("env:\n" + "  - {name: A, value: '" + "${a" * 100_000 + "'}\n"),
        pod("resources: {limits: {memory: '" + "9" * 100_000 + "'}}\n"),
        "---\n".join([pod()] * 150),
        "---\na: [\n" * 5_000,
    ],
    ids=range(7),
)
def test_long_input_takes_linear_time(text: str) -> None:
    assert seconds(text) < 3


def test_ten_thousand_containers_are_refused_with_a_reason() -> None:
    text = pod() + "".join(f"        - {{name: a{n}, image: b}}\n" for n in range(3_000))
    found = read_text(text)
    assert found.workloads == []
    assert "more than 2,000 containers" in found.not_checked[0].why


KEYS = st.sampled_from(
    [
        "securityContext",
        "privileged",
        "runAsUser",
        "capabilities",
        "add",
        "drop",
        "seccompProfile",
        "type",
        "env",
        "name",
        "value",
        "valueFrom",
        "secretKeyRef",
        "envFrom",
        "volumeMounts",
        "mountPath",
        "ports",
        "hostPort",
        "containerPort",
        "livenessProbe",
        "exec",
        "command",
        "resources",
        "limits",
        "memory",
        "image",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**65)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=6), st.dictionaries(KEYS, VALUES, max_size=4))
def test_no_value_of_any_type_breaks_the_reader_or_a_field(container: dict[str, Any], spec: dict[str, Any]) -> None:
    body = {**spec, "containers": [{**container, "name": "a", "image": "b"}]}
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", **spec}, "spec": body})
    found = read_text(text, "p.json")
    for workload in found.workloads:
        for slot in Workload.slots():
            field = getattr(workload, slot.name)
            assert field.known or field.why or slot.name in workload.cannot
            assert field.place.text in text
    gather(found.cluster_parts)


KINDS = st.sampled_from(
    [
        ("v1", "Secret"), ("v1", "ConfigMap"), ("v1", "Service"), ("v1", "Namespace"), ("v1", "LimitRange"),
        ("networking.k8s.io/v1", "NetworkPolicy"), ("networking.k8s.io/v1", "Ingress"),
        ("rbac.authorization.k8s.io/v1", "Role"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("kyverno.io/v1", "ClusterPolicy"), ("v1", "ResourceQuota"), ("v1", "ServiceAccount"),
    ]
)  # fmt: skip
OBJECT_KEYS = st.sampled_from(
    [
        "data",
        "stringData",
        "spec",
        "rules",
        "verbs",
        "resources",
        "subjects",
        "roleRef",
        "name",
        "kind",
        "podSelector",
        "matchLabels",
        "matchExpressions",
        "ingress",
        "from",
        "ports",
        "policyTypes",
        "type",
        "selector",
        "externalIPs",
        "tls",
        "hosts",
        "limits",
        "default",
        "hard",
        "metadata",
        "labels",
    ]
)
OBJECTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(OBJECT_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(KINDS, st.dictionaries(OBJECT_KEYS, OBJECTS, max_size=5))
def test_no_value_of_any_type_breaks_an_object(kind: tuple[str, str], body: dict[str, Any]) -> None:
    text = json.dumps({**body, "apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "p"}})
    found = read_text(text, "p.json")
    assert gather(found.cluster_parts) is not None or found.not_checked
