"""Makes the modules beside this file importable from every folder of tests, and their servers known as fixtures."""

from __future__ import annotations

pytest_plugins = ("docker_registry", "unruly")
