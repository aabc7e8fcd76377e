"""The journal's action: an image is built on top of another one and takes its name; or the name goes back.

The old image keeps a name of its own as long as the action is in effect, so that nobody's clearing up removes it.
"""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError, ActionKind
from hardhull.deploy.engine import asked
from hardhull.rebuild.recipe import derived
from hardhull.rebuild.tools import Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docker import APIClient

    from hardhull.model.receipt import Action, Plain
    from hardhull.rebuild.plan import Rebuild

    Arguments = Mapping[str, Plain]

NAME: Final = "upgrade-image"
BUILD_SECONDS: Final = 1800
SHORT: Final = 12
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
STEP: Final = re.compile(r"^ ---> ([0-9a-f]{12})$", re.MULTILINE)
"""How the classic builder tells the image of a step."""
WRONG: Final = ("E: ", "dpkg: ", "W: Failed", "ERROR: ", "npm error ", "npm ERR! ", "Error: ", "error: ")
"""How apt, dpkg, pip and apk, npm, dnf and rpm begin what went wrong."""
MOST_OUTPUT, MOST_SAID = 64 << 10, 600
"""Characters of a build's output that are kept, and of what is told of it."""
MOST_TAG: Final = 128
"""Characters of a tag (distribution/reference)."""


def action(plan: Rebuild) -> Action:
    """The action. It holds words, and no command: whoever could write a record could still not choose one."""
    from hardhull.model.receipt import Action

    orders: list[Plain] = [[one.tool, one.place, *one.words] for one in plan.orders]
    words: dict[str, Plain] = {"name": plan.name, "before": plan.id, "orders": orders, "user": plan.user}
    return Action(NAME, words)


def names(name: str, identifier: str) -> tuple[str, str]:
    """Under which names the old image stays, and the new one is built: both of the image's own repository."""
    repository, _, tag = name.rpartition(":")
    short = identifier.removeprefix("sha256:")[:SHORT]
    return tuple(f"{repository}:{tag[: MOST_TAG - 40]}-{word}-{short}" for word in ("before", "upgraded"))  # type: ignore[return-value]


def _parts(arguments: Arguments) -> tuple[str, str, str, str]:
    """Name, id before, name of the old one, name of the new one."""
    name, before = str(arguments["name"]), str(arguments["before"])
    kept, built = names(name, before)
    return name, before, kept, built


def identifier_of(client: APIClient, name: str) -> str:
    """Which image has a name; empty where none has it."""
    from docker.errors import NotFound

    try:
        return str(client.inspect_image(name)["Id"])  # type: ignore[no-untyped-call]
    except NotFound:
        return ""


def _tag(client: APIClient, identifier: str, name: str) -> None:
    repository, _, tag = name.rpartition(":")
    client.tag(identifier, repository, tag)


def _do(arguments: Arguments) -> None:
    name, before, kept, built = _parts(arguments)
    with asked() as client:
        if identifier_of(client, name) != before:
            raise ActionError(f"{name} is another image now than when it was looked at")
        _tag(client, before, kept)
        client.timeout = BUILD_SECONDS
        _build(client, _recipe(arguments), built)
        _tag(client, identifier_of(client, built), name)


def _recipe(arguments: Arguments) -> str:
    rows = arguments["orders"]
    try:
        words = [[str(word) for word in row] for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
        orders = [Order(tool, place, tuple(names)) for tool, place, *names in words]
        return derived(str(arguments["before"]), orders, str(arguments["user"]))
    except ValueError:
        raise ActionError("its packages or its user are none") from None


def _build(client: APIClient, recipe: str, name: str) -> None:
    """With the classic builder, which every engine has, and the network of the engine's host, for its package archives.

    Raises:
        ActionError: an instruction failed; the last lines say why.
    """
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        data = recipe.encode()
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    out.seek(0)
    rows: Iterable[Any] = client.build(
        fileobj=out,
        custom_context=True,
        tag=name,
        nocache=True,
        rm=True,
        forcerm=True,
        network_mode="host",
        decode=True,
    )
    said = ""
    for row in rows:
        if not isinstance(row, dict):
            continue
        if "error" in row:
            lines = [line.strip() for line in COLOURS.sub("", said).splitlines()]
            wrong = [line for line in lines if line.startswith(WRONG)] or [str(row["error"])]
            _clear_up(client, said)
            raise ActionError(f"the image could not be built: {'; '.join(wrong)[:MOST_SAID]}")
        said = (said + str(row.get("stream") or ""))[-MOST_OUTPUT:]


def _clear_up(client: APIClient, said: str) -> None:
    """Removes the images of the steps before the one that failed; what has a name is none of them."""
    for identifier in reversed(STEP.findall(said)):
        if identifier_of(client, identifier) and not client.inspect_image(identifier).get("RepoTags"):  # type: ignore[no-untyped-call]
            _let_go(client, identifier)


def _undo(arguments: Arguments) -> None:
    name, before, kept, built = _parts(arguments)
    with asked() as client:
        now, new = identifier_of(client, name), identifier_of(client, built)
        if now not in {before, new, ""}:
            how = f"`docker tag {before[:19]} {name}` makes it what it was"
            raise ActionError(f"{name} is another image now than the one that was built here; {how}")
        if now != before:
            if not identifier_of(client, before):
                raise ActionError(f"the image {before[:19]} that {name} was is gone from the engine")
            _tag(client, before, name)
        if new:
            _let_go(client, built)
        if identifier_of(client, kept) == before:
            _let_go(client, kept)


def _let_go(client: APIClient, name: str) -> None:
    """Takes a name away, and the image with its last one; where a container uses that, the name stays."""
    from docker.errors import APIError

    try:
        client.remove_image(name)
    except APIError as error:
        if error.status_code not in {404, 409}:
            raise


def _probe(arguments: Arguments) -> bool | None:
    name, before, kept, built = _parts(arguments)
    with asked() as client:
        now, new = identifier_of(client, name), identifier_of(client, built)
        if new and now == new != before:
            return True
        return False if now == before and not new and not identifier_of(client, kept) else None


def _describe(arguments: Arguments) -> str:
    name, before, _kept, built = _parts(arguments)
    return f"build {built} on {name} ({before.removeprefix('sha256:')[:SHORT]}), and give it that name"


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
