"""The kernel's audit itself: rules are read as they were loaded, and a killed test run leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardhull.audit.kind import parsed
from hardhull.hosts.kernel_rules import kernel_rules

pytestmark = pytest.mark.engine


def auditctl(*words: str) -> None:
    subprocess.run(["auditctl", *words], check=True, capture_output=True)


LONG = """
import subprocess, time

def test_long(host_audit):
    subprocess.run(["auditctl", "-e", "1"], check=True)
    subprocess.run(["auditctl", *"-a always,exit -F path=/etc/hostname -F perm=wa -k {key}".split()], check=True)
    time.sleep(600)
"""


def test_a_killed_test_run_leaves_the_machine_as_it_was(tmp_path: Path) -> None:
    """The shell of the fixture outlives it, and puts rules, switch and backlog back."""
    if os.environ.get("HARDHULL_HOST_TESTS") != "1":
        pytest.skip("it changes the kernel's audit: set HARDHULL_HOST_TESTS=1")
    key = f"killed-{os.getpid()}"
    (tmp_path / "test_long.py").write_text(LONG.format(key=key))
    words = [sys.executable, "-m", "pytest", "-p", "host_audit", "-p", "no:cacheprovider", "test_long.py"]
    folders = [str(Path(__file__).parent.parent), *sys.path]
    with subprocess.Popen(
        words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)}, stdout=subprocess.DEVNULL
    ) as child:
        end = time.monotonic() + 300  # other tests may have the audit first
        while not _has(key) and time.monotonic() < end:
            assert child.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
        child.kill()
    end = time.monotonic() + 30
    while _has(key) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _has(key)


def _has(key: str) -> bool:
    return any(key in rule for rule in kernel_rules() or ())


@pytest.mark.usefixtures("host_audit")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    action=st.sampled_from(["always", "never"]),
    where=st.sampled_from(["-F path=/etc/hostname", "-F dir=/etc", "-F path=/usr/bin/no-such-program"]),
    what=st.lists(st.sampled_from("rwxa"), min_size=1, unique=True).map("".join),
    more=st.lists(
        st.sampled_from([
            "-F uid=33", "-F uid!=0", "-F auid>=1000", "-F euid<100", "-F success=1", "-F exit=-2", "-F exe=/usr/bin/env",
            "-F exe!=/usr/bin/env", "-F pid>300", "-F ppid<=1", "-F devmajor=8", "-F a1&=64",
        ]), max_size=2, unique_by=lambda text: text[3:6],
    ),
    key=st.sampled_from(["", " -k one", " -k two-three"]),
)  # fmt: skip
def test_what_is_loaded_is_read_from_the_kernel(action: str, where: str, what: str, more: list[str], key: str) -> None:
    """The kernel's own structures, read as the rule that went in; auditctl takes some of these back otherwise."""
    rule = f"-a {action},exit {' '.join([where, f'-F perm={what}', *more])}{key}"
    auditctl("-D")
    auditctl(*rule.split())
    (read,) = kernel_rules() or [""]
    assert parsed(read) == parsed(rule), read
    auditctl(*["-d" if word == "-a" else word for word in read.split()])
    assert kernel_rules() == []
