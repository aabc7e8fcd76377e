"""The journald driver on a real journald, in a mount namespace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docker_engine import missing, skip, unmount

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine
JOURNALD = Path("/lib/systemd/systemd-journald")
SCRIPT = """
mount -t tmpfs tmpfs /run/systemd
mount -t tmpfs tmpfs /run/log
mkdir -p /run/log/journal /run/systemd/journal
setpriv --pdeathsig KILL {journald} &
journald=$!
ip link set lo up
setpriv --pdeathsig TERM dockerd --config-file {folder}/daemon.json --data-root {folder}/data --exec-root {folder}/exec \
    -H unix://{folder}/sock --pidfile {folder}/pid --iptables=false --bridge=none >{folder}/log 2>&1 &
while ! docker version >/dev/null 2>&1; do kill -0 $!; sleep 0.1; done
{python} -m hardhull fix engine --prove --format json --output {folder}/with.json
kill $journald
wait $journald || true
{python} -m hardhull fix engine --prove -q 2>{folder}/without || true
kill $(cat {folder}/pid)
wait $! || true
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short one: a socket's path has 107 letters."""
    made = Path(tempfile.mkdtemp(prefix="hh"))
    yield made
    unmount(made)
    shutil.rmtree(made, ignore_errors=True)


def test_a_message_is_found_in_the_journal(folder: Path) -> None:
    why = missing() or ("" if JOURNALD.exists() else "not installed: systemd-journald")
    if why:
        skip(why)
    (folder / "daemon.json").write_text('{"log-driver": "journald"}')
    Path("/run/systemd").mkdir(exist_ok=True)
    Path("/run/log").mkdir(exist_ok=True)
    script = SCRIPT.format(journald=JOURNALD, folder=folder, python=sys.executable)
    words = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-ec", script]
    environment = {**os.environ, "DOCKER_HOST": f"unix://{folder}/sock", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, (done.stderr, (folder / "log").read_text()[-2000:])
    rows = {one["key"]: one for one in json.loads((folder / "with.json").read_text())["settings"]}
    assert rows["log-driver"]["kept"]
    assert "a test message is in the journal" in rows["log-driver"]["seen"]
    assert "no container starts" in (folder / "without").read_text()
