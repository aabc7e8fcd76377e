"""Setting what is one plain value under one key of a container, a pod or an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.kubernetes.editing import SECURITY, Editing, Path, text_of
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.tree.plain import Plain


class Key(NamedTuple):
    """A key that a field with one value is written to.

    Attributes:
        level: ``container``, ``pod`` or ``thing`` (the object).
        path: the keys down to it.
        convert: the value as the manifest has it, None to remove the key; raises UnwritableError for one that
            Kubernetes does not know.
        off: what says as much as no key does.
    """

    level: str
    path: Path
    convert: Callable[[Any], Plain]
    off: Plain = None

    def write(self, editing: Editing, value: Any) -> None:
        """Sets or removes the key."""
        base = getattr(editing, self.level)
        written = self.convert(value)
        if written is None:
            editing.clear(base, self.path, self.off)
        else:
            editing.set(base, self.path, written)


def same(value: Any) -> Plain:
    """The value itself."""
    found: Plain = value
    return found


def only(**words: Plain) -> Callable[[Any], Plain]:
    """One of these words, or None."""

    def convert(value: Any) -> Plain:
        if value is None:
            return None
        if value not in words:
            raise UnwritableError(f"Kubernetes knows no {value} there")
        return words[value]

    return convert


def _words(value: tuple[str, ...] | None) -> Plain:
    return None if value is None else list(value)


def _true(value: Any) -> Plain:
    return True if value else None


def _seconds(value: float | None) -> Plain:
    return None if value is None else round(value)


def _image(value: str | None) -> Plain:
    if not value:
        raise UnwritableError("a container cannot do without an image")
    return value


def _pid(editing: Editing, value: str | None) -> None:
    """The process namespace: of the node, of the pod for all its containers, or (None) each its own."""
    convert = only(host="hostPID", pod="shareProcessNamespace")
    wanted = convert(value)
    for key in ("hostPID", "shareProcessNamespace"):
        if key == wanted:
            editing.set(editing.pod, (key,), True)
        else:
            editing.clear(editing.pod, (key,), False)


def _service_account(editing: Editing, value: str | None) -> None:
    """The account's name, also under the old key where that is written."""
    written = [key for key in ("serviceAccountName", "serviceAccount") if editing.node(editing.pod, (key,)) is not None]
    for key in written or ["serviceAccountName"]:
        if value is None:
            editing.clear(editing.pod, (key,))
        else:
            editing.set(editing.pod, (key,), value)


_RESTARTS = {"Job": {"OnFailure", "Never"}, "CronJob": {"OnFailure", "Never"}}


def _restart(editing: Editing, value: str | None) -> None:
    """The policy of the container where it has its own, else that of the pod."""
    convert = only(always="Always", onfailure="OnFailure", never="Never")
    written = convert(value)
    kind = editing.stand.thing.kind
    allowed = {"Always", "OnFailure", "Never"} if kind == "Pod" else _RESTARTS.get(kind, {"Always"})
    own = editing.node(editing.container, ("restartPolicy",)) is not None
    if not own and written not in {None, *allowed}:
        raise UnwritableError(f"the pods of a {kind} cannot have the restart policy {written}")
    base = editing.container if own else editing.pod
    if written is None:
        editing.clear(base, ("restartPolicy",))
    else:
        editing.set(base, ("restartPolicy",), written)


def _stop_signal(editing: Editing, value: str | None) -> None:
    if value is not None and editing.node(editing.pod, ("os", "name")) is None:
        raise UnwritableError("Kubernetes takes a stop signal only where the pod names its os")
    Key("container", ("lifecycle", "stopSignal"), same).write(editing, value)


_SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


def _replicas(editing: Editing, value: int | None) -> None:
    if editing.stand.thing.kind not in _SCALABLE:
        raise UnwritableError(f"a {editing.stand.thing.kind} has no replicas")
    Key("thing", ("spec", "replicas"), same).write(editing, value)


def _userns(editing: Editing, value: str | None) -> None:
    """``hostUsers``; an API server refuses false beside the node's other namespaces."""
    for slot, key in (("network_mode", "hostNetwork"), ("pid", "hostPID"), ("ipc", "hostIPC")):
        shares = getattr(editing.fact, slot).get(None) == "host" and not editing.going(editing.pod, (key,))
        if value == "private" and shares:
            raise UnwritableError(f"Kubernetes refuses hostUsers: false beside {key}: true")
    Key("pod", ("hostUsers",), only(host=True, private=False), True).write(editing, value)


def _privileged(editing: Editing, value: bool) -> None:
    """``privileged``; an API server lets nobody else share mounts with the node in both directions."""
    mounts = editing.node(editing.container, ("volumeMounts",))
    if not value and isinstance(mounts, Sequence) and _shares(editing, mounts):
        raise UnwritableError("Kubernetes allows mountPropagation: Bidirectional to privileged containers only")
    Key("container", (SECURITY, "privileged"), _true, False).write(editing, value)


def _shares(editing: Editing, mounts: Sequence) -> bool:
    return any(
        isinstance(mount, Mapping)
        and text_of(mount.get("mountPropagation")) == "Bidirectional"
        and not editing.tree.leaves(mounts, at)
        and not editing.going(mount, ("mountPropagation",))
        for at, mount in enumerate(mounts.items)
    )


_KEYS: dict[str, Key] = {
    "image": Key("container", ("image",), _image),
    "pull_policy": Key("container", ("imagePullPolicy",), only(always="Always", missing="IfNotPresent", never="Never")),
    "entrypoint": Key("container", ("command",), _words, []),
    "command": Key("container", ("args",), _words, []),
    "working_dir": Key("container", ("workingDir",), same),
    "tty": Key("container", ("tty",), _true, False),
    "stdin_open": Key("container", ("stdin",), _true, False),
    "read_only": Key("container", (SECURITY, "readOnlyRootFilesystem"), _true, False),
    "unmasked_paths": Key("container", (SECURITY, "procMount"), lambda value: "Unmasked" if value else None, "Default"),
    "hostname": Key("pod", ("hostname",), same),
    "stop_grace": Key("pod", ("terminationGracePeriodSeconds",), _seconds, 30),
    "runtime_name": Key("pod", ("runtimeClassName",), same),
    "automount_token": Key("pod", ("automountServiceAccountToken",), same),
    "network_mode": Key("pod", ("hostNetwork",), only(host=True), False),
    "ipc": Key("pod", ("hostIPC",), only(host=True), False),
    "dns": Key("pod", ("dnsConfig", "nameservers"), lambda value: list(value) or None, []),
}

SIMPLE: dict[str, Callable[[Editing, Any], None]] = {
    **{slot: key.write for slot, key in _KEYS.items()},
    "pid": _pid,
    "privileged": _privileged,
    "userns": _userns,
    "service_account": _service_account,
    "restart": _restart,
    "stop_signal": _stop_signal,
    "replicas": _replicas,
}
"""Field -> what sets it."""
