"""An OCI image layout (image-layout.md, image-index.md, manifest.md): which image is meant, and its layers.

What a document is, is told by what it holds: media types are often wrong.
"""

from __future__ import annotations

import hashlib
import platform as machine
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.images.errors import ImageError
from hardhull.images.image import DAMAGED, DIGEST, MOST_LAYERS, Blob, Opened, Platform, described, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.images.store import Store

DEPTH = 4
"""Of indexes in indexes."""
MOST_MANIFESTS = 1000
NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
ATTESTATION = "vnd.docker.reference.type"
MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm", "armv6l": "arm"}
"""Names of the kernel, and of Go."""


class Wanted(NamedTuple):
    """Which image of several is meant.

    Attributes:
        tag: its name; empty for any.
        platform: empty for this machine's, if it is there.
    """

    tag: str = ""
    platform: Platform = Platform()


class Choice(NamedTuple):
    """One manifest that an index names."""

    digest: str
    platform: Platform
    names: tuple[str, ...]


def opened(store: Store, name: str, wanted: Wanted) -> Opened:
    """The image that is meant in a layout.

    Raises:
        ImageError: there is none, or more than one.
    """
    data = store.document("index.json")
    if data is None:
        raise ImageError("it has no index.json", "name the folder or archive of an OCI image layout")
    index = document(data, "index.json")
    found = list(choices(index, lambda digest: verified(store, digest)))
    chosen = choose(found, wanted)
    return of_manifest(store, name, chosen.digest, chosen.names)


def verified(store: Store, digest: str) -> bytes:
    """A document under its digest.

    Raises:
        ImageError: it is not there, or is another one.
    """
    data = store.document(path_of(digest))
    if data is None:
        raise ImageError(f"the part {digest[:19]}... is missing", DAMAGED)
    return checked(data, digest)


def checked(data: bytes, digest: str) -> bytes:
    """The document, if it has this digest.

    Raises:
        ImageError: it has another one.
    """
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise ImageError(f"the part {digest[:19]}... does not have that digest: it was changed", DAMAGED)
    return data


def path_of(digest: str) -> str:
    """Where a layout keeps what has this digest.

    Raises:
        ImageError: it is no digest that is read here.
    """
    if not DIGEST.fullmatch(digest):
        raise ImageError(f"{digest[:80]!r} is no sha256 digest", DAMAGED)
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def choices(
    index: dict[str, Any], get: Callable[[str], bytes], depth: int = DEPTH, names: tuple[str, ...] = ()
) -> Iterator[Choice]:
    """The manifests that an index names, itself or through others. Attestations are no images.

    Raises:
        ImageError: a part of it is missing or wrong.
    """
    rows = index.get("manifests")
    for row in rows[:MOST_MANIFESTS] if isinstance(rows, list) else ():
        if not isinstance(row, dict) or not isinstance(row.get("digest"), str):
            continue
        notes = row.get("annotations")
        notes = notes if isinstance(notes, dict) else {}
        if ATTESTATION in notes:
            continue
        own = tuple(notes[key] for key in NAMES if isinstance(notes.get(key), str)) or names
        found = document(get(row["digest"]), f"the part {row['digest'][:19]}...")
        if "manifests" in found:
            if not depth:
                raise ImageError(f"indexes lie in it more than {DEPTH} deep", DAMAGED)
            yield from choices(found, get, depth - 1, own)
        elif "layers" in found:
            yield Choice(row["digest"], platform_of(row.get("platform")), own)


def platform_of(value: Any) -> Platform:
    """A descriptor's ``platform``."""
    row = value if isinstance(value, dict) else {}
    parts = (row.get(key) for key in ("os", "architecture", "variant"))
    return Platform(*(part if isinstance(part, str) else "" for part in parts))


