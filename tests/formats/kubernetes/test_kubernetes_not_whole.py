from __future__ import annotations

import pytest
from kubernetes_texts import pod, read_text

from hardhull.formats.kubernetes import kustomize
from hardhull.formats.kubernetes.read import read
from hardhull.model.source import Source

HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD, "no pod template with containers"),
        (HEAD + "spec: {replicas: 2}\n", "no pod template with containers"),
        (HEAD + "spec: {template: {spec: {containers: []}}}\n", "no pod template with containers"),
        (HEAD + "spec: {template: {spec: {volumes: []}}}\n", "no pod template with containers"),
        (HEAD + "spec: {template: {spec: {containers: {a: b}}}}\n", "a mapping where Kubernetes wants a list"),
        (HEAD + "spec: []\n", "a list where Kubernetes wants a mapping"),
        (HEAD + "spec: {template: {spec: {containers: [{name: app, args: [x]}]}}}\n", "container app has no image"),
        (HEAD.replace("name: web", "") + "spec: {template: {spec: {containers: [{name: a, image: b}]}}}\n", "no name"),
        (HEAD + "$patch: delete\n", "strategic merge patch"),
        (pod("$patch: replace"), "strategic merge patch"),
        (pod("env:\n  - $patch: delete\n    name: A"), "strategic merge patch"),
        (pod('"$setElementOrder/env": [{name: A}]'), "strategic merge patch"),
    ],
)
def test_stubs_and_patches_are_listed_not_judged(text: str, why: str) -> None:
    found = read_text(text)
    assert found.workloads == []
    (note,) = found.not_checked
    assert why in note.why
    assert note.what.startswith("Deployment")
    assert "web.yaml:" in note.what
    assert note.how


def test_a_whole_object_beside_a_patch_is_judged() -> None:
    found = read_text(pod() + "---\n" + HEAD + "$patch: delete\n")
    assert [len(found.workloads), len(found.not_checked)] == [1, 1]


def test_a_dollar_word_in_a_text_is_no_patch() -> None:
    assert len(read_text(pod('args: ["x$patch: y"]')).workloads) == 1


def test_generated_names_are_names() -> None:
    found = read_text(pod().replace("name: web,", "generateName: web-,"))
    assert found.workloads[0].subject == "container app of Deployment shop/web-"


KUSTOMIZATION = """
resources: [base.yaml]
patches:
  - path: ../patches/limits.yaml
    target: {kind: Deployment}
  - patch: |-
      - op: remove
        path: /spec
patchesStrategicMerge:
  - local.yaml
images: [{name: nginx, newTag: latest}]
"""


def test_files_that_a_kustomization_uses_as_patches_are_not_whole() -> None:
    source = Source("deploy/prod/kustomization.yaml", KUSTOMIZATION.encode())
    context = kustomize.context([source])
    assert context.patches == {"deploy/patches/limits.yaml", "deploy/prod/local.yaml"}
    found = read(Source("deploy/patches/limits.yaml", pod().encode()), context)
    assert found.workloads == []
    assert "patch that a kustomization applies" in found.not_checked[0].why
    assert len(read(Source("deploy/prod/base.yaml", pod().encode()), context).workloads) == 1


def test_a_kustomization_is_listed_with_what_it_changes() -> None:
    note = kustomize.not_checked(Source("deploy/prod/kustomization.yaml", KUSTOMIZATION.encode()))
    assert note.why.endswith("(images, patches, patchesStrategicMerge)")
    assert note.how.startswith("`kubectl kustomize deploy/prod | hardhull scan -`")
    assert read_text(KUSTOMIZATION, "kustomization.yaml").not_checked[0].why == note.why


@pytest.mark.parametrize("text", ["patches: x\n", "patches: [1, [2], {path: [3]}]\n", "- a\n", "patches: [\n", ""])
def test_an_odd_kustomization_breaks_nothing(text: str) -> None:
    source = Source("kustomization.yaml", text.encode())
    assert kustomize.not_checked(source).kind == "out-of-scope"
    assert kustomize.context([source]).patches <= {"1"}


def test_charts() -> None:
    context = kustomize.context([], ["charts/web/Chart.yaml"])
    template = pod().replace("nginx", "{{ .Values.image }}")

    def why(path: str, text: str) -> str:
        notes = read(Source(path, text.encode()), context).not_checked
        return notes[0].why if notes else ""

    assert why("charts/web/templates/web.yaml", template) == "a template of the Helm chart charts/web"
    assert why("charts/web/values.yaml", "apiVersion: v1\nkind: x\n") == "values of the Helm chart charts/web"
    assert why("charts/web/templates/plain.yaml", pod()) == ""
    assert why("charts/web/crds/plain.yaml", pod()) == ""
    assert why("charts/other/templates/plain.yaml", pod()) == ""


@pytest.mark.parametrize(
    "text",
    [
        pod().replace("nginx:1.27", "{{ .Values.image }}"),
        pod().replace("nginx:1.27", '"{{ .Values.image }}"'),
        pod().replace("{name: web, ", '{name: {{ include "web.name" . }}, '),
        "{{- if .Values.enabled }}\n" + pod() + "{{- end }}\n",
    ],
)
def test_a_template_outside_of_a_chart_is_a_template_all_the_same(text: str) -> None:
    found = read_text(text)
    assert found.workloads == []
    (note,) = found.not_checked
    assert note.kind == "out-of-scope"
    assert "template" in note.why
    assert "helm template" in note.how


def test_braces_that_are_no_helm_template() -> None:
    found = read_text(pod('args: ["--format={{.Names}}", "{{ $labels.pod }}"]'))
    assert found.workloads[0].command.value == ("--format={{.Names}}", "{{ $labels.pod }}")
    data = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: t}\ndata: {t: "{{ .Values.x }}"}\n'
    assert read_text(data).not_checked == []
