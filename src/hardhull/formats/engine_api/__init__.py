"""``docker inspect`` output and bodies of ``POST /containers/create``, read into Workloads."""

from hardhull.formats.engine_api.reader import looks_like, read

__all__ = ["looks_like", "read"]
