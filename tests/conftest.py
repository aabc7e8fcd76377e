"""Makes the modules beside this file importable from every folder of tests, and their servers known as fixtures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ("docker_engine", "changed_engines", "docker_registry", "host_audit", "unruly", "worlds")

settings.register_profile("untimed", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped, a skip fails, however it came about."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("HARDHULL_NO_SKIP") == "1":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{item.nodeid} may not be skipped here: {why}"
    return report
