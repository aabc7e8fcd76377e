"""An image with one program and no more, and services of it: as they are by default, and hardened by hand."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from docker_engine import small_root
from worlds import images

if TYPE_CHECKING:
    from docker_engine import Engine

BARE = "hh/bare:1"
PLAIN = 'image: "hh/bare:1", command: [/busybox, sleep, "600"]'
HARD = f"""{PLAIN}, user: "1000:1000", cap_drop: [ALL], read_only: true, security_opt: ["no-new-privileges:true"],
    pids_limit: 32, mem_limit: 64m, ulimits: {{nofile: 1024}}, networks: [own]"""


def compose(**services: str) -> str:
    """A file of services; the network ``own`` is there for those that name it."""
    lines = "\n".join(f"  {name}: {{{keys}}}" for name, keys in services.items())
    return f"services:\n{lines}\nnetworks: {{own: {{}}, default: {{}}}}\n"


def add_bare_image(engine: Engine) -> None:
    """The image, once: no shell, no folders but those of a static program and a list of users."""
    if BARE in images(engine):
        return
    path = shutil.which("busybox")
    assert path
    data = Path(path).read_bytes()
    out = io.BytesIO(small_root())
    with tarfile.open(fileobj=out, mode="a") as archive:
        entry = tarfile.TarInfo("busybox")
        entry.size, entry.mode = len(data), 0o755
        archive.addfile(entry, io.BytesIO(data))
    engine.import_root(BARE, out.getvalue())
