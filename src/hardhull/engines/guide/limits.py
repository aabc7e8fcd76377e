"""Recipes about limits: by the loads of ``hardhull prove engine``."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardhull.engines.guide.ground import BREAKS, INCOMPLETE, NO_OP, WORKS, unverifiable
from hardhull.engines.limits import of_disk
from hardhull.engines.limits_bare import MIB, TAKEN
from hardhull.engines.limits_taken import MEMORY
from hardhull.engines.loads import limited
from hardhull.facts.limits import KEPT, NOTHING, REFUSED
from hardhull.guide import Live
from hardhull.hosts.cgroups import limit
from hardhull.hosts.proc import lines

if TYPE_CHECKING:
    from hardhull.engines.guide.ground import Ground
    from hardhull.engines.loads import Limited
    from hardhull.guide import Recipe

SECONDS = 20


def _memory(ground: Ground, _recipe: Recipe) -> Live:
    """With less memory than in the recipe, so that the load is small."""
    with limited(ground.client, {"Memory": MEMORY * MIB, "PidsLimit": 200}) as one:
        swap = _swap(one)
        ended = (one.load(f"flood-memory={TAKEN}") or ["", ""])[1]
    with limited(ground.client, {"Memory": MEMORY * MIB, "MemorySwap": MEMORY * MIB, "PidsLimit": 200}) as one:
        right = _swap(one)
        held = (one.load(f"flood-memory={TAKEN}") or ["", ""])[1]
    none = "" if len(lines("/proc/swaps")) > 1 else "; this machine has no swap now"
    seen = f"{MEMORY} MiB of memory leave {swap} MiB of swap; taking {TAKEN} MiB: {ended}{none}"
    corrected = f"it leaves {right} MiB of swap; taking {TAKEN} MiB: {held}"
    return Live(WORKS if swap == "0" else INCOMPLETE, seen, corrected)


def _swap(one: Limited) -> str:
    """MiB of swap that the kernel lets it have: a number, ``all`` or ``unknown``."""
    both = one.kernel("memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    own = one.kernel("memory", "memory.limit_in_bytes", "memory.max")
    if both is None or own is None:
        return "unknown"
    number, memory = limit(both[1]), limit(own[1])
    if number is None or memory is None:
        return "all"
    return str((number - memory if "memsw" in both[0] else number) // MIB)


def _compose(_ground: Ground, recipe: Recipe) -> Live:
    """What Compose itself makes of the file; nothing is started."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        return unverifiable("there is no `docker compose` that could be asked what it makes of the file")
    found, right = _configured(docker, recipe.recipe), _configured(docker, recipe.corrected)
    corrected = "Compose gives the container a limit of memory" if "memory:" in right else right.strip()[:120]
    if found.startswith("error"):
        return Live(BREAKS, f"Compose refuses it: {found[6:200].strip()}", corrected)
    return Live(WORKS if "memory:" in found else NO_OP, "Compose makes no limit of it", corrected)


def _configured(docker: str, text: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "compose.yaml").write_text(text)
        words = [docker, "compose", "--project-directory", folder, "config"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder)
    return done.stdout if done.returncode == 0 else f"error {done.stderr}"


def _weight(ground: Ground, _recipe: Recipe) -> Live:
    weight, throttle = of_disk(ground.client, "write_bps")
    seen = "; ".join(part for part in (weight.kernel, weight.why) if part)
    corrected = f"a rate is {throttle.verdict}: {throttle.seen or throttle.why}"
    if weight.verdict in {NOTHING, REFUSED}:
        return Live(NO_OP, seen, corrected)
    return Live(WORKS if weight.verdict == KEPT else INCOMPLETE, seen, corrected)


LIMITS: Final = {"memory-docker": _memory, "limits-compose": _compose, "io-weight": _weight}
