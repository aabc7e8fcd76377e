"""``--as override`` beside manifests: patches that a kustomization lays over them, and objects of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonpatch
import yaml
from plans import planned, texts_after

from hardhull.fix.choose import Choices
from hardhull.model.change import Risk
from hardhull.model.plan import Status

if TYPE_CHECKING:
    from hardhull.model.plan import Plan

MANIFEST = """# ours by name only
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: shop
spec:
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: side
          image: example/side:1.2
        - name: api
          image: example/api:1.2
          securityContext:
            privileged: true
            capabilities: {add: [CHOWN]}
"""
KUSTOMIZATION = "resources:\n- shop.yaml\n# ours\npatches:\n- path: own.yaml\n  target: {kind: Service}\n"


def laid_over(files: dict[str, str], *, override: bool = True) -> Plan:
    return planned(files, Choices(risk=Risk.NEEDS_PROOF, unsure=True, override=override))


def objects(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def rendered(folder: str, files: dict[str, str]) -> list[Any]:
    """What kustomize makes of a folder, as far as these tests use it."""
    kustomization = yaml.safe_load(files[f"{folder}kustomization.yaml"])
    found = [one for name in kustomization["resources"] for one in objects(files[folder + name])]
    for patch in kustomization["patches"]:
        if f"{folder}{patch['path']}" not in files:
            continue
        target = patch["target"]
        hit = [one for one in found if one["kind"] == target["kind"] and one["metadata"]["name"] == target["name"]]
        assert len(hit) == 1
        found[found.index(hit[0])] = jsonpatch.apply_patch(hit[0], yaml.safe_load(files[folder + patch["path"]]))
    return found


def test_patches_make_of_the_manifest_what_the_fixes_would() -> None:
    files = {"k8s/shop.yaml": MANIFEST}
    after = texts_after(files, laid_over(files))
    assert after["k8s/shop.yaml"] == MANIFEST
    edited = texts_after(files, laid_over(files, override=False))["k8s/shop.yaml"]
    assert rendered("k8s/", after) == objects(edited)
    patch = yaml.safe_load(after["k8s/hardhull-deployment-api.yaml"])
    assert {"op": "test", "path": "/spec/template/spec/containers/1/name", "value": "api"} in patch


def test_a_second_run_writes_nothing() -> None:
    files = {"k8s/shop.yaml": MANIFEST}
    after = texts_after(files, laid_over(files))
    assert not laid_over(after).files


def test_a_kustomization_that_is_there_gets_one_more_patch() -> None:
    files = {"shop.yaml": MANIFEST, "kustomization.yaml": KUSTOMIZATION}
    made = texts_after(files, laid_over(files))["kustomization.yaml"]
    assert made.startswith("resources:\n- shop.yaml\n- hardhull-")
    assert next(one["path"] for one in yaml.safe_load(made)["patches"]) == "own.yaml"
    assert "# ours\n" in made
    assert "path: hardhull-deployment-api.yaml" in made


def test_a_kustomization_that_does_not_know_the_manifest_is_left_alone() -> None:
    files = {"shop.yaml": MANIFEST, "kustomization.yaml": "resources: [other.yaml]\n"}
    plan = laid_over(files)
    assert not plan.files
    assert not plan.of(Status.PLANNED)
    assert {each.why for each in plan.of(Status.REFUSED)} >= {
        "kustomization.yaml does not name shop.yaml among its resources"
    }


def test_the_plan_names_the_manifests_and_how_to_roll_the_patches_out() -> None:
    plan = laid_over({"k8s/shop.yaml": MANIFEST})
    assert plan.patched == {"k8s/shop.yaml"}
    assert [step.command for step in plan.rollout] == ["kubectl apply -k k8s"]