def choose(found: list[Choice], wanted: Wanted) -> Choice:
    """The one that is meant.

    Raises:
        ImageError: none or several are.
    """
    named = [one for one in found if not wanted.tag or any(_same_name(each, wanted.tag) for each in one.names)]
    if not named:
        names = sorted({name for one in found for name in one.names})
        if not found:
            raise ImageError("it holds no image", "name one that holds an image of containers")
        raise ImageError(f"it holds no image named {wanted.tag}", f"it has: {', '.join(names[:10]) or 'no names'}")
    fitting = fits(named, wanted.platform)
    if len({one.digest for one in fitting}) > 1:
        names = sorted({name for one in fitting for name in one.names})
        what = ", ".join(names[:10]) or ", ".join(sorted({str(one.platform) for one in fitting}))
        raise ImageError("it holds several images", f"add #NAME to say which: {what}")
    return fitting[0]


def _same_name(name: str, tag: str) -> bool:
    return name == tag or name.rpartition(":")[2] == tag


def fits(named: list[Choice], platform: Platform) -> list[Choice]:
    """Those for a platform: the one that is asked for, else this machine's if there are several.

    Raises:
        ImageError: there is none for it.
    """
    told = sorted({str(one.platform) for one in named if one.platform.architecture})
    if platform.architecture:
        found = [one for one in named if _runs(one.platform, platform)]
    elif len(told) > 1:
        own = Platform("linux", MACHINES.get(machine.machine(), machine.machine()))
        found = [one for one in named if _runs(one.platform, own)]
        best = min((one.platform.variant for one in found), default="")
        found = [one for one in found if one.platform.variant == best]
    else:
        return named
    if not found:
        what = str(platform) if platform.architecture else "this machine's platform"
        raise ImageError(f"it holds no image for {what}", f"add ?platform=OS/ARCHITECTURE; it has: {', '.join(told)}")
    return found


def _runs(has: Platform, asked: Platform) -> bool:
    if not has.architecture:
        return True  # it is not told: the configuration will
    return has.os == asked.os and has.architecture == asked.architecture and asked.variant in {"", has.variant}


def parts(manifest: dict[str, Any]) -> tuple[str, list[str]]:
    """Digests of the configuration and the layers that a manifest names.

    Raises:
        ImageError: it is no manifest of an image.
    """
    config, rows = manifest.get("config"), manifest.get("layers")
    if not isinstance(config, dict) or not isinstance(rows, list):
        old = "fsLayers" in manifest
        why = (
            "its manifest has the first schema, which nobody writes any more" if old else "its manifest names no layers"
        )
        raise ImageError(why, "push it again with a tool of this decade" if old else DAMAGED)
    digests = [row.get("digest") if isinstance(row, dict) else None for row in (config, *rows[: MOST_LAYERS + 1])]
    found = [one for one in digests if isinstance(one, str)]
    if len(found) != len(digests):
        raise ImageError("its manifest names a part without a digest", DAMAGED)
    return found[0], found[1:]


def of_manifest(store: Store, name: str, digest: str, tags: tuple[str, ...]) -> Opened:
    """The image of a manifest.

    Raises:
        ImageError: a part of it is missing or wrong.
    """
    manifest = document(verified(store, digest), "its manifest")
    config, layers = parts(manifest)
    media = str(manifest["config"].get("mediaType", ""))
    if "helm" in media or media.endswith("empty.v1+json"):
        raise ImageError(f"it is no image of containers but holds {media}", "name an image")
    image = described(
        name,
        document(verified(store, config), "its configuration"),
        layers,
        identifier=config,
        digest=digest,
        tags=tags,
    )
    return Opened(image, tuple(_blob(store, one) for one in layers))


def _blob(store: Store, digest: str) -> Blob:
    found = store.blob(path_of(digest), digest)
    return found if found is not None else missing(digest)


def missing(digest: str) -> Blob:
    """A layer that is not there: reading it says so."""
    from hardhull.images.errors import BrokenLayerError

    def fail() -> Iterator[bytes]:
        raise BrokenLayerError("it is not there")

    return Blob(digest, fail)
