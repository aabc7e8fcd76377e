from __future__ import annotations

import json

import pytest
from kubernetes_texts import read_text

from hardhull.formats.kubernetes.kinds import BUILT_IN, TEMPLATES, split_version
from hardhull.formats.kubernetes.read import gather

SPEC = {"containers": [{"name": "app", "image": "nginx"}]}
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": SPEC}


def made(kind: str, api_version: str) -> dict[str, object]:
    head = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}}
    if kind == "Pod":
        return {**head, "spec": SPEC}
    body: dict[str, object] = TEMPLATE
    for key in reversed(TEMPLATES.get(((split_version(api_version) or ("", ""))[0], kind), ("spec", "template"))):
        body = {key: body}
    return {**head, **body}


@pytest.mark.parametrize(
    ("kind", "api_version"),
    [
        ("Pod", "v1"),
        ("PodTemplate", "v1"),
        ("ReplicationController", "v1"),
        *(
            (kind, version)
            for kind in ("Deployment", "DaemonSet", "ReplicaSet")
            for version in ("apps/v1", "apps/v1beta2", "extensions/v1beta1")
        ),
        ("Deployment", "apps/v1beta1"),
        ("StatefulSet", "apps/v1beta1"),
        ("Job", "batch/v1"),
        ("CronJob", "batch/v1"),
        ("CronJob", "batch/v1beta1"),
        ("CronJob", "batch/v2alpha1"),
        ("ScheduledJob", "batch/v2alpha1"),
    ],
)
def test_every_kind_that_makes_pods(kind: str, api_version: str) -> None:
    (found,) = read_text(json.dumps(made(kind, api_version)), "web.json").workloads
    assert found.subject == f"container app of {kind} web"
    assert found.controller.value == kind


@pytest.mark.parametrize(
    ("kind", "api_version", "reason"),
    [
        ("Deployment", "example.com/v1", "custom resources"),
        ("Pod", "apps/v1", "has no such kind"),
        ("Deployment", "v1", "has no such kind"),
        ("Rollout", "argoproj.io/v1alpha1", "custom resources"),
        ("HelmRelease", "helm.toolkit.fluxcd.io/v2", "renders a Helm chart"),
        ("Pod", "builtin", "no group and version"),
    ],
)
def test_a_kind_counts_only_with_its_group(kind: str, api_version: str, reason: str) -> None:
    found = read_text(json.dumps(made(kind, api_version)), "web.json")
    assert found.workloads == []
    (note,) = found.not_checked
    assert reason in note.why
    assert note.kind == "out-of-scope"
    assert kind in note.what


def test_custom_resources_of_a_file_are_one_line() -> None:
    text = "---\n".join(
        f"apiVersion: cert-manager.io/v1\nkind: {kind}\nmetadata: {{name: x}}\n"
        for kind in ("Issuer", "Certificate", "Issuer")
    )
    (note,) = read_text(text).not_checked
    assert note.what == "web.yaml: 2 Issuer, Certificate"


def test_kinds_of_kubernetes_with_nothing_to_judge_are_not_worth_a_line() -> None:
    found = read_text("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\n")
    assert found == ([], [], [])


def test_lists() -> None:
    items = [made("Pod", "v1"), {"apiVersion": "v1", "kind": "List", "items": [made("Deployment", "apps/v1")]}]
    found = read_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), "web.json")
    assert [item.subject for item in found.workloads] == ["container app of Pod web", "container app of Deployment web"]


def test_items_of_a_typed_list_need_no_kind_of_their_own() -> None:
    item = {key: value for key, value in made("Deployment", "apps/v1").items() if key not in {"apiVersion", "kind"}}
    found = read_text(json.dumps({"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [item]}), "web.json")
    assert [item.subject for item in found.workloads] == ["container app of Deployment web"]


def test_every_workload_kind_is_a_known_kind() -> None:
    assert {(group, kind) for group, kind in TEMPLATES if kind not in BUILT_IN[group]} == set()


def test_pods_are_parts_of_the_cluster() -> None:
    found = gather(read_text(json.dumps(made("Deployment", "apps/v1")), "web.json").cluster_parts)
    assert found is not None
    (pods,) = found.pods.value
    assert (pods.value.labels, str(pods.value)) == ((("app", "web"),), "Deployment web")
    assert [str(item.value) for item in found.objects.value] == ["Deployment web"]
