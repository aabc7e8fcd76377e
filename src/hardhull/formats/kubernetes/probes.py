"""Liveness, readiness and startup probes as health checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Healthcheck
from hardhull.formats.kubernetes.values import integer, text, text_or_integer, texts
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block

PROBES = (("livenessProbe", "healthcheck"), ("readinessProbe", "readiness"), ("startupProbe", "startup"))


def probes(container: Block) -> dict[str, Field[Healthcheck]]:
    """The probes of a container, each at its key."""
    found = ((slot, _probe(container, key, slot)) for key, slot in PROBES)
    return {slot: field for slot, field in found if field is not None}


def _probe(container: Block, key: str, slot: str) -> Field[Healthcheck] | None:
    block = container.block(key)
    if block is None:
        return None
    place = container.key_place(key)
    try:
        return Field(slot, _check(block), place)
    except NotKnownError as error:
        return Field.unknown(slot, place, error.why, written=True)


def _check(block: Block) -> Healthcheck:
    test = _test(block)
    period, timeout = block.get("periodSeconds", integer), block.get("timeoutSeconds", integer)
    delay, retries = block.get("initialDelaySeconds", integer), block.get("failureThreshold", integer)
    return Healthcheck(
        test, interval=_seconds(period), timeout=_seconds(timeout), start_period=_seconds(delay), retries=retries
    )


def _seconds(value: int | None) -> float | None:
    return None if value is None else float(value)


def _test(block: Block) -> tuple[str, ...]:
    """``CMD`` and words, ``HTTP`` port and path, ``TCP`` port, ``GRPC`` port and service."""
    found = block.block("exec")
    if found is not None:
        return ("CMD", *(found.get("command", texts) or ()))
    found = block.block("httpGet")
    if found is not None:
        return ("HTTP", found.get("port", text_or_integer) or "", found.get("path", text) or "/")
    found = block.block("tcpSocket")
    if found is not None:
        return ("TCP", found.get("port", text_or_integer) or "")
    found = block.block("grpc")
    if found is not None:
        return ("GRPC", found.get("port", text_or_integer) or "", found.get("service", text) or "")
    raise NotKnownError("probe", block.why or "the probe says nothing of what it asks")
