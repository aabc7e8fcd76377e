"""Secrets that are made when the tests run: none of them is in this repository, and none opens anything."""

from __future__ import annotations

import gzip
import io
import json
import random
import string
import tarfile
import zipfile
from base64 import b64encode, urlsafe_b64encode
from typing import NamedTuple

from hardhull.text.secret_formats import checksum62

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
B64URL = ALNUM + "-_"


class Planted(NamedTuple):
    """A file with one secret.

    Attributes:
        what: the kind, in words.
        path: the file's name.
        data: its bytes.
        secret: the value, which must not appear anywhere.
    """

    what: str
    path: str
    data: bytes
    secret: str


class Maker:
    """Makes secrets of many kinds, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  they only have to look so

    def text(self, alphabet: str, count: int) -> str:
        """So many letters, digits among them where the alphabet has any."""
        while True:
            made = "".join(self.random.choices(alphabet, k=count))
            mixed = any(map(str.isdigit, made)) and any(map(str.isalpha, made))
            if mixed or not {"1", "a"} <= set(alphabet.lower()):
                return made

    def password(self) -> str:
        """A password as generators make them."""
        return self.text(ALNUM, 14) + "7x"

    def crc(self, prefix: str) -> str:
        """A token with GitHub's checksum."""
        body = self.text(ALNUM, 30)
        return f"{prefix}_{body}{checksum62(body)}"

    def jwt(self, **claims: object) -> str:
        """A JSON Web Token."""
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": self.text(LOWER, 8), "iat": 1700000000, **claims}]
        encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join((*encoded, self.text(B64URL, 43)))

    def pem(self, kind: str, *, size: int = 1190) -> str:
        """Text that has the form of a private key."""
        body = b64encode(b"\x30\x82" + size.to_bytes(2, "big") + self.random.randbytes(size)).decode()
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"

    def openssh(self, cipher: bytes) -> str:
        """An OpenSSH key with a cipher's name in front."""
        raw = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + self.random.randbytes(300)
        body = b64encode(raw).decode()
        lines = "\n".join(body[at : at + 70] for at in range(0, len(body), 70))
        kind = "OPENSSH PRIVATE KEY"
        return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def _body(pem: str) -> str:
    return pem.split("\n")[2]


class Shelf:
    """Where planted files are put."""

    def __init__(self) -> None:
        self.files: list[Planted] = []

    def plant(self, what: str, path: str, text: str, secret: str) -> None:
        """A file with a text."""
        self.files.append(Planted(what, path, text.encode(), secret))

    def token(self, what: str, secret: str, path: str = "") -> None:
        """A file of two lines, the second of which has a token."""
        name = what.replace(" ", "-").lower()
        self.plant(what, path or f"opt/app/{name}.txt", f"# settings\nvalue: {secret}\n", secret)


def kinds(seed: int = 7) -> list[Planted]:
    """One file for each kind, many of them in places that other scanners leave out."""
    make, shelf = Maker(seed), Shelf()
    for put in (_tokens, _keys, _logins, _settings, _hidden):
        put(make, shelf)
    return shelf.files


