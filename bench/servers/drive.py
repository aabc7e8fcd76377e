"""Starts the servers as they are, with the plain engine, and runs their loads: nothing is hardened, learned or proven.

    python bench/servers/drive.py check [NAME ...] [--held-out] [--life]
    python bench/servers/drive.py list

Each server starts in a disposable world of hardhull's own (the one that ``learn`` and ``prove`` use), becomes ready by
its own HEALTHCHECK or open ports, and answers ``load.py``, and with ``--held-out`` also ``held_out.py``. With ``--life``
it is restarted, a command is run in it, and it is stopped. A tool that has no ``load.py`` has to end with 0. Run it as
root in the network namespace of the engine (DOCKER_HOST), with hardhull importable and the images of build.py.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
VENV = Path.home() / ".cache" / "hardhull-bench" / "venv"
JOB_SECONDS = 60.0


def names() -> list[str]:
    """The servers and tools."""
    return sorted(path.parent.name for path in HERE.glob("*/compose.yaml"))


def loads(name: str, *, held_out: bool) -> tuple[str, ...]:
    """The commands that use a server; none for a tool that ends by itself."""
    files = ["load.py", *(["held_out.py"] if held_out else [])]
    python = shlex.quote(str(VENV / "bin" / "python"))
    return tuple(f"{python} {shlex.quote(str(HERE / name / each))}" for each in files if (HERE / name / each).exists())


def drive(name: str, *, held_out: bool, life: bool) -> str:
    """Runs one; what is wrong with it, or an empty text."""
    from hardhull.run.create import prepare
    from hardhull.run.exercise import Exercise, exercise
    from hardhull.run.settings import Settings
    from hardhull.run.target import target
    from hardhull.run.world import World

    found = target(str(HERE / name / "compose.yaml"), name)
    settings = Settings(base=found.root, data=found.data)
    commands = loads(name, held_out=held_out)
    with World(prepare(found.workloads, settings), settings) as world:
        if not commands:
            return job(world, name)
        used = exercise(world, Exercise(name, loads=commands, life=life))
        if not used.works:
            return f"{used.failure}; {used.said}"
        asked = [outcome for outcome in used.outcomes if outcome.check.kind == "load"]
        said = [f"{outcome.output.strip().splitlines()[-1]} in {outcome.seconds:.1f} s" for outcome in asked]
        stop = used.observation.life.stop if used.observation and used.observation.life else None
        ended = f", stopped in {stop.seconds:.1f} s with {stop.code}" if stop else ""
        print(f"ok {name}: ready in {used.ready:.1f} s, {'; '.join(said)}{ended}", flush=True)
    return ""


def job(world: object, name: str) -> str:
    """A tool that does its work and ends."""
    from hardhull.run.logs import last_lines
    from hardhull.run.world import World

    assert isinstance(world, World)
    start = time.monotonic()
    world.start()
    code = world.wait_ended(name, JOB_SECONDS)
    if code != 0:
        return f"it ended with {code}; {last_lines(world, name)}"
    print(f"ok {name}: ended with 0 after {time.monotonic() - start:.1f} s: {last_lines(world, name)}", flush=True)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "list"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--life", action="store_true")
    asked = parser.parse_args()
    if asked.what == "list":
        print("\n".join(names()))
        return 0
    from hardhull.run.refusal import CannotRunError

    failed = []
    for name in asked.names or names():
        try:
            wrong = drive(name, held_out=asked.held_out, life=asked.life)
        except CannotRunError as error:
            wrong = "; ".join(f"{each.what}: {each.why}" for each in error.refusals)
        if wrong:
            failed.append(name)
            print(f"FAILED {name}: {wrong}", flush=True)
    print(f"{len(asked.names or names()) - len(failed)} of {len(asked.names or names())} work")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
