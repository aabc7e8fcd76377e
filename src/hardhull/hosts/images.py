"""The images that an engine keeps, and what still refers to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker import APIClient

IMAGE = ("Id", "ParentId", "RepoTags", "RepoDigests", "Created", "Size", "SharedSize")
CONTAINER = ("Names", "Image", "ImageID", "State")


def images(client: APIClient) -> dict[str, Any]:
    """The images with their sizes, and every container, running or not."""
    used = client.df()
    kept = client.images(all=True)  # intermediate layers of builds too: they are why others cannot go
    sizes = {one["Id"]: one.get("SharedSize", -1) for one in used.get("Images") or () if isinstance(one, dict)}
    return {
        "GET /images/json": [
            {name: one.get(name) for name in IMAGE} | {"SharedSize": sizes.get(one.get("Id"), -1)} for one in kept
        ],
        "GET /containers/json": [{name: one.get(name) for name in CONTAINER} for one in client.containers(all=True)],
    }
