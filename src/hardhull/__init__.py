"""hardhull makes a Docker deployment as locked-down as it can be while it still works."""

__version__ = "0.1.0"
