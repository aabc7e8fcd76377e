"""The journal's action: an image is removed by the engine, which refuses where anything uses it; or pulled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.apply.actions import ActionError, ActionKind
from hardhull.prune.plan import GONE, KIND
from hardhull.supply.connection import NoEngineError, connect, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docker import APIClient

    from hardhull.model.receipt import Plain

    Arguments = Mapping[str, Plain]


def _asked(question: Callable[[APIClient], Any]) -> Any:
    """The engine's answer.

    Raises:
        ActionError: it gave none, or refused.
    """
    from docker.errors import APIError

    where = ""
    try:
        client, where = connect()
        with client:
            return question(client)
    except APIError as error:
        raise ActionError(f"the engine refused: {str(error.explanation or error)[:300]}") from None
    except NoEngineError as error:
        raise ActionError(f"the engine at {error.where}: {error.why}") from None
    except ActionError:
        raise
    except Exception as error:  # noqa: BLE001  what the SDK and its libraries raise has no common base
        raise ActionError(f"the engine at {where}: {refusal(error, where).why}") from None


def _there(client: APIClient, identifier: str) -> bool:
    from docker.errors import NotFound

    try:
        client.inspect_image(identifier)  # type: ignore[no-untyped-call]
    except NotFound:
        return False
    return True


def _words(arguments: Arguments) -> tuple[str, list[str], str]:
    tags = arguments.get("tags")
    names = [str(tag) for tag in tags] if isinstance(tags, list) else []
    return str(arguments["id"]), names, str(arguments.get("digest") or "")


def _remove(arguments: Arguments) -> None:
    """By its names, then by its id; never by force, so that the engine refuses what is used; its parents stay."""
    identifier, tags, _digest = _words(arguments)

    def question(client: APIClient) -> None:
        for tag in tags:
            client.remove_image(tag, noprune=True)
        if _there(client, identifier):
            client.remove_image(identifier, noprune=True)

    _asked(question)


def _bring_back(arguments: Arguments) -> None:
    """Pulls it by its digest and gives it its names again; the engine verifies the digest."""
    identifier, tags, digest = _words(arguments)

    def question(client: APIClient) -> None:
        if not _there(client, identifier):
            if not digest:
                raise ActionError(f"image {_short(identifier)} {GONE}")
            client.pull(digest)
            if not _there(client, identifier):
                raise ActionError(f"{digest} is another image now than {_short(identifier)}")
        for tag in tags:
            repository, _, name = tag.rpartition(":")
            client.tag(identifier, repository, name)

    _asked(question)


def _short(identifier: str) -> str:
    return identifier.removeprefix("sha256:")[:12]


def _removed(arguments: Arguments) -> bool:
    identifier, tags, _digest = _words(arguments)

    def question(client: APIClient) -> bool:
        return not _there(client, identifier) and not any(_there(client, tag) for tag in tags)

    return bool(_asked(question))


def _described(arguments: Arguments) -> str:
    identifier, tags, digest = _words(arguments)
    end = f"pulled again as {digest}" if digest else GONE
    return f"remove image {', '.join(tags) or _short(identifier)} ({end})"


KINDS: dict[str, ActionKind] = {KIND: ActionKind(_remove, _bring_back, _removed, _described)}
"""For the journal."""
