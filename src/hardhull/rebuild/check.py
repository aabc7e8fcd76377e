"""Starts an image by itself, as it wants to be started, and looks whether it works: by its own health check.

Without a network and without mounts, so that whatever it does concerns nobody. The check is the image's own, asked
every second. An image without one works as far as its first process goes on, or ends with 0.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from docker import APIClient

SECOND: Final = 1_000_000_000
"""In nanoseconds, as engines count."""
SETTLE: Final = 3.0
"""Seconds after which a process that has not ended goes on."""
LONGEST: Final = 90.0
"""Seconds for which a check may fail before the image is taken for broken."""
STEP: Final = 0.2


class Started(NamedTuple):
    """What became of a container.

    Attributes:
        works: whether it works, as far as anybody can tell.
        what: ``is healthy``, ``runs``, ``exits with 1`` ...: a sentence part.
    """

    works: bool
    what: str


def start(client: APIClient, image: str) -> Started:
    """Starts a container of an image, waits for what becomes of it, and removes it.

    Args:
        client: the engine.
        image: id or name.

    Raises:
        docker.errors.APIError: the engine refuses.
    """
    told = client.inspect_image(image)  # type: ignore[no-untyped-call]
    check = (told.get("Config") or {}).get("Healthcheck") or {}
    own = check.get("Test") not in (None, [], ["NONE"])
    health = {**check, "Interval": SECOND, "Retries": int(LONGEST)} if own else None
    host = client.create_host_config(network_mode="none")
    made = client.create_container(image, host_config=host, healthcheck=health, network_disabled=True)
    try:
        try:
            client.start(made["Id"])
        except Exception as error:  # noqa: BLE001  what the SDK raises has no common base; a broken image is an answer
            return Started(False, f"does not start ({_short(error)})")
        return _watched(client, made["Id"], own=own)
    finally:
        client.remove_container(made["Id"], v=True, force=True)


def _watched(client: APIClient, ident: str, *, own: bool) -> Started:
    until = time.monotonic() + (LONGEST if own else SETTLE)
    while True:
        state: dict[str, Any] = client.inspect_container(ident)["State"]
        if state.get("Status") in {"exited", "dead"}:
            code = int(state.get("ExitCode") or 0)
            return Started(code == 0, f"exits with {code}")
        status = (state.get("Health") or {}).get("Status")
        if own and status == "healthy":
            return Started(True, "is healthy by its own check")
        if own and status == "unhealthy":
            return Started(False, "is unhealthy by its own check")
        if time.monotonic() > until:
            return Started(False, f"is not healthy within {LONGEST:.0f} seconds") if own else Started(True, "runs")
        time.sleep(STEP)


def _short(error: Exception) -> str:
    return " ".join(str(getattr(error, "explanation", None) or type(error).__name__).split())[:200]
