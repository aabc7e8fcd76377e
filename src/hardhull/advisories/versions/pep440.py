"""Versions of Python distributions, in the order of PEP 440, by the library that pip itself uses."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from hardhull.advisories.versions import InvalidVersionError


def key(text: str) -> Version:
    """The version.

    Raises:
        InvalidVersionError: PEP 440 does not know the form; PyPI once took others.
    """
    try:
        return Version(text)
    except InvalidVersion as error:
        raise InvalidVersionError(str(error)) from None
