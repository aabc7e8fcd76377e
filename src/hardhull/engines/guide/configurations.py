"""Recipes for daemon.json: a shadow of this machine's engine is started with them, never the engine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.engines import probe
from hardhull.engines.candidate import candidate
from hardhull.engines.daemon import CannotApplyError, daemon
from hardhull.engines.guide.ground import BREAKS, NO_OP, WORKS, unverifiable
from hardhull.engines.seen import View, seen
from hardhull.engines.shadow import Shadow, ShadowError
from hardhull.engines.surroundings import Surroundings
from hardhull.guide import Live

if TYPE_CHECKING:
    from hardhull.engines.guide.ground import Ground
    from hardhull.guide import Recipe


ICC: Final = "com.docker.network.bridge.enable_icc"


class _NoShadowError(Exception):
    """No shadow can be made here; the message says why."""


def _shadowed(ground: Ground, text: str, field: str = "") -> tuple[bool, str]:
    """Whether a shadow starts with a daemon.json, and does what a field of it says; and what was seen.

    Raises:
        _NoShadowError: none can be made, whatever the file.
    """
    version = str(ground.client.info()["ServerVersion"]).partition("+")[0]
    try:
        engine = daemon(ground.address)
        wanted = candidate(engine.config, b"", text.encode(), engine.words, version)
        with Shadow(wanted, engine, Surroundings()) as shadow:
            if not field:
                return True, "an engine starts with it"
            probe.bring_image(shadow.client)
            found = seen(View(shadow.client, shadow.root, 1, shadow.network), wanted)[field]
            return found.kept is True, found.text
    except CannotApplyError as error:
        raise _NoShadowError(error.why) from None
    except ShadowError as error:
        if error.ours:
            raise _NoShadowError(str(error)) from None
        return False, f"no engine starts with it: {str(error)[:300]}"


def _icc(ground: Ground, recipe: Recipe) -> Live:
    try:
        kept, text = _shadowed(ground, recipe.recipe, "icc")
    except _NoShadowError as error:
        return unverifiable(f"no shadow of the engine can be made: {error}")
    bridge = [one for one in ground.client.networks(names=["bridge"]) if one["Name"] == "bridge"]
    now = ((bridge[0].get("Options") if bridge else None) or {}).get(ICC, "unknown")
    return Live(WORKS if kept else NO_OP, f"in a shadow of this engine, {text}; this engine has enable_icc {now}")


def _syslog(ground: Ground, recipe: Recipe) -> Live:
    try:
        started, text = _shadowed(ground, recipe.recipe)
        _, corrected = _shadowed(ground, recipe.corrected)
    except _NoShadowError as error:
        return unverifiable(f"no shadow of the engine can be made: {error}")
    return Live(WORKS if started else BREAKS, text, corrected)


CONFIGURATIONS: Final = {"icc-false": _icc, "syslog-max-size": _syslog}
