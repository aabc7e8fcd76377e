"""Java archives, and archives in them: ``pom.properties`` of Maven, else the manifest, else the file's name."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package
from hardhull.images.reader import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH = 4
MOST_FILES = 200_000
MOST_BYTES = 512 << 20
"""Of all archives in one, uncompressed."""
ENDINGS = (".jar", ".war", ".ear", ".par", ".sar")
_POM = re.compile(r"(?:^|/)META-INF/maven/[^/]+/[^/]+/pom\.properties$")
_PROPERTY = re.compile(r"^\s*(groupId|artifactId|version)\s*[=:]\s*(.*?)\s*$", re.MULTILINE)
_NAMED = re.compile(r"(.+?)-(\d[\w.+-]*)\.[a-z]+$")
_HEADER = re.compile(r"^([\w-]+): ?(.*(?:\r?\n .*)*)", re.MULTILINE)


def archive(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The artifacts of an archive and of those in it."""
    yield from _artifacts(path.rpartition("/")[2], data, [MOST_BYTES], DEPTH)


def _artifacts(name: str, data: bytes, left: list[int], depth: int) -> Iterator[tuple[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
            if len(infos) > MOST_FILES:
                raise UnreadableFileError(f"it holds more than {MOST_FILES} files")
            poms = [info for info in infos if _POM.search(info.filename)]
            inner = [info for info in infos if info.filename.lower().endswith(ENDINGS)]
            found = [row for info in poms if (row := _of_pom(_content(opened, info, left)))]
            own = _own(name, opened, left) if not found else None
            yield from [*found, *([own] if own else [])]
            for info in inner:
                if not depth:
                    raise UnreadableFileError(f"archives lie in it more than {DEPTH} deep")
                yield from _artifacts(info.filename.rpartition("/")[2], _content(opened, info, left), left, depth - 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise UnreadableFileError(f"the archive {name} cannot be read ({type(error).__name__})") from None


def _content(opened: zipfile.ZipFile, info: zipfile.ZipInfo, left: list[int]) -> bytes:
    """One file; what its head says of its size is not believed."""
    with opened.open(info) as stream:
        data = stream.read(left[0] + 1)
    left[0] -= len(data)
    if left[0] < 0:
        raise UnreadableFileError(f"it unpacks to more than {MOST_BYTES >> 20} MB")
    return data


def _of_pom(data: bytes) -> tuple[str, Any] | None:
    fields = dict(_PROPERTY.findall(data.decode("latin-1")))
    if not all(fields.get(key) for key in ("groupId", "artifactId", "version")):
        return None
    return package("maven", f"{fields['groupId']}:{fields['artifactId']}", fields["version"])


def _own(name: str, opened: zipfile.ZipFile, left: list[int]) -> tuple[str, Any] | None:
    """An archive that Maven did not make: its manifest, with the file's name where that says more."""
    try:
        text = _content(opened, opened.getinfo("META-INF/MANIFEST.MF"), left).decode("utf-8", "replace")
    except KeyError:
        text = ""
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    fields = {key: re.sub(r"\r?\n ", "", value).strip() for key, value in _HEADER.findall(head)}
    named = _NAMED.match(name)
    version = fields.get("Implementation-Version") or fields.get("Bundle-Version") or (named[2] if named else "")
    artifact = named[1] if named else name.rpartition(".")[0]
    group = fields.get("Implementation-Vendor-Id") or ""
    if not version or not artifact or not re.match(r"\d", version):
        return None
    return package("maven", f"{group}:{artifact}" if group else artifact, named[2] if named else version)