def _tokens(make: Maker, shelf: Shelf) -> None:
    aws, key = "AKIA" + make.text(string.ascii_uppercase + "234567", 16), make.text(ALNUM + "/+", 40)
    shelf.plant(
        "AWS pair",
        "root/.aws/credentials",
        f"[default]\naws_access_key_id = {aws}\naws_secret_access_key = {key}\n",
        key,
    )
    shelf.token("GitHub token", make.crc("ghp"), "usr/share/tool/test/example.md")
    shelf.token("GitHub app token", make.crc("ghs"))
    shelf.token("GitHub fine-grained token", f"github_pat_{make.text(ALNUM, 22)}_{make.text(ALNUM, 59)}")
    shelf.token("GitLab token", f"glpat-{make.text(ALNUM, 20)}", "app/vendor/github.com/lib/doc.go")
    shelf.token("npm token", make.crc("npm"), "app/node_modules/left-pad/README.md")
    shelf.token(
        "Slack bot token", f"xoxb-{make.text(string.digits, 12)}-{make.text(string.digits, 12)}-{make.text(ALNUM, 24)}"
    )
    slack = f"T{make.text(UPPER, 9)}/B{make.text(UPPER, 9)}/{make.text(ALNUM, 24)}"
    shelf.token("Slack webhook", f"https://hooks.slack.com/services/{slack}")
    shelf.token("Stripe key", f"sk_live_{make.text(ALNUM, 24)}", "opt/app/tests/test_pay.py")
    shelf.token("Google API key", f"AIza{make.text(B64URL, 34)}q", "opt/app/static/jquery.min.js")
    shelf.token("SendGrid key", f"SG.{make.text(B64URL, 22)}.{make.text(B64URL, 43)}")
    shelf.token("PyPI token", f"pypi-AgEIcHlwaS5vcmc{make.text(B64URL, 80)}")
    shelf.token("DigitalOcean token", f"dop_v1_{make.text(HEX, 64)}")
    shelf.token("OpenAI key", f"sk-proj-{make.text(B64URL, 74)}T3BlbkFJ{make.text(B64URL, 74)}")
    shelf.token("Anthropic key", f"sk-ant-api03-{make.text(B64URL, 93)}AA")
    shelf.token("Hugging Face token", f"hf_{make.text(string.ascii_letters, 34)}")
    shelf.token("Docker Hub token", f"dckr_pat_{make.text(B64URL, 27)}")
    shelf.token("Databricks token", f"dapi{make.text(HEX, 32)}")
    shelf.token("Shopify token", f"shpat_{make.text(HEX, 32)}")
    shelf.token("Grafana token", f"glsa_{make.text(ALNUM, 32)}_{make.text(HEX, 8)}")
    shelf.token("Vault token", f"hvs.{make.text(B64URL, 96)}")
    shelf.token("Telegram token", f"{make.text(string.digits, 10)}:AA{make.text(B64URL, 33)}")
    shelf.token("JWT", make.jwt(admin=True), "usr/lib/python3/dist-packages/x/__init__.py")
    shelf.token("Swarm token", f"SWMTKN-1-{make.text(LOWER, 50)}-{make.text(LOWER, 25)}")
    shelf.token("Age key", f"AGE-SECRET-KEY-1{make.text('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}")
    azure = make.text(ALNUM + "+/", 86) + "=="
    shelf.plant(
        "Azure storage key", "srv/app.config", f"AccountName=shop;AccountKey={azure};EndpointSuffix=core\n", azure
    )


def _keys(make: Maker, shelf: Shelf) -> None:
    for kind in ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"):
        pem = make.pem(kind)
        shelf.plant(kind, f"etc/ssl/{kind.split()[0].lower()}.pem", pem, _body(pem))
    ssh = make.openssh(b"none")
    shelf.plant("OpenSSH key", "root/.ssh/id_ed25519", ssh, _body(ssh))
    escaped = make.pem("PRIVATE KEY")
    account = json.dumps({"type": "service_account", "private_key": escaped, "client_email": "a@b.iam"})
    shelf.plant("service account", "opt/app/key.json", account, _body(escaped))
    putty = make.text(ALNUM, 64)
    shelf.plant(
        "PuTTY key", "opt/key.ppk",
        f"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: k\nPrivate-Lines: 1\n{putty}\nPrivate-MAC: 00\n", putty,
    )  # fmt: skip


def _logins(make: Maker, shelf: Shelf) -> None:
    password = make.password
    login = b64encode(f"ci:{password()}".encode()).decode()
    shelf.plant("docker auth", "root/.docker/config.json", json.dumps({"auths": {"ghcr.io": {"auth": login}}}), login)
    one = password()
    shelf.plant(".pgpass", "root/.pgpass", f"db.internal:5432:shop:shop:{one}\n", one)
    one = password()
    shelf.plant(".netrc", "root/.netrc", f"machine git.internal\n  login ci\n  password {one}\n", one)
    one = f"$apr1${make.text(ALNUM, 8)}${make.text(ALNUM, 22)}"
    shelf.plant(".htpasswd", "etc/nginx/.htpasswd", f"admin:{one}\n", one)
    one = make.text(HEX, 40)
    shelf.plant(".npmrc", "root/.npmrc", f"//npm.internal/:_authToken={one}\n", one)
    one = password()
    shelf.plant("wp-config", "var/www/wp-config.php", f"<?php\ndefine( 'DB_PASSWORD', '{one}' );\n", one)
    one = make.text(HEX, 32)
    shelf.plant("Rails master key", "app/config/master.key", one, one)
    one = password()
    state = {"version": 4, "terraform_version": "1.9.0", "resources": [{"attributes": {"master_password": one}}]}
    shelf.plant("Terraform state", "infra/terraform.tfstate", json.dumps(state, indent=1), one)
    one = make.text(B64URL, 60)
    shelf.plant(
        "kubeconfig", "root/.kube/config",
        f"apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    token: {one}\n", one,
    )  # fmt: skip
    one = b64encode(password().encode()).decode()
    shelf.plant(
        "Kubernetes Secret", "deploy/secret.yaml",
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  db-password: {one}\n", one,
    )  # fmt: skip


