"""A small archive of Debian's kind on loopback, and a machine's configuration of apt that knows it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RELEASE = """\
Origin: Debian
Label: Debian
Suite: {code}
Codename: {code}
Date: Fri, 20 Nov 2026 10:00:00 UTC
Architectures: amd64
Components: main
SHA256:
 {digest} {size} main/binary-amd64/Packages
"""
NEEDED = ("apt-get", "dpkg-deb")


def missing() -> str:
    """Why it cannot be made here; empty where it can."""
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Archive:
    """An archive, served.

    Args:
        folder: an empty one.
        code: of its release.
    """

    def __init__(self, folder: Path, code: str = "bookworm") -> None:
        self.folder = folder
        self.code = code
        self.asked: list[str] = []
        self.cut: set[str] = set()
        self._paragraphs: list[str] = []
        (folder / "www" / "pool").mkdir(parents=True)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *words: _Handler(self, *words))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(
        self, name: str, version: str, source: str = "", *, changelog: str = "", documents: str = "", size: int = 0,
        there: bool = True,
    ) -> None:  # fmt: skip
        """Builds a package and lists it.

        Args:
            name: of it.
            version: of it.
            source: ``NAME (VERSION)``; by default its own.
            changelog: its text.
            documents: the package whose folder its documents are.
            size: bytes of other content.
            there: whether it can be had.
        """
        root = self.folder / "root"
        control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: x <x@example.com>\n"
        control += f"Source: {source}\n" * bool(source) + "Description: x\n"
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN" / "control").write_text(control)
        place = root / "usr" / "share" / "doc" / name
        place.parent.mkdir(parents=True)
        if documents:
            place.symlink_to(documents)
        elif changelog:
            place.mkdir()
            (place / "changelog.Debian.gz").write_bytes(gzip.compress(changelog.encode()))
        (root / "content").write_bytes(os.urandom(size))
        path = self.folder / "www" / "pool" / f"{name}_{version.partition(':')[2] or version}_amd64.deb"
        words = ["dpkg-deb", "-Znone", "--root-owner-group", "-b", str(root), str(path)]
        subprocess.run(words, check=True, capture_output=True)
        shutil.rmtree(root)
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self._paragraphs.append(f"{control}Filename: pool/{path.name}\nSize: {len(data)}\nSHA256: {digest}\n")
        if not there:
            path.unlink()

    def configured(self) -> Path:
        """Writes its index, and the configuration of a machine whose apt has asked it: for ``APT_CONFIG``."""
        for suite in (self.code, f"{self.code}-updates"):
            place = self.folder / "www" / "dists" / suite
            index = "\n".join(self._paragraphs if suite == self.code else []).encode()
            (place / "main" / "binary-amd64").mkdir(parents=True, exist_ok=True)
            (place / "main" / "binary-amd64" / "Packages").write_bytes(index)
            digest = hashlib.sha256(index).hexdigest()
            (place / "Release").write_text(RELEASE.format(code=suite, digest=digest, size=len(index)))
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(f"deb {self.address} {self.code} main\n")
        made = self.folder / "apt.conf"
        made.write_text(
            "\n".join(
                f'{key} "{value}";'
                for key, value in {
                    "Dir::Etc::sourcelist": self.folder / "sources.list", "Dir::Etc::sourceparts": "/dev/null",
                    "Dir::State::lists": self.folder / "lists", "Dir::State::status": self.folder / "status",
                    "Dir::Cache": self.folder / "cache", "APT::Architecture": "amd64", "APT::Architectures": "amd64",
                    "APT::Sandbox::User": "root" if os.geteuid() == 0 else "", "Acquire::Languages": "none",
                    "Acquire::AllowInsecureRepositories": "true", "APT::Get::AllowUnauthenticated": "true",
                    "Acquire::http::Proxy": "DIRECT", "Acquire::Retries::Delay": "false",
                }.items()
            )
        )  # fmt: skip
        settings = {**os.environ, "APT_CONFIG": str(made), "LC_ALL": "C.UTF-8"}
        subprocess.run(["apt-get", "update"], check=True, capture_output=True, env=settings)
        return made

    def downloads(self) -> Sequence[str]:
        """The packages that were asked for, in order."""
        return [Path(name).name.partition("_")[0] for name in self.asked if name.endswith(".deb")]


class _Handler(SimpleHTTPRequestHandler):
    """Serves files and their tails; what is to be cut ends in the middle, once."""

    protocol_version = "HTTP/1.1"

    def __init__(self, archive: Archive, *words: object) -> None:
        self.archive = archive
        super().__init__(*words)  # type: ignore[arg-type]

    def log_message(self, *_words: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.archive.asked.append(self.path)
        path = self.archive.folder / "www" / self.path.lstrip("/").replace("%7e", "~").replace("%2b", "+")
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        begin = int(self.headers.get("Range", "bytes=0-").partition("=")[2].partition("-")[0])
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        self.send_header("Last-Modified", self.date_time_string(int(path.stat().st_mtime)))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        cut = path.name in self.archive.cut
        self.archive.cut.discard(path.name)
        self.wfile.write(data[begin : len(data) // 2] if cut else data[begin:])
        self.close_connection = cut
