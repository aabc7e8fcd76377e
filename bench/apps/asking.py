"""What the loads of the applications share beyond those of the servers: waiting until a whole chain answers."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

from _common.judge import HOST, SECONDS, port, until

if TYPE_CHECKING:
    from collections.abc import Mapping


def peek(
    number: int, path: str, method: str = "GET", body: bytes | str = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of one request that nobody judges; 0 where nothing answered."""
    link = http.client.HTTPConnection(HOST, port(number), timeout=SECONDS)
    try:
        link.request(method, path, body or None, dict(headers or {}))
        answer = link.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        link.close()


def ready(number: int, path: str) -> None:
    """Waits until a path answers with 200: what is behind it may still be starting."""
    until(lambda: peek(number, path)[0], lambda status: status == 200, path, seconds=30)


def read(number: int, path: str) -> Any:
    """What a path answers as JSON; None where it does not."""
    status, body = peek(number, path)
    return json.loads(body) if status == 200 else None
