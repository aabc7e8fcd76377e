"""Patches do what the edit of the text does."""

from __future__ import annotations

import json

import jsonpatch
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from kubernetes_models import STYLES, changes, dumped, objects
from kubernetes_texts import pod, workload
from test_kubernetes_write import LAW, read_all

from hardhull.facts.parts import Mount
from hardhull.formats.kubernetes.patch import _differences, json_patch, override
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo
from hardhull.text.draft import Drafts, UnwritableError

values = st.recursive(
    st.sampled_from(["a", "b", 1, True, None]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.sampled_from(["a", "b/c", "~d"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values, values)
def test_the_differences_of_two_values_make_one_of_the_other(old: object, new: object) -> None:
    ops = list(_differences(old, new, ""))
    assert json.dumps(jsonpatch.apply_patch(old, ops), sort_keys=True) == json.dumps(new, sort_keys=True)


@LAW
@given(st.sampled_from(STYLES), st.data())
def test_a_patched_object_equals_the_edited_text(how: str, data: st.DataObject) -> None:
    made = data.draw(objects(how == "anchors"))
    text = dumped(made, how)
    facts = read_all(text, how)
    fact = data.draw(st.sampled_from(facts))
    group = [data.draw(changes(fact)) for _ in range(3)]
    drafts = Drafts()
    try:
        write(fact, group, drafts)
    except UnwritableError:
        with pytest.raises(UnwritableError):
            json_patch(fact, group)
        return
    result = drafts.of(fact.place.source).result().decode()
    after = [each for each in yaml.safe_load_all(result) if each]
    after = after[0]["items"] if after[0]["kind"] == "List" else after
    number = next(n for n, each in enumerate(made) if f"{each['kind']} shop/{each['metadata']['name']}" in fact.subject)
    patched = jsonpatch.apply_patch(json.loads(json.dumps(made[number])), json_patch(fact, group))
    assert not list(jsonpatch.make_patch(patched, after[number])), f"{group}\n{json_patch(fact, group)}"


def test_a_patch_says_which_container_it_means() -> None:
    assert json_patch(workload("securityContext: {privileged: true}"), [SetTo("privileged", False)]) == [
        {"op": "test", "path": "/spec/template/spec/containers/0/name", "value": "app"},
        {"op": "remove", "path": "/spec/template/spec/containers/0/securityContext"},
    ]


def test_a_kustomization_applies_the_patch() -> None:
    """What `kubectl kustomize` 5.5 makes of these files is the edited manifest; see the recorded text."""
    fact = workload("volumeMounts: [{name: s, mountPath: /s}]", "volumes: [{name: s, hostPath: {path: /etc}}]")
    made = override(
        fact, [Drop("mounts", fact.mounts.value[0]), Add("mounts", Mount("tmpfs", None, "/tmp")), SetTo("user", "1000")]
    )
    assert made.path == "hardhull-deployment-web.yaml"
    assert made.kustomization == (
        "patches:\n  - path: hardhull-deployment-web.yaml\n    target:\n      group: apps\n      version: v1\n"
        "      kind: Deployment\n      name: web\n      namespace: shop\n"
    )
    ops = yaml.safe_load(made.patch)
    assert [op["op"] for op in ops[:1]] == ["test"]
    after = jsonpatch.apply_patch(
        yaml.safe_load(pod("volumeMounts: [{name: s, mountPath: /s}]", "volumes: [{name: s, hostPath: {path: /etc}}]")),
        ops,
    )
    assert after["spec"]["template"]["spec"]["volumes"] == [{"name": "tmp", "emptyDir": {}}]
    assert after["spec"]["template"]["spec"]["containers"][0]["securityContext"] == {"runAsUser": 1000}


def test_an_object_without_a_name_of_its_own_has_no_override() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\nspec: {containers: [{name: c, image: i, tty: true}]}\n"
    with pytest.raises(UnwritableError):
        override(read_all(text, "block")[0], [SetTo("tty", False)])
