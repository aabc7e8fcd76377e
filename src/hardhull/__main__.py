"""``python -m hardhull`` is the command ``hardhull``."""

from __future__ import annotations

import sys

from hardhull.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
