"""daemon.json, the configuration file of the Docker engine, read into an :class:`~hardhull.facts.engine.Engine`."""

from hardhull.formats.daemon_json.reader import looks_like, read

__all__ = ["looks_like", "read"]
