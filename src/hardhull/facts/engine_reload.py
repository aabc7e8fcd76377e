"""Which settings of an engine a reload (SIGHUP, ``systemctl reload docker``) brings into effect.

Read from ``daemon/reload.go``, ``daemon/reload_unix.go`` and ``reloadConfig`` of ``cmd/dockerd`` of moby (v17.12.1,
v20.10.24 and docker-v29.7.2, Apache-2.0): what can be reloaded could be from the version on that brought the key.
Everything else is read at the start only, although the engine writes "Reloaded configuration" to its log then, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.model.change import Interrupts

if TYPE_CHECKING:
    from hardhull.facts.engine import Engine

RELOADED: Final = frozenset(
    {
        "allow_nondistributable_artifacts", "authorization_plugins", "debug", "default_cgroupns_mode",
        "default_ipc_mode", "default_runtime", "default_shm_size", "default_stop_timeout", "features",
        "insecure_registries", "labels", "live_restore", "max_concurrent_downloads", "max_concurrent_uploads",
        "max_download_attempts", "network_diagnostic_port", "registry_mirrors", "runtimes", "shutdown_timeout",
    }
)  # fmt: skip
"""Fields of an :class:`~hardhull.facts.engine.Engine` that a reload takes over."""

FORGOTTEN: Final = frozenset(
    {
        "authorization_plugins", "features", "max_concurrent_downloads", "max_concurrent_uploads",
        "max_download_attempts", "network_diagnostic_port",
    }
)  # fmt: skip
"""Those of them that have their default after a reload once the key is gone. The others keep their old value."""


def interrupts(field: str, *, stays: bool = True) -> Interrupts:
    """What has to happen before a new value counts.

    Args:
        field: a field of an engine.
        stays: whether the key is still written afterwards.
    """
    if field in RELOADED and (stays or field in FORGOTTEN):
        return Interrupts.RELOAD
    return Interrupts.RESTART


def when_dropped(engine: Engine, field: str, leaving: int = 1) -> Interrupts:
    """What has to happen before a list without some of its items counts.

    Args:
        engine: the engine as it was read.
        field: the list.
        leaving: how many of its items go.
    """
    return interrupts(field, stays=len(getattr(engine, field).get(())) > leaving)
