"""Makes the modules beside this file importable from every folder of tests, and their servers known as fixtures."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ("docker_engine", "changed_engines", "docker_registry", "host_audit", "unruly", "worlds")

settings.register_profile("untimed", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("untimed")
