"""Making a container anew under its own name: the old one stands aside until it is known that the new one works."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hardhull.deploy.body import body_of, has

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

    from hardhull.deploy.body import Body

ASIDE = "-before-hardhull"
"""What the name of the old container ends with while the new one is tried."""
SHARED = ("NetworkMode", "PidMode", "IpcMode")
"""Keys of a HostConfig that may name a container whose namespace is shared."""


def aside(name: str) -> str:
    """Where the old container stands meanwhile."""
    return f"{name}{ASIDE}"


def inspected(client: APIClient, name: str) -> dict[str, Any] | None:
    """``docker inspect`` of a container; None where there is none of that name."""
    from docker.errors import NotFound

    try:
        answer: dict[str, Any] = client.inspect_container(name)
    except NotFound:
        return None
    return answer


def body_now(client: APIClient, answer: Mapping[str, Any]) -> Body:
    """The body of a container as it is, with its image by name where the name still means it."""
    from docker.errors import ImageNotFound

    name = str(answer["Config"]["Image"])
    try:
        same = client.inspect_image(name)["Id"] == answer["Image"]  # type: ignore[no-untyped-call]
    except ImageNotFound:
        same = False
    return body_of(answer, name if same else str(answer["Image"]), _by_name(client, answer["HostConfig"]))


def _by_name(client: APIClient, host: Mapping[str, Any]) -> dict[str, str]:
    """Whose namespaces are shared, by names: the other one may have been made anew, too."""
    found = {}
    for key in SHARED:
        kind, colon, ident = str(host.get(key, "")).partition(":")
        other = inspected(client, ident) if kind == "container" and colon else None
        if other is not None:
            found[key] = f"container:{str(other['Name']).lstrip('/').removesuffix(ASIDE)}"
    return found


def replace(client: APIClient, name: str, settings: Mapping[str, Any]) -> None:
    """Makes the container anew with other settings; the old one is stopped and stands aside.

    Args:
        client: the engine.
        name: of the container.
        settings: keys of the create body that get other values.
    """
    old = client.inspect_container(name)
    body = body_now(client, old).with_settings(settings)
    running = bool(old["State"]["Running"])
    client.rename(old["Id"], aside(name))
    _stop(client, old)
    make(client, name, body, old, start=running)


def make(client: APIClient, name: str, body: Body, old: Mapping[str, Any], *, start: bool) -> None:
    """Makes a container, gives it what the old one left in folders that are volumes now, and starts it."""
    made = client.create_container_from_config(body.create, name)  # type: ignore[no-untyped-call]
    for network, endpoint in body.networks:
        client.connect_container_to_network(
            made["Id"], network, aliases=endpoint.get("Aliases"), links=endpoint.get("Links"),
            ipv4_address=(endpoint.get("IPAMConfig") or {}).get("IPv4Address"),
            ipv6_address=(endpoint.get("IPAMConfig") or {}).get("IPv6Address"),
        )  # fmt: skip
    _carry(client, old, made["Id"])
    if start:
        client.start(made["Id"])


def _stop(client: APIClient, answer: Mapping[str, Any]) -> None:
    from docker.errors import APIError

    with suppress(APIError):  # it has ended already
        client.stop(answer["Id"], timeout=answer["Config"].get("StopTimeout") or 10)


def _carry(client: APIClient, old: Mapping[str, Any], new: str) -> None:
    """What stood in the old container's own layer where the new one has a volume: nothing of it is lost."""
    from docker.errors import APIError

    had = {each["Destination"] for each in old["Mounts"]} | set(old["HostConfig"].get("Tmpfs") or ())
    for mount in client.inspect_container(new)["Mounts"]:
        path = mount["Destination"]
        if mount["Type"] != "volume" or path in had:
            continue
        with suppress(APIError):  # the image alone had it, or nothing was there
            chunks, _ = client.get_archive(old["Id"], path)
            client.put_archive(new, path.rpartition("/")[0] or "/", b"".join(chunks))


def restore(client: APIClient, name: str, earlier: Mapping[str, Any]) -> None:
    """Brings back the container as it was: the one that stands aside, else one with the earlier settings.

    What stands aside afterwards, as the one that was made anew, goes with :func:`settle`.

    Args:
        client: the engine.
        name: of the container.
        earlier: keys of the create body with the values that they had.
    """
    old, here = inspected(client, aside(name)), inspected(client, name)
    if old is None:
        if here is not None and (not has(body_now(client, here).create, earlier) or _left_behind(client, here)):
            replace(client, name, earlier)
        return
    if not has(body_now(client, old).create, earlier):  # cut short while it was taken back: this is the new one
        if here is None:
            make(client, name, body_now(client, old).with_settings(earlier), old, start=True)
        return
    if here is not None:
        client.remove_container(here["Id"], force=True)
    client.rename(old["Id"], name)
    client.start(old["Id"])


def _left_behind(client: APIClient, answer: Mapping[str, Any]) -> bool:
    """Whether it lives in the namespace of a container that is gone, or stands aside."""
    for key in SHARED:
        kind, colon, ident = str(answer["HostConfig"].get(key, "")).partition(":")
        if kind == "container" and colon:
            other = inspected(client, ident)
            if other is None or str(other["Name"]).endswith(ASIDE):
                return True
    return False


def settle(client: APIClient, name: str) -> None:
    """The new one works: the old one goes; its volumes stay."""
    old = inspected(client, aside(name))
    if old is not None:
        client.remove_container(old["Id"], force=True)
