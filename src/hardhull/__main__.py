"""``python -m hardhull`` is the command ``hardhull``."""

from __future__ import annotations

from hardhull.cli.main import entry

if __name__ == "__main__":
    entry()
