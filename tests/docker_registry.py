"""Real registries of the tests' own (Debian's docker-registry), their authority, and a token server, all on loopback.

    pytest_plugins = ("docker_registry",)

    def test_something(open_registry: Registry) -> None: ...

Where docker-registry or openssl is missing the tests are skipped with the reason; with HARDHULL_NO_SKIP=1 they fail.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from hardhull.engines.namespaces import connects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
USER, PASSWORD = "reader", "correct-horse"
IDENTITY = "an-identity-token"
HTPASSWD = "reader:$2y$05$cmJ86DgG6wWeAJuCrAgKqOxf1wQs8GPZAYDa7QmgyjEu0Eh/iFR0."
SERVICE, ISSUER = "tests", "tests-issuer"
START_SECONDS = 30


def skip_without(*programs: str) -> None:
    absent = [program for program in programs if not shutil.which(program)]
    if not absent:
        return
    why = f"not installed: {', '.join(absent)}"
    if os.environ.get("HARDHULL_NO_SKIP") == "1":
        pytest.fail(f"a registry is wanted, but {why}")
    pytest.skip(why)


def free_port() -> int:
    """A port that nobody has, below those that the kernel hands out: nobody gets it until it is used."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    while True:
        port = random.randrange(lowest // 2, lowest)  # noqa: S311  any will do
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def start(
    folder: Path, port: int, settings: Mapping[str, Any], *, prefix: tuple[str, ...] = ()
) -> subprocess.Popen[bytes]:
    """Starts a registry with its storage in a folder; it dies with this process."""
    config = {
        "version": "0.1",
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": f"127.0.0.1:{port}", **settings.get("http", {})},
    }
    if "auth" in settings:
        config["auth"] = settings["auth"]
    path = folder / f"config-{port}.yml"
    path.write_text(json.dumps(config))  # JSON is YAML
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *prefix, "docker-registry", "serve", str(path)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, "OTEL_TRACES_EXPORTER": "none"},
        )  # fmt: skip


def wait_for(port: int, process: subprocess.Popen[bytes], namespace: str = "") -> None:
    """Returns when a registry listens: in this network, or in one that ``ip netns`` has by this name."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _listens(port, namespace):
            return
        time.sleep(0.02)
    pytest.fail("docker-registry did not start")


def _listens(port: int, namespace: str) -> bool:
    if namespace:
        return not connects(f"/run/netns/{namespace}", "127.0.0.1", port)
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)


class Registry(NamedTuple):
    """A running registry."""

    host: str
    scheme: str
    pool: urllib3.PoolManager
    authorization: str = ""

    def call(self, method: str, url: str, body: bytes = b"", media_type: str = "") -> urllib3.BaseHTTPResponse:
        """One request; a success is asserted."""
        headers = {"Content-Type": media_type or "application/octet-stream"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        address = url if "://" in url else f"{self.scheme}://{self.host}{url}"
        answer = self.pool.request(method, address, body=body, headers=headers)
        assert answer.status < 300, f"{method} {url}: {answer.status} {answer.data!r}"
        return answer

    def blob(self, repository: str, data: bytes) -> dict[str, Any]:
        """Uploads a blob and describes it."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        where = self.call("POST", f"/v2/{repository}/blobs/uploads/").headers["Location"]
        self.call("PUT", f"{where}{'&' if '?' in where else '?'}digest={digest}", data)
        return {"mediaType": "application/octet-stream", "digest": digest, "size": len(data)}

    def push(self, repository: str, *tags: str, content: str = "") -> str:
        """Pushes an index of one small image under the tags; its digest."""
        config = json.dumps({"architecture": "amd64", "os": "linux", "made-for": content}).encode()
        image = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {**self.blob(repository, config), "mediaType": "application/vnd.oci.image.config.v1+json"},
            "layers": [],
        }
        manifest = self.manifest(repository, image)
        platform = {"architecture": "amd64", "os": "linux"}
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [{**manifest, "platform": platform}]}
        described = [self.manifest(repository, index, tag) for tag in tags]
        return str(described[0]["digest"])

    def manifest(self, repository: str, content: Mapping[str, Any], tag: str = "") -> dict[str, Any]:
        data = json.dumps(content).encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.call("PUT", f"/v2/{repository}/manifests/{tag or digest}", data, content["mediaType"])
        return {"mediaType": content["mediaType"], "digest": digest, "size": len(data)}


