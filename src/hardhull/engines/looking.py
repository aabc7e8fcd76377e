"""Looking at a running engine as it is: each setting of its file by what kernel and engine show, nothing changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.engines import probe
from hardhull.engines.candidate import Changed, candidate, value_of
from hardhull.engines.daemon import CannotApplyError, daemon
from hardhull.engines.seen import Seen, View, seen
from hardhull.facts.engine import Engine

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.engines.candidate import Candidate

ALWAYS = ("log_driver", "log_opts")
"""Looked at whoever set them: the file, the command line, or nobody."""


class Look(NamedTuple):
    """What a look showed.

    Attributes:
        wanted: the configuration that the engine should follow.
        seen: what it does with each setting, by field.
    """

    wanted: Candidate
    seen: dict[str, Seen]


def look(client: APIClient, address: str) -> Look:
    """Starts a throwaway container on a living engine, and looks at every setting that somebody wrote.

    Raises:
        CannotApplyError: the engine cannot be looked at from here, or starts no container.
    """
    engine = daemon(address)
    path = Path(engine.config)
    version = str(client.info()["ServerVersion"]).partition("+")[0]
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise CannotApplyError(f"{path} cannot be read", error.strerror or "", "run hardhull as root") from None
    found = candidate(engine.config, b"", content, engine.words, version)
    keys = tuple(
        Changed(name, name.replace("_", "-"), getattr(Engine, name).default, value_of(found.engine, name), True)
        for name in ALWAYS
        if name not in found.fields
    )
    found = found._replace(changed=(*found.changed, *keys))
    try:
        probe.bring_image(client)
        return Look(found, seen(View(client, "", engine.pid, f"/proc/{engine.pid}/ns/net"), found))
    except probe.ProbeError as error:
        how = "look at `docker info` and at the engine's own log"
        raise CannotApplyError(
            "the engine's settings cannot be shown", f"no container starts: {error}", how, 1
        ) from None
    finally:
        probe.clear(client)
