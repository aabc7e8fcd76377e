"""Setting liveness, readiness and startup probes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes import probes
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.parts import Healthcheck
    from hardhull.formats.kubernetes.editing import Editing
    from hardhull.text.tree.plain import Plain

_TIMES = (
    ("start_period", "initialDelaySeconds"),
    ("interval", "periodSeconds"),
    ("timeout", "timeoutSeconds"),
    ("retries", "failureThreshold"),
)
_ASKS = ("exec", "httpGet", "tcpSocket", "grpc")


def _port(text: str) -> Plain:
    """A number, or the name of a port."""
    return int(text) if text.isdecimal() else text


def _question(test: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """The key that says how a probe asks, and what stands there."""
    kind, rest = test[0], test[1:]
    if kind == "CMD" and rest:
        return "exec", {"command": list(rest)}
    if kind == "CMD-SHELL" and rest:
        return "exec", {"command": ["sh", "-c", *rest]}
    if kind == "HTTP" and len(rest) == 2:
        return "httpGet", {"path": rest[1], "port": _port(rest[0])}
    if kind == "TCP" and len(rest) == 1:
        return "tcpSocket", {"port": _port(rest[0])}
    if kind == "GRPC" and rest:
        if not rest[0].isdecimal():
            raise UnwritableError("a gRPC probe wants the number of a port")
        service = {"service": rest[1]} if rest[1:] and rest[1] else {}
        return "grpc", {"port": int(rest[0]), **service}
    raise UnwritableError("Kubernetes has no such probe")


def _setter(key: str, slot: str) -> Callable[[Editing, Any], None]:
    def write(editing: Editing, value: Healthcheck | None) -> None:
        if value is None or value.disabled:
            editing.clear(editing.container, (key,))
            return
        old: Healthcheck | None = getattr(editing.fact, slot).value
        if old is None or old.test != value.test:
            ask, body = _question(value.test)
            for other in _ASKS:
                if other != ask:
                    editing.clear(editing.container, (key, other))
            if ask == "grpc" and "service" not in body:
                editing.clear(editing.container, (key, ask, "service"))
            for name, inner in body.items():
                editing.set(editing.container, (key, ask, name), inner)
        for part, name in _TIMES:
            wanted = getattr(value, part)
            if wanted is None:
                editing.clear(editing.container, (key, name))
            else:
                editing.set(editing.container, (key, name), round(wanted))

    return write


PROBES: dict[str, Callable[[Editing, Any], None]] = {slot: _setter(key, slot) for key, slot in probes.PROBES}
"""Field -> what sets it."""
