"""``securityContext`` of pods and containers, and the annotations that came before some of its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.values import WrongTypeError, boolean, integer, text, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.kubernetes.block import Block
    from hardhull.text.nodes import Node

Fields = dict[str, Field[Any]]

UID, GID = "uid", "group"
"""What a ``user`` is made of, kept apart because a container inherits them one by one."""

SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
APPARMOR_CONTAINER = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_GONE = "the seccomp annotation has no effect since Kubernetes 1.27: set securityContext.seccompProfile"


def both_levels(security: Block) -> Fields:
    """The fields that a securityContext of a pod and one of a container have in common."""
    fields: Fields = {}
    _put(fields, security.field("runAsUser", UID, integer))
    _put(fields, security.field("runAsGroup", GID, _number))
    _put(fields, security.field("runAsNonRoot", "run_as_non_root", boolean))
    _put(fields, _profile(security, "seccompProfile", "seccomp"))
    _put(fields, _profile(security, "appArmorProfile", "apparmor"))
    _put(fields, _selinux(security))
    windows = security.block("windowsOptions")
    if windows is not None:
        _put(fields, windows.field("hostProcess", "host_process", boolean))
        _put(fields, windows.field("runAsUserName", "windows_user", text))
    return fields


def pod_level(security: Block) -> Fields:
    """All fields of a pod's securityContext."""
    fields = both_levels(security)
    _put(fields, security.listed("sysctls", "sysctls", lambda node: _sysctl(security.as_block(node, "sysctls"))))
    _put(fields, _groups(security))
    return fields


def container_level(security: Block) -> tuple[Fields, list[Field[str]]]:
    """All fields of a container's securityContext, and the settings in it that do nothing."""
    fields = both_levels(security)
    _put(fields, security.field("privileged", "privileged", boolean))
    _put(fields, security.field("allowPrivilegeEscalation", "no_new_privileges", lambda node: not boolean(node)))
    _put(fields, security.field("readOnlyRootFilesystem", "read_only", boolean))
    _put(fields, security.field("procMount", "unmasked_paths", _unmasked))
    hollow: list[Field[str]] = []
    capabilities = security.block("capabilities")
    if capabilities is not None:
        for key, slot in (("add", "cap_add"), ("drop", "cap_drop")):
            _put(fields, capabilities.listed(key, slot, _capability))
            hollow += _prefixed(capabilities, key)
    return fields, hollow


def user_of(fields: Fields) -> None:
    """Puts ``user`` in the place of what it is made of. ``group`` stays: it also counts where no user is written."""
    uid: Field[int] | None = fields.pop(UID, None)
    gid: Field[str] | None = fields.get(GID)
    windows: Field[str] | None = fields.pop("windows_user", None)
    if uid is None:
        if windows is not None:
            fields["user"] = _renamed(windows, "user")
    elif not uid.known or gid is None:
        fields["user"] = _renamed(uid, "user", str(uid.get(0)))
    elif gid.known:
        fields["user"] = _renamed(uid, "user", f"{uid.value}:{gid.value}")
    else:
        fields["user"] = Field.unknown("user", gid.place, gid.why or "", written=True)


def from_annotations(annotations: Field[Any] | None, container: str) -> tuple[Fields, Fields, list[Field[str]]]:
    """What the old annotations of a pod set for a container.

    Returns:
        Fields below a container's own (they win over the pod's), fields below the pod's own, and the annotations
        that modern clusters ignore. The order is that of ``applyAppArmorVersionSkew`` and, up to Kubernetes 1.26,
        ``applySeccompVersionSkew`` in ``pkg/registry/core/pod/strategy.go``.
    """
    own: Fields = {}
    pod: Fields = {}
    hollow: list[Field[str]] = []
    for field in annotations.get(()) if annotations is not None else ():
        name = field.get(("", ""))[0]
        if name == f"{APPARMOR_CONTAINER}{container}":
            own["apparmor"] = _annotated(field, "apparmor")
        elif name in {SECCOMP_POD, f"{SECCOMP_CONTAINER}{container}"}:
            (pod if name == SECCOMP_POD else own)["seccomp"] = _annotated(field, "seccomp")
            hollow.append(Field("hollow", _SECCOMP_GONE, field.place))
    return own, pod, hollow


