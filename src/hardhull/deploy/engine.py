"""The engine, for one action of the journal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.apply.actions import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

SECONDS = 120


@contextmanager
def asked() -> Iterator[APIClient]:
    """The engine, for one action.

    Raises:
        ActionError: there is none, or it refuses.
    """
    from docker.errors import APIError
    from requests.exceptions import RequestException

    from hardhull.supply.connection import NoEngineError, connect

    try:
        client, _ = connect()
    except NoEngineError as error:
        raise ActionError(f"the engine at {error.where or '?'}: {error.why}") from None
    client.timeout = SECONDS
    try:
        yield client
    except APIError as error:
        raise ActionError(f"the engine refuses it: {error.explanation or error}") from None
    except RequestException as error:
        raise ActionError(f"the engine does not answer: {type(error).__name__}") from None
    finally:
        client.close()
