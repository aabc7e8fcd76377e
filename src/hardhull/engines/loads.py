"""Small loads in throwaway containers with a limit: what was used, and what the kernel has for the container."""

from __future__ import annotations

import os
import platform
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.engines import probe
from hardhull.hosts.cgroups import Groups
from hardhull.hosts.mounts import mounted
from hardhull.hosts.proc import lines, text
from hardhull.run.execute import executed
from hardhull.run.owner import PART

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docker import APIClient

PLACE = "/hardhull-loads"
"""Where the volume is mounted that loads write to; ``loads.c`` says the same."""
VOLUME = "limits-probe"
SECONDS = 30.0
"""For one load; the longest takes two where nothing else goes on."""


class Disk(NamedTuple):
    """The disk under the engine's volumes.

    Attributes:
        device: ``/dev/vda``; empty where there is none that can be limited.
        number: ``254:0``.
        scheduler: the one in use; empty where nobody can say.
        why: the reason where there is none.
    """

    device: str
    number: str = ""
    scheduler: str = ""
    why: str = ""


class Limited:
    """A running container with a limit."""

    def __init__(self, client: APIClient, running: probe.Probe) -> None:
        self.client = client
        self.answer = running.answer
        self.proc = running.proc
        self.pid = int(running.answer["State"]["Pid"])
        self._groups = Groups(mounted("self"))

    def load(self, word: str) -> list[str]:
        """The words that a load says; empty where it said nothing.

        Args:
            word: ``--load=cpu=500``, or the name of a drill with what it is given.
        """
        ran = executed(self.client, str(self.answer["Id"]), ["/helper", word], SECONDS)
        return ran.output.decode("ascii", "replace").split()

    def kernel(self, controller: str, name: str, unified: str = "") -> tuple[str, str] | None:
        """A file of its control group and what it says; None where this kernel has none.

        Args:
            controller: of cgroup v1.
            name: of the file there.
            unified: of the file in cgroup v2; the same by default.
        """
        found = self._groups.file(self._groups.of(self.pid), controller, name, unified or name)
        return found if found and self.answer["Id"] in found[0] else None

    def stat(self, controller: str, name: str, key: str) -> int:
        """A counter of its control group; 0 where there is none."""
        found = self.kernel(controller, name)
        rows = (line.split() for line in (found[1] if found else "").splitlines())
        return next((int(row[1]) for row in rows if len(row) == 2 and row[0] == key), 0)

    def status(self, key: str) -> str:
        """A line of ``/proc/PID/status``."""
        rows = (line.partition(":") for line in lines(f"{self.proc}/status"))
        return next((" ".join(value.split()) for name, _, value in rows if name == key), "")


@contextmanager
def limited(
    client: APIClient, host: Mapping[str, Any], volume: str = "", config: Mapping[str, Any] | None = None
) -> Iterator[Limited]:
    """A container with settings, for a while.

    Args:
        client: the engine.
        host: settings of the HostConfig.
        volume: what loads may write to; empty for nothing.
        config: settings beside the HostConfig.

    Raises:
        ProbeError: the engine does not take them, or the container does not start.
    """
    from docker.errors import APIError

    mounts = [{"Type": "volume", "Source": volume, "Target": PLACE}] if volume else []
    logs = {"LogConfig": {"Type": "none"}, "NetworkMode": "none"}
    running = probe.start(client, "", {**logs, "Mounts": mounts, **host}, config)
    try:
        yield Limited(client, running)
    except APIError as error:
        raise probe.ProbeError(str(error.explanation or error)[:300]) from None
    finally:
        client.remove_container(running.answer["Id"], force=True)


@contextmanager
def volume(client: APIClient) -> Iterator[tuple[str, Disk]]:
    """A volume of the engine's, and the disk that it is on; what an earlier run left behind goes too."""
    _clear(client)
    made = client.create_volume(labels={PART: VOLUME})
    try:
        yield str(made["Name"]), disk(str(made["Mountpoint"]))
    finally:
        _clear(client)


def _clear(client: APIClient) -> None:
    from contextlib import suppress

    from docker.errors import APIError

    for one in client.volumes(filters={"label": [f"{PART}={VOLUME}"]}).get("Volumes") or ():
        with suppress(APIError):  # of another run that is at work
            client.remove_volume(one["Name"])


def disk(folder: str) -> Disk:
    """The whole disk that a folder is on."""
    try:
        number = os.stat(folder).st_dev  # noqa: PTH116  its number is all that is asked for
    except OSError as error:
        return Disk("", why=f"{folder} cannot be seen from here ({error.strerror})")
    place = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    if not place.exists():
        around = [one for one in mounted("self") if f"{folder}/".startswith(f"{one.target.rstrip('/')}/")]
        kind = max(around, key=lambda one: len(one.target)).kind if around else "a file system"
        return Disk("", why=f"the engine's data is on {kind}, which is no disk that can be limited")
    real = place.resolve()
    if (real / "partition").exists():
        real = real.parent
    chosen = (text(f"{real}/queue/scheduler") or "").partition("[")[2].partition("]")[0]
    return Disk(f"/dev/{real.name.replace('!', '/')}", text(f"{real}/dev") or "", chosen)


def kernel_release() -> str:
    """``6.1.0-18-amd64``."""
    return platform.release()