def _put(fields: Fields, field: Field[Any] | None) -> None:
    if field is not None:
        fields[field.name] = field


def _renamed(field: Field[Any], name: str, value: str | None = None) -> Field[Any]:
    if not field.known:
        return Field.unknown(name, field.place, field.why or "", written=True)
    return Field(name, field.value if value is None else value, field.place, origin=field.origin)


def _number(node: Node) -> str:
    return str(integer(node))


def _profile(security: Block, key: str, slot: str) -> Field[str] | None:
    """``default``, ``unconfined`` or the name of a profile on the node, at the word that decides."""
    block = security.block(key)
    if block is None:
        return None
    kind = block.field("type", slot, word)
    if kind is None:
        return Field.unknown(slot, block.place, f"{key} has no type", written=True)
    if not kind.known:
        return kind
    if kind.value == "Localhost":
        path = block.field("localhostProfile", slot, word)
        return path or Field.unknown(
            slot, kind.place, f"{key} of type Localhost names no localhostProfile", written=True
        )
    value = {"RuntimeDefault": "default", "Unconfined": "unconfined"}.get(kind.value)
    if value is None:
        return Field.unknown(slot, kind.place, f"{key} has a type that Kubernetes does not know", written=True)
    return Field(slot, value, kind.place)


def _annotated(field: Field[tuple[str, str]], slot: str) -> Field[Any]:
    value = field.value[1]
    known = {"runtime/default": "default", "docker/default": "default", "unconfined": "unconfined"}.get(value)
    if known is None and value.startswith("localhost/"):
        known = value.removeprefix("localhost/")
    if known is None:
        return Field.unknown(
            slot, field.place, "the annotation has a value that Kubernetes does not know", written=True
        )
    return Field(slot, known, field.place, origin="the annotation of the pod")


def _selinux(security: Block) -> Field[Any] | None:
    block = security.block("seLinuxOptions")
    if block is None:
        return None
    if block.why is not None:
        return Field.unknown("selinux", block.place, block.why, written=True)
    found = (block.field(key, "selinux", _prefixed_by(key)) for key in ("user", "role", "type", "level"))
    return Field("selinux", tuple(field for field in found if field), security.key_place("seLinuxOptions"))


def _prefixed_by(key: str) -> Any:
    return lambda node: f"{key}:{text(node)}"


def _groups(security: Block) -> Field[Any] | None:
    """Supplementary groups; ``fsGroup`` is one more of them."""
    listed = security.listed("supplementalGroups", "group_add", _number)
    owner = security.field("fsGroup", "group_add", _number)
    if owner is None or (listed is not None and not listed.known):
        return listed
    place = security.key_place("fsGroup") if listed is None else listed.place
    return Field("group_add", (*(listed.value if listed is not None else ()), owner), place)


def _sysctl(block: Block) -> tuple[str, str]:
    return block.get("name", text) or "", block.get("value", text) or ""


def _unmasked(node: Node) -> bool:
    value = word(node)
    if value not in {"Default", "Unmasked"}:
        raise WrongTypeError("has a value that Kubernetes does not know")
    return value == "Unmasked"


_CAPABILITY = re.compile(r"[A-Za-z][A-Za-z_]*")


def _capability(node: Node) -> str:
    name = text(node)
    if not _CAPABILITY.fullmatch(name):
        raise WrongTypeError("is not the name of a capability")
    return name.upper().removeprefix("CAP_")


def _prefixed(capabilities: Block, key: str) -> Iterator[Field[str]]:
    """Capabilities written with ``CAP_``: containerd puts one before each name and then knows no such capability."""
    field = capabilities.listed(key, "hollow", text)
    for item in field.get(()) if field is not None else ():
        name = item.get("")
        if name.upper().startswith("CAP_"):
            why = (
                f"{name} has no effect in capabilities.{key}: Kubernetes wants {name[4:]}, the runtime adds CAP_ itself"
            )
            yield Field("hollow", why, item.place)
