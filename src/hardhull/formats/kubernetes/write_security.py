"""Setting what a ``securityContext`` of a container and one of its pod have in common, and what excludes what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import SECURITY, Editing, text_of
from hardhull.formats.kubernetes.security import APPARMOR_CONTAINER
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.nodes import Mapping

_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_TYPES = {"default": "RuntimeDefault", "unconfined": "Unconfined"}
_ANNOTATED = {"default": "runtime/default", "unconfined": "unconfined"}


def _unset(editing: Editing, path: tuple[str, ...], off: bool | None = None) -> None:
    """The setting goes; where the pod's own would count then, ``off`` is written, which says the same."""
    own = editing.node(editing.container, path) is not None
    holder = editing.holder(path)
    if own and editing.node(editing.pod, path) is not None:
        if off is None:
            raise UnwritableError(f"{path[-1]} of the pod would count then")
        editing.set(editing.container, path, off)
    elif own or holder is editing.pod:
        editing.clear(holder, path, off)
    elif off is None:
        raise UnwritableError(f"other containers of the pod inherit {path[-1]} too")
    else:
        editing.set(editing.container, path, off)


def _set(editing: Editing, path: tuple[str, ...], value: bool | int) -> None:
    editing.set(editing.holder(path), path, value)


def _user(editing: Editing, value: str | None) -> None:
    """``runAsUser``, and ``runAsGroup`` where the value names one; else the group stays as it is."""
    if editing.node(editing.container, (SECURITY, "windowsOptions", "runAsUserName")) is not None:
        raise UnwritableError("a container on Windows has a name for its user, no number")
    if value is None:
        _unset(editing, (SECURITY, "runAsUser"))
        return
    uid, colon, gid = value.partition(":")
    if not _NUMBER.fullmatch(uid) or (colon and not _NUMBER.fullmatch(gid)):
        raise UnwritableError("Kubernetes takes users and groups as numbers only")
    _set(editing, (SECURITY, "runAsUser"), int(uid))
    if colon:
        _set(editing, (SECURITY, "runAsGroup"), int(gid))


def _group(editing: Editing, value: str | None) -> None:
    if value is None:
        _unset(editing, (SECURITY, "runAsGroup"))
    elif _NUMBER.fullmatch(value):
        _set(editing, (SECURITY, "runAsGroup"), int(value))
    else:
        raise UnwritableError("Kubernetes takes groups as numbers only")


def _run_as_non_root(editing: Editing, value: bool | None) -> None:
    path = (SECURITY, "runAsNonRoot")
    if value is None:
        _unset(editing, path)
    else:
        _set(editing, path, value)


def _host_process(editing: Editing, value: bool) -> None:
    path = (SECURITY, "windowsOptions", "hostProcess")
    if value:
        _set(editing, path, True)
    else:
        _unset(editing, path, False)


def _no_new_privileges(editing: Editing, value: bool | None) -> None:
    """``allowPrivilegeEscalation``; an API server refuses false beside what escalates in any case."""
    path = (SECURITY, "allowPrivilegeEscalation")
    if value is None:
        editing.clear(editing.container, path)
        return
    if value:
        _refuse_escalating(editing)
    editing.set(editing.container, path, not value)


def _refuse_escalating(editing: Editing) -> None:
    """Refuses ``allowPrivilegeEscalation: false`` beside what ``ValidateSecurityContext`` does not allow with it."""
    why = "Kubernetes refuses allowPrivilegeEscalation: false beside "
    if editing.fact.privileged.get(False) and not editing.going(editing.container, (SECURITY, "privileged")):
        raise UnwritableError(f"{why}privileged: true")
    added = editing.node(editing.container, (SECURITY, "capabilities", "add"))
    for node in added.items if isinstance(added, Sequence) else ():
        if text_of(node) == "CAP_SYS_ADMIN":
            raise UnwritableError(f"{why}CAP_SYS_ADMIN")


def _profile(key: str) -> Callable[[Editing, str | None], None]:
    """Sets ``seccompProfile`` or ``appArmorProfile``."""

    def write(editing: Editing, value: str | None) -> None:
        path = (SECURITY, key)
        annotation = _annotation(editing) if key == "appArmorProfile" else None
        if annotation is not None:
            _write_annotation(editing, annotation, value)
            if all(editing.node(base, path) is None for base in (editing.container, editing.pod)):
                return
        if value is None:
            _unset(editing, path)
            return
        base = editing.holder(path)
        kind = _TYPES.get(value, "Localhost")
        editing.set(base, (*path, "type"), kind)
        if kind == "Localhost":
            editing.set(base, (*path, "localhostProfile"), value)
        else:
            editing.clear(base, (*path, "localhostProfile"))

    return write


def _annotation(editing: Editing) -> Mapping | None:
    """The annotations of the pod, if the container's AppArmor profile stands there."""
    found = editing.node(editing.template, ("metadata", "annotations", f"{APPARMOR_CONTAINER}{editing.fact.name}"))
    return editing.template if found is not None else None


def _write_annotation(editing: Editing, template: Mapping, value: str | None) -> None:
    path = ("metadata", "annotations", f"{APPARMOR_CONTAINER}{editing.fact.name}")
    if value is None:
        editing.clear(template, path)
    else:
        editing.set(template, path, _ANNOTATED.get(value) or f"localhost/{value}")


SECURITY_VALUES: dict[str, Callable[[Editing, Any], None]] = {
    "user": _user,
    "group": _group,
    "run_as_non_root": _run_as_non_root,
    "host_process": _host_process,
    "no_new_privileges": _no_new_privileges,
    "seccomp": _profile("seccompProfile"),
    "apparmor": _profile("appArmorProfile"),
}
"""Field -> what sets it."""
