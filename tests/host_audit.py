"""The kernel's audit, which all of a machine shares, lent to one test at a time and put back however the test ends.

    pytest_plugins = ("host_audit",)

Only with HARDHULL_HOST_TESTS=1: rules and the switch are the machine's. A shell that outlives a killed test run puts them
back. A machine whose audit is in use is left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardhull.hosts import kernel_audit
from hardhull.hosts.kernel_rules import kernel_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED = ("auditctl", "ausearch", "auditd", "curl", "docker")
BACK = "read -r _; auditctl -D; auditctl -e 0; auditctl -b {backlog}"


def why_not() -> str:
    """Why no test may use it here; empty where one may."""
    if os.geteuid() != 0:
        return "the kernel's audit needs root"
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


@pytest.fixture
def host_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """The state before, for a comparison; files are written below ``tmp_path / "tree"``."""
    if os.environ.get("HARDHULL_HOST_TESTS") != "1":
        pytest.skip("it changes the kernel's audit, which all of the machine shares: set HARDHULL_HOST_TESTS=1")
    why = why_not()
    if why and os.environ.get("HARDHULL_NO_SKIP") == "1":
        pytest.fail(why)
    if why:
        pytest.skip(why)
    monkeypatch.setenv("HARDHULL_HOST_STATE", str(tmp_path / "tree"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lock = os.open(Path(tempfile.gettempdir(), "hardhull-audit-tests.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    before = kernel_audit.status()
    assert before is not None
    if before["enabled"] or before["pid"] or kernel_rules():
        os.close(lock)
        pytest.skip("the audit of this machine is in use")
    back = ["sh", "-c", BACK.format(backlog=before["backlog_limit"])]
    with subprocess.Popen(
        back, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        pass_fds=(lock,),
    ) as watch:  # fmt: skip
        os.close(lock)  # the shell holds it as long as there is something to put back
        yield before
        assert watch.stdin is not None
        watch.stdin.close()


def as_before(before: dict[str, int]) -> bool:
    """Whether rules, switch and backlog are what they were."""
    now = kernel_audit.status()
    names = ("enabled", "backlog_limit")
    return (
        kernel_rules() == [] and now is not None and [now[name] for name in names] == [before[name] for name in names]
    )
