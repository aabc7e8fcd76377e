"""Paths in Compose files, as paths relative to the root of the scanned tree."""

from __future__ import annotations

import posixpath
import re

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_REMOTE_CONTEXT = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


def is_absolute(path: str) -> bool:
    """Whether a path stands for itself: absolute, below a home folder, or of Windows."""
    return path.startswith(("/", "~")) or _WINDOWS.match(path) is not None


def from_root(folder: str, path: str) -> str:
    """A path as seen from the root.

    Args:
        folder: what relative paths are relative to, itself relative to the root (``""`` for the root).
        path: as written.

    Returns:
        Normalised, without ``./`` (``.`` for the root, ``../x`` for what lies outside); an absolute path as it is.
    """
    return path if is_absolute(path) else posixpath.normpath(posixpath.join(folder, path))


def host_path(folder: str, path: str) -> str:
    """The same for a mount's source, which keeps a leading ``./`` so that it cannot be taken for a volume's name."""
    found = from_root(folder, path)
    if is_absolute(found) or found == ".." or found.startswith("../"):
        return found
    return "./" if found == "." else "./" + found


def inside(path: str) -> bool:
    """Whether a normalised path lies in the scanned tree."""
    return not is_absolute(path) and path != ".." and not path.startswith("../")


def build_context(folder: str, path: str) -> str | None:
    """A build context as seen from the root; None for a remote one or another service's image."""
    if "://" in path or path.startswith(("service:", *_REMOTE_CONTEXT)):
        return None
    return from_root(folder, path)
