"""Changes of a cluster's objects: keys, items, and new objects at the end of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kubernetes_texts import read_text

from hardhull.facts.cluster_changes import InsideOnly, NewObject, SetIn, TakeItem, TakeOut
from hardhull.formats.kubernetes.read import gather
from hardhull.formats.writing import write
from hardhull.model.change import Instruct
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_changes import Want

POLICY = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": {}}


def written(text: str, *wants: Callable[[Cluster], Want], path: str = "web.yaml") -> str:
    cluster = gather(read_text(text.encode(), path).cluster_parts)
    assert cluster is not None
    drafts = Drafts()
    write(cluster, [Instruct(want(cluster)) for want in wants], drafts)
    return next(draft.result().decode() for draft in drafts)


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort  # for now
  externalTrafficPolicy: Local
  selector: {app: web}
  ports:
  - port: 80
    nodePort: 30080
  - {port: 443, nodePort: 30443}
"""


def test_a_service_from_inside_only_keeps_nothing_that_needs_another_type() -> None:
    found = written(SERVICE, lambda cluster: InsideOnly(cluster.services.value[0].place))
    assert found == (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  # for now\n  selector: {app: web}\n"
        "  ports:\n  - port: 80\n  - {port: 443}\n"
    )


@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_new_objects_stand_behind_all_else_that_is_added(end: str) -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop".replace("\n", end or "\n") + end
    found = written(
        text,
        lambda cluster: NewObject(cluster.namespaces.value[0].place, POLICY),
        lambda cluster: NewObject(cluster.namespaces.value[0].place, POLICY),
        lambda cluster: SetIn(cluster.namespaces.value[0].place, ("metadata", "labels", "a"), "b"),
    )
    expected = (
        text
        + (end or "\n") * (not end)
        + (
            "  labels:\n    a: b\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\nspec: {}"
        ).replace("\n", end or "\n")
        + end
    )
    assert found == expected
    assert len(read_text(found.encode()).cluster_parts) == 4


def test_a_list_gets_one_more_item_in_json() -> None:
    text = '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}]}'
    found = written(text, lambda cluster: NewObject(cluster.namespaces.value[0].place, POLICY), path="all.json")
    assert found.endswith(
        '{"name": "shop"}}, {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": {}}]}'
    )


def test_a_json_file_of_one_object_is_left_with_a_text_to_paste() -> None:
    text = '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}'
    with pytest.raises(UnwritableError) as caught:
        written(text, lambda cluster: NewObject(cluster.namespaces.value[0].place, POLICY), path="all.json")
    assert caught.value.snippet.startswith("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy")


def test_an_object_that_is_there_is_not_declared_twice() -> None:
    with pytest.raises(UnwritableError):
        written(
            SERVICE,
            lambda cluster: NewObject(
                cluster.services.value[0].place, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
            ),
        )


def test_keys_and_items_go() -> None:
    text = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: b\n"
        "roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}\n"
        "subjects:\n- kind: Group\n  name: system:unauthenticated  # everybody\n- kind: User\n  name: ann\n"
    )
    found = written(text, lambda cluster: TakeItem(cluster.bindings.value[0].value.subjects[0].place))
    assert found.endswith("subjects:\n# everybody\n- kind: User\n  name: ann\n")
    found = written(SERVICE, lambda cluster: TakeOut(cluster.services.value[0].place, ("spec", "type")))
    assert found == SERVICE.replace("type: NodePort  # for now", "# for now")
