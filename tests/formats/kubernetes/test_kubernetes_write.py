"""The laws of writing manifests: what is read afterwards is the Change, everything else and every other byte stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kubernetes_models import PROBES, STYLES, changes, comments, dumped, objects

from hardhull.formats.kubernetes.read import read
from hardhull.formats.writing import announce, write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.field import Inexpressible
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.model.field import Field

LAW = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # whole manifests take minutes to shrink
)
FOLLOWS = {
    "user": {"group"},
    "group": {"user"},
    "ports": {"expose"},
    "env": {"secrets", "configs"},
    "mounts": {"secrets", "configs", "hollow"},
    "apparmor": {"annotations"},
    "annotations": {"apparmor"},
    "labels": {"pod_labels"},
    "cap_add": {"hollow"},
    "cap_drop": {"hollow"},
    "hollow": {"cap_add", "cap_drop", "annotations"},
}
"""What says the same as a field in other words, or comes with it."""
POD = {
    "hostname", "stop_grace", "userns", "runtime_name", "service_account", "automount_token", "network_mode", "pid",
    "ipc", "restart", "group_add", "sysctls", "labels", "annotations",
}  # fmt: skip
"""Settings of the pod or its object: they change with all of its containers."""


def plain(field: Field[Any]) -> Any:
    """A field without its places."""
    if isinstance(field, Inexpressible):
        return None
    if not field.known:
        return ("unknown", field.why)
    if isinstance(field.value, tuple) and field.value and hasattr(field.value[0], "known"):
        return [item.value if item.known else ("unknown", item.why) for item in field.value]
    return field.value


def shadow(workload: Workload) -> dict[str, Any]:
    return {name: plain(field) for name, field in workload.fields.items()}


def read_all(text: str, how: str) -> list[Workload]:
    path = "web.json" if how.startswith("json") else "web.yaml"
    return read(Source(path, text.encode())).workloads


def value_of(workload: Workload, name: str) -> Any:
    return plain(getattr(workload, name))


def holds(before: Workload, after: Workload, change: Change) -> bool:
    """Whether a Change is what is read now."""
    assert isinstance(change, SetTo | Add | Drop | Swap)
    found = value_of(after, change.field)
    if isinstance(change, SetTo):
        wanted = change.value
        if change.field == "user" and wanted is not None and ":" not in wanted:
            return str(found).partition(":")[0] == str(wanted)
        return bool(found == wanted)
    old = list(value_of(before, change.field))
    if isinstance(change, Add):
        if change.field == "mounts":
            return len(found) >= len(old) and any(one.target == change.item.target for one in found)
        return sorted(map(str, found)) == sorted({*map(str, old), str(_read(change.item, change.field))})
    at = next(n for n, item in enumerate(getattr(before, change.field).value) if item is change.item)
    if isinstance(change, Drop):
        return list(found) == [*old[:at], *old[at + 1 :]]
    return bool(
        sorted(map(str, found)) == sorted(map(str, [*old[:at], _read(change.value, change.field), *old[at + 1 :]]))
    )


def _read(item: Any, name: str) -> Any:
    """An item as it reads once it is written."""
    if name == "env" and item.source == "secret":
        return item._replace(raw="")
    return item


@LAW
@given(st.sampled_from(STYLES), st.data())
def test_what_is_read_afterwards_is_the_change_and_nothing_else(how: str, data: st.DataObject) -> None:
    text = dumped(data.draw(objects(how == "anchors")), how)
    before = read_all(text, how)
    at = data.draw(st.integers(0, len(before) - 1))
    for _ in range(4):
        change = data.draw(changes(before[at]))
        drafts = Drafts()
        try:
            write(before[at], [change], drafts)
        except UnwritableError:
            assert all(draft.result() == text.encode() for draft in drafts)
            continue
        result = next((draft.result().decode() for draft in drafts), text)
        after = read_all(result, how)
        assert len(after) == len(before)
        assert holds(before[at], after[at], change), f"{change} made of\n{text}\n{result}"
        check_others(before, after, at, change, result)
        if how not in {"flow", "json", "json lines", "mixed", "anchors"}:
            assert comments(result) == comments(text)
        if how == "crlf":
            assert "\n" not in result.replace("\r\n", "")


def check_others(before: list[Workload], after: list[Workload], at: int, change: Any, result: str) -> None:
    """Every other field of every fact is as it was."""
    mine = {change.field, *FOLLOWS.get(change.field, ())}
    same_pod = {
        n
        for n, one in enumerate(before)
        if one.subject.rpartition(" of ")[2] == before[at].subject.rpartition(" of ")[2]
    }
    for n, (old, new) in enumerate(zip(before, after, strict=True)):
        may = mine if n == at or (n in same_pod and change.field in {*POD, "hollow"}) else set()
        if n in same_pod and change.field == "apparmor":
            may = may | {"annotations"}
        found = {name for name in {*old.fields, *new.fields} if value_of(old, name) != value_of(new, name)}
        assert found <= may, f"{change}: {found} of {old.subject}\n{result}"


@LAW
@given(st.sampled_from(STYLES), st.data())
def test_writing_twice_is_writing_once(how: str, data: st.DataObject) -> None:
    text = dumped(data.draw(objects(how == "anchors")), how)
    before = read_all(text, how)
    drafts, made = Drafts(), []
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(before) - 1))
        change = data.draw(changes(before[at]))
        if not isinstance(change, SetTo | Add):
            continue
        try:
            write(before[at], [change], drafts)
            made.append((at, change))
        except UnwritableError:
            continue
    once = next((draft.result() for draft in drafts), text.encode())
    after = read_all(once.decode(), how)
    for at, change in made:
        again = Drafts()
        if holds(before[at], after[at], change):
            write(after[at], [change], again)
        assert all(draft.result() == once for draft in again)


@LAW
@given(st.sampled_from(STYLES), st.data())
def test_a_group_is_written_as_a_whole_or_not_at_all(how: str, data: st.DataObject) -> None:
    text = dumped(data.draw(objects(how == "anchors")), how)
    before = read_all(text, how)
    at = data.draw(st.integers(0, len(before) - 1))
    group = [data.draw(changes(before[at])) for _ in range(3)]
    drafts = Drafts()
    with pytest.raises(UnwritableError):
        write(before[at], [*group, SetTo("pids", 100)], drafts)
    assert all(draft.result() == text.encode() for draft in drafts)
    assert not drafts.notes


def test_containers_of_a_pod_may_all_want_its_setting_to_go() -> None:
    text = dumped([SHARED], "block")
    facts = read_all(text, "block")
    drafts = Drafts()
    for fact in facts:
        write(fact, [SetTo("network_mode", None)], drafts)
        write(fact, [SetTo("automount_token", False)], drafts)
    result = next(draft.result().decode() for draft in drafts)
    assert "hostNetwork" not in result
    assert result.count("automountServiceAccountToken: false") == 1
    assert [note.subjects for note in drafts.notes] == [("b",), ("b",), ("a",), ("a",)]


def test_what_a_pod_gives_to_several_containers_changes_where_it_stands_once_all_want_it() -> None:
    text = dumped([SHARED], "block")
    first, second = read_all(text, "block")
    drafts = Drafts()
    write(first, [SetTo("user", "1000")], drafts)
    assert [one.user.value for one in read_all(next(iter(drafts)).result().decode(), "block")] == ["1000", "0"]
    drafts = Drafts()
    for fact in (first, second):
        announce(fact, [SetTo("user", "1000")], drafts)
    for fact in (first, second):
        write(fact, [SetTo("user", "1000")], drafts)
    assert next(iter(drafts)).result().decode() == text.replace("runAsUser: 0", "runAsUser: 1000")


@pytest.mark.parametrize(
    ("keys", "spec", "change"),
    [
        ({"securityContext": {"privileged": True}}, {}, SetTo("no_new_privileges", True)),
        ({"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"]}}}, {}, SetTo("no_new_privileges", True)),
        ({"resources": {"requests": {"memory": "1Gi"}}}, {}, SetTo("memory", 1 << 20)),
        ({"resources": {"limits": {"cpu": "1"}}}, {}, SetTo("cpu_reservation", 2.0)),
        ({}, {"hostPID": True}, SetTo("userns", "private")),
        ({}, {}, SetTo("stop_signal", "SIGINT")),
        ({}, {}, SetTo("user", "nobody")),
        ({}, {}, SetTo("replicas", 2)),
    ],
)
def test_what_an_api_server_refuses_is_not_written(keys: dict[str, Any], spec: dict[str, Any], change: Change) -> None:
    container = {"name": "a", "image": "i", **keys}
    text = dumped([{**SHARED, "spec": {**spec, "containers": [container]}}], "block")
    with pytest.raises(UnwritableError):
        write(read_all(text, "block")[0], [change], Drafts())


def test_shared_mounts_keep_a_container_privileged_until_they_go() -> None:
    mount = {"name": "v", "mountPath": "/v", "mountPropagation": "Bidirectional"}
    container = {"name": "a", "image": "i", "securityContext": {"privileged": True}, "volumeMounts": [mount]}
    spec = {"containers": [container], "volumes": [{"name": "v", "hostPath": {"path": "/v"}}]}
    fact = read_all(dumped([{**SHARED, "spec": spec}], "block"), "block")[0]
    with pytest.raises(UnwritableError):
        write(fact, [SetTo("privileged", False)], Drafts())
    write(fact, [Drop("mounts", fact.mounts.value[0]), SetTo("privileged", False)], Drafts())


def test_probes_of_an_init_container_can_only_go() -> None:
    init = {"name": "i", "image": "i", "livenessProbe": {"exec": {"command": ["true"]}}}
    spec = {"initContainers": [init], "containers": [{"name": "a", "image": "i"}]}
    text = dumped([{**SHARED, "spec": spec}], "crlf")
    fact = read_all(text, "crlf")[0]
    with pytest.raises(UnwritableError, match="init container"):
        write(fact, [SetTo("healthcheck", PROBES[0])], Drafts())
    drafts = Drafts()
    write(fact, [SetTo("healthcheck", None)], drafts)
    assert b"livenessProbe" not in next(iter(drafts)).result()


def test_the_only_selinux_option_of_a_container_hides_those_of_its_pod() -> None:
    own = {"seLinuxOptions": {"type": "spc_t"}}
    spec = {
        "securityContext": {"seLinuxOptions": {"level": "s0:c1", "type": "spc_t"}},
        "containers": [{"name": "a", "image": "i", "securityContext": own}, {"name": "b", "image": "i"}],
    }
    fact = read_all(dumped([{**SHARED, "spec": spec}], "block"), "block")[0]
    with pytest.raises(UnwritableError, match="those of its pod"):
        write(fact, [Drop("selinux", fact.selinux.value[0])], Drafts())


SHARED: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "shop"},
    "spec": {
        "hostNetwork": True,
        "securityContext": {"runAsUser": 0},
        "containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}],
    },
}
