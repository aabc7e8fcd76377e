"""Effective values of a workload: what really holds once its engine, image and profile are taken into account.

Each is derived once, with the place that decides it and the reason. What cannot be known stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.capabilities import DOCKER_DEFAULT, NAMES, PODMAN_DEFAULT, effective, normal
from hardhull.model.field import Field, Inexpressible

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.engine import Engine
    from hardhull.facts.fact import Items
    from hardhull.facts.workload import Workload

ROTATING = frozenset({"local", "journald", "none", "etwlogs"})
"""Drivers that keep their own files within bounds (or keep none)."""
CENTRAL = frozenset({"syslog", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "logentries"})
"""Drivers that send the lines away: rotation is the receiver's."""
NO_LOG_WORDS = frozenset({"effective_log_driver", "effective_log_rotation"})


def derive(workload: Workload) -> None:
    """Fills the effective fields of a workload whose links are set; what the kernel said of a live one stays."""
    for name, value in _DERIVED:
        if name not in workload.fields:
            workload.fields[name] = value(workload)
    if "log_driver" in workload.cannot:
        workload.cannot |= NO_LOG_WORDS
    else:
        driver = _log_driver(workload)
        workload.effective_log_driver = driver
        workload.effective_log_rotation = _log_rotation(workload, driver)


def _because(name: str, field: Field[Any]) -> Field[Any]:
    """An unknown effective value whose reason is another field's; inexpressible where that is."""
    if isinstance(field, Inexpressible):
        return Inexpressible(name, None, field.place, written=False)
    return Field.unknown(name, field.place, field.why or "", written=field.written)


def _items(items: Field[Items[str]]) -> tuple[frozenset[str], str | None]:
    """The known values of a list field, and why some are not known."""
    if not items.known:
        return frozenset(), items.why
    values, why = set(), None
    for item in items.value:
        if item.known:
            values.add(normal(item.value))
        else:
            why = item.why
    return frozenset(values), why


def _capabilities(workload: Workload) -> Field[frozenset[str]]:
    name, place = "effective_capabilities", workload.cap_drop.place
    if not workload.privileged.known:
        return _because(name, workload.privileged)
    if workload.privileged.value:
        return Field(name, NAMES, workload.privileged.place, origin="privileged")
    added, why_added = _items(workload.cap_add)
    dropped, why_dropped = _items(workload.cap_drop)
    if why_added or why_dropped:
        return Field.unknown(name, place, why_added or why_dropped or "")
    default = PODMAN_DEFAULT if workload.runtime == "podman" else DOCKER_DEFAULT
    return Field(
        name,
        effective(added, dropped, default),
        place,
        written=workload.cap_drop.written,
        origin="cap_add and cap_drop",
    )


def _seccomp(workload: Workload) -> Field[str]:
    name, own = "effective_seccomp", workload.seccomp
    if not workload.privileged.known or not own.known:
        return _because(name, own if not own.known else workload.privileged)
    if workload.privileged.value:
        return Field(name, "unconfined", workload.privileged.place, origin="privileged switches seccomp off")
    if own.value is None:
        if workload.runtime == "kubernetes":
            origin = "Kubernetes' default, unless the kubelet runs with seccompDefault"
            return Field(name, "unconfined", own.place, written=False, origin=origin)
        engine = _engine(workload)
        if engine is not None and engine.seccomp_profile.known and engine.seccomp_profile.value == "unconfined":
            return Field(name, "unconfined", engine.seccomp_profile.place, origin="the engine's seccomp-profile")
        return Field(name, "default", own.place, written=False, origin="the engine's default profile")
    if own.value in {"unconfined", "default"}:
        return Field(name, own.value, own.place, origin="written")
    profile = workload.seccomp_profile
    if not profile.known:
        return _because(name, profile)
    if profile.value is None:
        return Field.unknown(name, own.place, f"the profile {own.value} is not in this tree", written=True)
    kind = "allows-all" if profile.value.allows_all else "custom"
    return Field(name, kind, own.place, origin=f"the profile {own.value}")


def _engine(workload: Workload) -> Engine | None:
    """The engine's configuration where this tree has one."""
    return workload.engine.get(None)


def _no_new_privileges(workload: Workload) -> Field[bool]:
    name, own = "effective_no_new_privileges", workload.no_new_privileges
    if not own.known:
        return _because(name, own)
    if own.value is not None:
        return Field(name, own.value, own.place, origin="written")
    engine = _engine(workload)
    if engine is not None and workload.runtime != "kubernetes" and engine.no_new_privileges.get(False):
        return Field(name, True, engine.no_new_privileges.place, origin="the engine's no-new-privileges")
    return Field(name, False, own.place, written=False, origin="the default")


def _log_driver(workload: Workload) -> Field[str]:
    name, own = "effective_log_driver", workload.log_driver
    if not own.known:
        return _because(name, own)
    if own.value:
        return Field(name, own.value, own.place, origin="written")
    engine = _engine(workload)
    if engine is not None and engine.log_driver.get(""):
        return Field(name, engine.log_driver.value, own.place, written=False, origin="the engine's log-driver")
    if workload.runtime == "podman":
        return Field(name, "journald", own.place, written=False, origin="Podman's default")
    return Field(name, "json-file", own.place, written=False, origin="Docker's default")


def _log_rotation(workload: Workload, driver: Field[str]) -> Field[bool]:
    name, options = "effective_log_rotation", workload.log_options
    if not driver.known or not options.known:
        return _because(name, driver if not driver.known else options)
    if driver.value in ROTATING | CENTRAL:
        return Field(name, True, driver.place, written=driver.written, origin=f"the {driver.value} driver")
    written = options if options.value or not driver.written else driver
    if any(item.known and item.value[0] == "max-size" for item in options.value):
        return Field(name, True, options.place, origin="max-size")
    if any(not item.known for item in options.value):
        return Field.unknown(name, options.place, "an option's value is not known", written=True)
    engine = _engine(workload)
    if engine is not None and not workload.log_driver.value:
        for item in engine.log_opts.get(()):
            if item.known and item.value[0] == "max-size":
                return Field(name, True, item.place, origin="the engine's log-opts")
    return Field(name, False, written.place, written=written.written, origin="no max-size anywhere")


_DERIVED: tuple[tuple[str, Callable[[Workload], Field[Any]]], ...] = (
    ("effective_capabilities", _capabilities),
    ("effective_seccomp", _seccomp),
    ("effective_no_new_privileges", _no_new_privileges),
)
