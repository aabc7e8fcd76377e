"""Which files of an image are analysed: what it starts, and what is loaded without being linked.

A library that a program names only at run time stands in no table of it. Each kind below is found where the loading
code finds it: the C library takes name services from ``/etc/nsswitch.conf``, PAM takes its modules from ``/etc/pam.d``,
OpenSSL its engines and providers from its configuration and its folder of providers. Names in the code itself
(``libgcc_s.so.1``) are found by :mod:`hardhull.learn.static.reach`; what a recording saw mapped is passed in.
"""

from __future__ import annotations

import re
from posixpath import dirname, join
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.learn.static.files import Files

_TEXT: Final = 1 << 20
"""Bytes of a configuration file that are read."""
_MOST: Final = 200
"""Files, or names in files, of one kind."""
_PATH: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_SERVICE: Final = re.compile(r"^\w+:(.*)$", re.MULTILINE)
_MODULE: Final = re.compile(r"[\w./+-]+\.so\b")
_SPLIT: Final = re.compile(r"\[[^\]]*\]")
_ENV: Final = re.compile(r"^(?:/usr)?/bin/env$")


def interpreter(data: bytes) -> list[str]:
    """The words of a script's first line, of which the first is the program that runs it; none for another file."""
    if not data.startswith(b"#!"):
        return []
    return data[2:258].split(b"\n", 1)[0].decode("utf-8", "surrogateescape").split()


def started(files: Files, name: str, path: Sequence[str] = _PATH) -> str | None:
    """The path, without links, of a program as a shell would find it; None where there is none.

    Args:
        files: the root file system.
        name: a path, or a name to look for.
        path: the folders to look in.
    """
    candidates = [name] if "/" in name else [join(folder, name) for folder in path]
    for candidate in candidates:
        found = files.follow(candidate)
        if files.exists(found):
            return found
    return None


def behind(files: Files, words: Sequence[str]) -> str | None:
    """The program behind a script's first line: also the one that ``env`` looks for."""
    if not words:
        return None
    if _ENV.match(words[0]):
        rest = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        return started(files, rest[0]) if rest else None
    return started(files, words[0])


def loaded_by(files: Files, library: str, path: str) -> Iterator[str]:
    """Names or paths of what a library loads by its configuration.

    Args:
        files: the root file system.
        library: the name of a library that a program has (``libc.so.6``).
        path: where it is.
    """
    if library.startswith(("libc.so", "libc-")):
        yield from _name_services(files)
    elif library.startswith("libpam.so"):
        yield from _pam(files, path)
    elif library.startswith("libcrypto.so"):
        yield from _openssl(files, path)


def _name_services(files: Files) -> Iterator[str]:
    text = _SPLIT.sub(" ", _plain(files, "/etc/nsswitch.conf"))
    names = dict.fromkeys(word for match in _SERVICE.finditer(text) for word in match[1].split())
    yield from (f"libnss_{name}.so.2" for name in [*names][:_MOST] if re.fullmatch(r"\w+", name))


def _pam(files: Files, path: str) -> Iterator[str]:
    found: dict[str, None] = {}
    for folder in ("/etc/pam.d", "/usr/lib/pam.d"):
        for name in files.names(folder)[:_MOST]:
            found.update(dict.fromkeys(_MODULE.findall(_plain(files, join(folder, name)))))
    for name in [*found][:_MOST]:
        yield name if name.startswith("/") else join(dirname(path), "security", name)


def _openssl(files: Files, path: str) -> Iterator[str]:
    for file in ("/etc/ssl/openssl.cnf", "/usr/lib/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf"):
        named = (match for match in _MODULE.findall(_plain(files, file)) if "/" in match)
        yield from [*named][:_MOST]
    folder = join(dirname(path), "ossl-modules")
    yield from (join(folder, name) for name in files.names(folder)[:_MOST] if name.endswith(".so"))


def _plain(files: Files, path: str) -> str:
    """A configuration file without its comments."""
    text = (files.read(path, _TEXT) or b"").decode("utf-8", "surrogateescape")
    return "\n".join(line.partition("#")[0] for line in text.splitlines())
