from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kubernetes_texts import pod, read_text

from hardhull.formats.kubernetes.documents import documents, looks_like
from hardhull.formats.kubernetes.parts import is_read
from hardhull.model.source import Source

CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec:\n  a: [1]\n"


@pytest.mark.parametrize(
    "data",
    [
        pod().encode(),
        b'{"apiVersion": "v1", "kind": "Pod"}',
        b"\xef\xbb\xbf{apiVersion: v1, kind: Pod}",
        b"kind: Pod\r\napiVersion: v1\r\n",
        b'"kind": Pod\n"apiVersion": v1\n',
        b"  apiVersion: v1\n  kind: Pod\n",
    ],
)
def test_manifests_look_like_manifests(data: bytes) -> None:
    assert looks_like(data)


@pytest.mark.parametrize(
    "data", [b"", b"services: {web: {image: nginx}}\n", b"apiVersion: v1\n", b'[{"kind": "apiVersion"}]']
)
def test_other_files_do_not(data: bytes) -> None:
    assert not looks_like(data)


def subjects(text: str | bytes) -> list[str]:
    return [f"{found.subject} {found.place.start.line}" for found in read_text(text).workloads]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "---\n", "# été\n---\n"])
def test_places_survive_line_ends_bom_and_separators(start: str, end: str) -> None:
    text = (start + CRD + "---\n" + pod() + "---\n" + CRD).replace("\n", end).encode()
    (found,) = read_text(text).workloads
    assert found.image.place.text == "nginx:1.27"
    assert found.place.text == "app"


def test_one_broken_document_does_not_hide_the_others() -> None:
    found = read_text(pod() + "---\na: [\n---\n" + pod().replace("name: app", "name: late"))
    assert [item.name for item in found.workloads] == ["app", "late"]
    (note,) = found.not_checked
    assert (note.kind, note.what.partition(":")[0]) == ("failed", "web.yaml")
    assert found.workloads[1].place.text == "late"


def test_a_broken_file_of_one_document_is_a_failure_with_its_place() -> None:
    (note,) = read_text("apiVersion: v1\nkind: Pod\nspec: [\n").not_checked
    assert note.kind == "failed"
    assert note.what == "web.yaml:4:1"


def test_documents_that_nobody_reads_are_not_parsed_but_counted() -> None:
    source = Source("x.yaml", ("kind: Issuer # c\napiVersion: cert-manager.io/v1\nspec: [\n---\n" + pod()).encode())
    found = documents(source, is_read)
    assert len(found.roots) == 1
    assert found.errors == []
    assert found.skipped == {("Issuer", "cert-manager.io/v1"): 1}


@pytest.mark.parametrize(
    "hidden",
    [
        '"kind": Pod\n',
        "? kind\n: Pod\n",
        "<<: {kind: Pod}\n",
        "kind: Pod\n",
        "kind:\n  Pod\n",
        '"\\x6bind": Pod\n',
    ],
)
def test_a_pod_cannot_hide_behind_the_kind_of_a_document_that_is_skipped(hidden: str) -> None:
    text = f"note: 'x\n\nkind: Issuer\n\napiVersion: example.com/v1\n\n'\n{hidden}apiVersion: v1\nmetadata: {{name: p}}\nspec: {{containers: [{{name: a, image: b}}]}}\n"
    assert documents(Source("x.yaml", text.encode()), is_read).skipped == {}


def test_yaml_in_another_file_is_nobody_s_failure() -> None:
    text = "run: |\n  apiVersion: v1\n  kind: Pod\n"
    assert looks_like(text.encode())
    assert read_text(text) == ([], [], [])


def test_a_document_without_a_kind_beside_objects_is_named() -> None:
    (note,) = read_text(pod() + "---\nreplicas: 2\n").not_checked
    assert "no apiVersion and kind" in note.why


def test_empty_documents_are_nothing() -> None:
    assert subjects("---\n---\n" + pod() + "---\n# end\n---\n") == ["container app of Deployment shop/web 12"]


def test_anchors_and_merge_keys_are_seen_through() -> None:
    text = pod("securityContext: &sc {privileged: true}\nresources: &r {limits: {memory: 1Gi}}") + (
        "        - {name: late, image: redis, securityContext: *sc, resources: {<<: *r}}\n"
    )
    first, late = read_text(text).workloads
    assert late.privileged.value
    assert late.memory.value == 2**30
    assert late.privileged.place == first.privileged.place


@settings(max_examples=40)
@given(st.lists(st.sampled_from([CRD, pod(), "a: [\n", "", "# only a comment\n", "null\n", "- 1\n"]), max_size=6))
def test_any_mix_of_documents_gives_every_pod(pieces: list[str]) -> None:
    found = read_text("---\n".join(pieces))
    assert len(found.workloads) == pieces.count(pod())
    assert sum(note.kind == "failed" for note in found.not_checked) == pieces.count("a: [\n")