@pytest.fixture(scope="session")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Without TLS and without a door."""
    skip_without("docker-registry", "setpriv")
    port = free_port()
    process = start(tmp_path_factory.mktemp("open-registry"), port, {})
    try:
        wait_for(port, process)
        pool = urllib3.PoolManager()
        yield Registry(f"127.0.0.1:{port}", "http", pool)
        pool.clear()
    finally:
        stop(process)


class Between:
    """Stands in front of a registry, as proxies and old storages do: ignores ``Range``, ends answers in the middle.

    Args:
        registry: the one behind it.
        ignores: whether a part is answered by the whole.
        cuts: how many answers about blobs end in the middle.
        long: of which size on they do, bytes.
        chunked: whether sizes are not told beforehand.
    """

    def __init__(
        self, registry: Registry, *, ignores: bool = False, cuts: int = 0, long: int = 100_000, chunked: bool = False
    ) -> None:
        self.registry, self.ignores, self.cuts, self.long, self.chunked = registry, ignores, cuts, long, chunked
        self.asked: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _between(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_words: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _between(own: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            own.asked.append((self.path, wanted))
            headers = {name: value for name, value in self.headers.items() if name in {"Accept", "Range"}}
            if own.ignores:
                headers.pop("Range", None)
            url = f"{own.registry.scheme}://{own.registry.host}{self.path}"
            answer = own.registry.pool.request("GET", url, headers=headers)
            cut = "/blobs/" in self.path and len(answer.data) >= own.long and own.cuts > 0
            own.cuts -= cut
            data = answer.data[: len(answer.data) // 2] if cut else answer.data
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Range", "Docker-Content-Digest"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            if own.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                data = b"%x\r\n%b\r\n" % (len(data), data) + (b"" if cut else b"0\r\n\r\n")
            else:
                self.send_header("Content-Length", str(len(answer.data)))
            self.end_headers()
            with suppress(OSError):  # who asked may not want the rest
                self.wfile.write(data)
            self.close_connection = cut

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    return Handler


class Authority(NamedTuple):
    """A private certificate authority, and what it signed for 127.0.0.1 and localhost."""

    ca: Path
    certificate: Path
    key: Path


def openssl(*words: str, data: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    skip_without("openssl")
    folder = tmp_path_factory.mktemp("authority")
    made = Authority(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    ca_key, settings = folder / "ca.key", folder / "settings"
    settings.write_text(SETTINGS.format(folder))
    (folder / "index").touch()
    for name, key, more in (("tests authority", ca_key, ["-selfsign"]), ("localhost", made.key, [])):
        request, out = folder / "request", made.ca if more else made.certificate
        openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request)
        )
        signs = more or ["-cert", str(made.ca)]
        openssl(
            "ca", "-batch", "-config", str(settings), "-in", str(request), "-keyfile", str(ca_key), "-out", str(out),
            "-extensions", "authority" if more else "server", "-startdate", "20200101000000Z",
            "-enddate", "20991231000000Z", *signs,
        )  # fmt: skip
    return made


SETTINGS = """[ca]
default_ca = here
[here]
database = {0}/index
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
[server]
subjectAltName = IP:127.0.0.1,DNS:localhost
"""
"""Certificates that begin long ago: a machine's clock may be set back while the tests run."""


class TokenServer:
    """Gives tokens for what is asked: to everybody, or to who knows the password or the identity token."""

    def __init__(self, authority: Authority) -> None:
        self.private = False
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        self.answer: tuple[int, bytes] | None = None
        self._authority = authority
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.realm = f"http://127.0.0.1:{self._server.server_port}/token"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self) -> None:
        self.private, self.answer = False, None
        self.asked.clear()

    def reply(self, method: str, query: dict[str, list[str]], authorization: str) -> tuple[int, bytes]:
        self.asked.append((method, query, authorization))
        if self.answer is not None:
            return self.answer
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        known = authorization == basic or query.get("refresh_token") == [IDENTITY]
        if self.private and not known:
            return 401, b'{"details": "no"}'
        return 200, json.dumps({"token": self.token(query["scope"])}).encode()

    def token(self, scopes: list[str]) -> str:
        """A JWT as the registry wants it: RS256, with the certificate of the key; good for as long as all tests take."""
        der = openssl("x509", "-in", str(self._authority.certificate), "-outform", "DER")
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        now = int(time.time())
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        claims = {
            "iss": ISSUER, "sub": "", "aud": SERVICE, "exp": now + 7200, "nbf": now - 60, "iat": now - 60,
            "jti": "1", "access": access,
        }  # fmt: skip
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", str(self._authority.key), data=signed.encode())
        return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _handler(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(parse_qs(self.rfile.read(length).decode()))

        def _answer(self, query: dict[str, list[str]]) -> None:
            status, body = server.reply(self.command, query, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    return Handler


@pytest.fixture(scope="session")
def _token_server(authority: Authority) -> Iterator[TokenServer]:
    server = TokenServer(authority)
    yield server
    server.close()


@pytest.fixture
def token_server(_token_server: TokenServer) -> TokenServer:
    _token_server.reset()
    return _token_server


@pytest.fixture(scope="session")
def token_registry(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, _token_server: TokenServer
) -> Iterator[Registry]:
    """With TLS of the private authority; its door is the token server."""
    skip_without("docker-registry", "setpriv")
    port = free_port()
    token = {"realm": _token_server.realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": str(authority.ca)}
    tls = {"tls": {"certificate": str(authority.certificate), "key": str(authority.key)}}
    process = start(tmp_path_factory.mktemp("token-registry"), port, {"auth": {"token": token}, "http": tls})
    try:
        wait_for(port, process)
        pool = urllib3.PoolManager(ca_certs=str(authority.ca))
        granted = _token_server.token([f"repository:{name}:push,pull" for name in ("shop/web", "shop/api")])
        yield Registry(f"127.0.0.1:{port}", "https", pool, f"Bearer {granted}")
        pool.clear()
    finally:
        stop(process)


@pytest.fixture(scope="session")
def password_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Without TLS; its door is a user name and a password."""
    skip_without("docker-registry", "setpriv")
    port, folder = free_port(), tmp_path_factory.mktemp("password-registry")
    (folder / "htpasswd").write_text(HTPASSWD + "\n")
    auth = {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    process = start(folder, port, {"auth": auth})
    try:
        wait_for(port, process)
        pool = urllib3.PoolManager()
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        yield Registry(f"127.0.0.1:{port}", "http", pool, basic)
        pool.clear()
    finally:
        stop(process)