def _settings(make: Maker, shelf: Shelf) -> None:
    password = make.password
    one = password()
    shelf.plant("database URL", "opt/app/.env", f"DEBUG=0\nDATABASE_URL=postgres://shop:{one}@db:5432/shop\n", one)
    one = password()
    shelf.plant("password in .env", "opt/app/example/.env", f"DB_HOST=db\nDB_PASSWORD={one}\n", one)
    one = make.text(ALNUM, 50)
    shelf.plant("SECRET_KEY", "opt/app/settings.py", f"DEBUG = False\nSECRET_KEY = '{one}'\n", one)
    one = password()
    shelf.plant(
        "connection string", "srv/web.config", f'<add cs="Server=db;Database=x;User Id=sa;Password={one};" />', one
    )
    one = password()
    shelf.plant(".my.cnf", "root/.my.cnf", f"[client]\nuser=root\npassword={one}\n", one)
    one = make.text(ALNUM, 40)
    shelf.plant(
        "bearer header", "opt/app/call.sh", f'curl -H "Authorization: Bearer {one}" https://api.internal/\n', one
    )
    one = password()
    shelf.plant("password in a command", "opt/backup.sh", f"mysqldump -u root -p{one} shop > /backup/shop.sql\n", one)


def _hidden(make: Maker, shelf: Shelf) -> None:
    one = make.crc("ghp")
    shelf.plant(
        "in base64", "opt/app/data.txt", "blob = " + b64encode(f"x={one} and more".encode()).decode() + "\n", one
    )
    one = make.crc("gho")
    shelf.files.append(
        Planted("in UTF-16", "opt/app/win.ini", f"\ufeff[x]\r\ntoken={one}\r\n".encode("utf-16-le"), one)
    )
    one = make.crc("ghu")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("config/app.properties"), f"token={one}\n")
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w") as bundle:
        entry = tarfile.TarInfo("lib/app.jar")
        entry.size = len(packed.getvalue())
        bundle.addfile(entry, io.BytesIO(packed.getvalue()))
    bundled = gzip.compress(outer.getvalue(), mtime=0)
    shelf.files.append(Planted("in a jar in a tar.gz", "opt/bundle.tgz", bundled, one))
    one = make.crc("ghr")
    shelf.files.append(
        Planted("in a program", "usr/bin/tool", b"\x7fELF\0\0" + bytes(9000) + b"\0" + one.encode() + b"\0" * 99, one)
    )


DECOYS = {
    "opt/app/.env.example": "DB_PASSWORD=changeme\nAPI_KEY=your-api-key-here\nSECRET_KEY=${SECRET_KEY}\nTOKEN=\n",
    "opt/app/compose.env": "DB_PASSWORD_FILE=/run/secrets/db\nPASSWORD=password\nAPI_TOKEN=xxxxxxxxxxxxxxxxxxxx\n",
    "opt/app/auth.py": "password = request.form['password']\ntoken = get_token(user)\nsecret_key = os.environ['SECRET_KEY']\n",
    "opt/app/i18n.json": '{"password": "Contrasena", "forgotPassword": "Passwort-vergessen", "token": "NextToken"}\n',
    "opt/app/url.py": "URL = 'postgres://user:password@localhost/db'\nX = 'http://user:pass@example.com/'\n",
    "usr/share/doc/aws.md": "Use AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    "usr/bin/ssh-add": "\0\0-----BEGIN OPENSSH PRIVATE KEY-----\0-----END OPENSSH PRIVATE KEY-----\0",
    "opt/app/key.md": "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n",
    "opt/app/package-lock.json": '{"integrity": "sha512-' + "Ab3/" * 21 + 'Q=="}\n',
    "root/.docker/config.json": '{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}\n',
    "root/.npmrc": "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\ndaemon:!:19000:0:99999:7:::\n",
    "opt/app/types.d.ts": "export interface Login { password: string; apiToken?: string; secretKey: SecretKeyOptions }\n",
    "opt/app/call.md": 'curl -u "12345:$API_TOKEN" https://x\ncurl -u Grafana-user9:$pass https://x\n',
    "deploy/settings.yaml": "kind: Secret\nstringData:\n  audience: team-1234-app\n  clientID: 0a1b2c3d-0000\n",
    "opt/app/test_oauth.go": 'ClientSecret: "ZXhhbXBsZS1hcHAtc2VjcmV0",\n',
    "ci/common.libsonnet": "token: step('the app token', 'team/actions@46f48da11e78ebdba7a8747ae456b11062fac83e')\n",
    "opt/app/openapi.yaml": "  password:\n    type: string\n    format: password\n  token: { type: string }\n",
}
"""Files that hold none."""
