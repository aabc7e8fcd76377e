"""Secrets: what is one, what is none, and that what is shown no longer holds it."""

from __future__ import annotations

import string
import time
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardhull.text.redacted_lines import redacted_lines
from hardhull.text.secret_formats import FORMATS, checksum62, find_formats
from hardhull.text.secret_names import Role, role_of
from hardhull.text.secret_values import PLAIN_WORDS
from hardhull.text.secrets import REDACTED, redact, secret_in, secret_spans

BODY = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6" * 3
"""Characters for made-up credentials. They are put together here, so that no file holds one whole."""


def made(prefix: str, length: int) -> str:
    return prefix + BODY[:length]


def github() -> str:
    return "gh" + "p_" + BODY[:30] + checksum62(BODY[:30])


CREDENTIALS = [
    ("aws-access-key", "AK" + "IAQ3EGRTYU2V4WXZ7A"),
    ("github-token", github()),
    ("github-fine-token", "github_" + "pat_" + BODY[:22] + "_" + BODY[:59]),
    ("gitlab-token", made("glp" + "at-", 20)),
    ("slack-token", "xo" + "xb-123456789012-" + BODY[:24]),
    ("stripe-key", made("sk_" + "live_", 24)),
    ("google-api-key", made("AI" + "za", 35)),
    ("npm-token", "np" + "m_" + BODY[:30] + checksum62(BODY[:30])),
    ("pypi-token", made("py" + "pi-AgEIcHlwaS5vcmc", 90)),
    ("docker-token", made("dckr_" + "pat_", 27)),
    ("sendgrid-key", "S" + "G." + BODY[:22] + "." + BODY[:43]),
    ("jwt", "ey" + "JhbGciOiJIUzI1NiJ9" + ".ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0." + BODY[:43]),
    ("private-key", "-----BEGIN RSA PRIVATE " + "KEY-----"),
    ("private-key", "-----BEGIN PRIVATE " + "KEY-----"),
    ("azure-storage-key", "DefaultEndpointsProtocol=https;Account" + "Key=" + BODY[:86] + "=="),
    ("azure-client-secret", "abc" + "8Q" + "~" + BODY[:34]),
    ("telegram-token", "123456789" + ":AA" + BODY[:33]),
    ("vault-token", made("hv" + "s.", 24)),
    ("swarm-token", "SWM" + "TKN-1-" + "a" * 49 + "1-" + "b" * 25),
]


@pytest.mark.parametrize(("kind", "value"), CREDENTIALS)
def test_a_known_form_is_recognised_under_any_name(kind: str, value: str) -> None:
    found = secret_in("SETTING", value)
    assert found is not None
    assert (found.id, found.sure, found.weak) == (kind, True, False)
    assert value[-22:] not in redact(f"run --opt={value} x")


def test_every_form_has_a_key_that_its_pattern_begins_with() -> None:
    for form in FORMATS:
        assert form.keys
        assert all(key.isprintable() for key in form.keys)


def test_a_wrong_checksum_is_no_proof_but_is_hidden_all_the_same() -> None:
    wrong = "gh" + "p_" + BODY[:36]
    assert secret_in("SETTING", wrong) is None
    assert [match.valid for match in find_formats(wrong)] == [False]
    assert redact(f"x: {wrong}") == f"x: {REDACTED}"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("POSTGRES_PASSWORD", "tR5$kq!vB2", "password"),
        ("GIT_SIGNING_KEY", "31a01766256fed1f8e6de35744d6e66b6c79e146", "key"),
        ("MYSQL_ROOT_PASSWORD", "mysql", "weak-password"),
        ("MYSQL_ROOT_PASSWORD", "my-secret-pw", "weak-password"),
        ("REDIS_PASSWORD", "changeme", "weak-password"),
        ("DB_PASS", "P@ssw0rd", "weak-password"),
        ("DB_PASS", "<your-password>", "weak-password"),
        ("DB_PASS", "xxxxxxxx", "weak-password"),
        ("DB_PASS", "123456", "weak-password"),
        ("PGPASSWORD", "0f8a7ceb4b21", "password"),
        ("dbPassword", "tR5kq8vB2xx", "password"),
        ("spring.datasource.password", "tR5kq8vB2xx", "password"),
        ("JWT_SECRET", "my-jwt-secret", "weak-key"),
        ("SECRET_KEY", "changeme", "weak-key"),
        ("SECRET_KEY_BASE", "8f3a1c9e7b2d4f6a8c0e", "key"),
        ("APP_KEY", "base64:" + BODY[:43] + "=", "key"),
        ("GITHUB_TOKEN", "5f2c9a1b7e3d4f6a8c0e1b2d", "token"),
        ("AWS_SECRET_ACCESS_KEY", BODY[:40], "token"),
        ("API_KEY_PROD", "8783345c388e4b009d24c64758de5660", "token"),
        ("DATABASE_URL", "postgres://app:tR5kq8vB2xx@db:5432/app", "url-password"),
        ("DATABASE_URL", "postgres://postgres:postgres@db:5432/app", "weak-url-password"),
        ("BROKER", "amqp://guest:guest@rabbit", "weak-url-password"),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes", "no-password"),
        ("POSTGRES_HOST_AUTH_METHOD", "trust", "no-password"),
    ],
)
def test_a_telling_name_and_a_literal_value(name: str, value: str, kind: str) -> None:
    found = secret_in(name, value)
    assert found is not None
    assert found.id == kind
    assert found.weak == (kind.startswith("weak") or kind == "no-password")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PASSWORD", ""),
        ("POSTGRES_PASSWORD", "${DB_PASSWORD}"),
        ("POSTGRES_PASSWORD", "$DB_PASSWORD"),
        ("POSTGRES_PASSWORD", "$(cat /run/secrets/db)"),
        ("POSTGRES_PASSWORD", "{{ vault_password }}"),
        ("POSTGRES_PASSWORD", "prefix-${DB_PASSWORD}"),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
        ("POSTGRES_PASSWORD", "/run/secrets/db_password"),
        ("POSTGRES_PASSWORD", "********"),
        ("ADMIN_PASSWORD", "$2y$10$abcdefghijklmnopqrstuv"),
        ("MYSQL_RANDOM_ROOT_PASSWORD", "yes"),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "no"),
        ("PASSWORD_HASH_ALGO", "bcrypt"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("DISABLE_PASSWORD", "true"),
        ("TOKEN_EXPIRES_IN", "3600"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "30"),
        ("TOKEN_URL", "https://id.example.org/token"),
        ("MAX_TOKENS", "4096"),
        ("TLS_SECRET", "web-tls-2"),
        ("EXISTING_SECRET", "a1b2c3d4e5f6g7h8"),
        ("secretName", "db-credentials"),
        ("WEBHOOK_SECRET", "cert-manager-webhook-ca"),
        ("API_KEY", "your-api-key"),
        ("API_KEY", "<api key>"),
        ("API_KEY", "API_KEY"),
        ("VAPID_PUBLIC_KEY", BODY[:60]),
        ("SSH_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"),
        ("AWS_ACCESS_KEY_ID", "AK" + "IAIOSFODNN7EXAMPLE"),
        ("SORT_KEY", "a1b2c3d4e5f6g7h8"),
        ("GIT_SIGNING_KEY", "31A01766256FED1F8E6DE35744D6E66B6C79E146"),
        ("TLS_KEY", "-----BEGIN PRIVATE " + "KEY-----\n-----END PRIVATE " + "KEY-----"),
        ("KEYCLOAK_URL", "https://id.example.org"),
        ("PWD", "/app"),
        ("BYPASS", "true1234"),
        ("PATH", "/usr/local/bin:/usr/bin"),
        ("DATABASE_URL", "postgres://app:${DB_PASSWORD}@db/app"),
        ("DATABASE_URL", "postgres://db:5432/app"),
        ("IMAGE", "registry.example.org:5000/team/app@sha256:" + "0a" * 32),
        (None, "hunter2hunter2"),
    ],
)
def test_what_is_no_secret(name: str | None, value: str) -> None:
    assert secret_in(name, value) is None


def test_a_web_token_for_everybody_is_no_secret() -> None:
    anon = "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "Jyb2xlIjoiYW5vbiIsImlzcyI6InN1cGFiYXNlIn0." + BODY[:43]
    assert secret_in("ANON_KEY", anon) is None


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("DB_PASSWORD_1", Role.PASSWORD),
        ("x" * 500 + "_PASSWORD", Role.PASSWORD),
        ("CLIENT_SECRET", Role.ISSUED_KEY),
        ("ENCRYPTION_KEY", Role.OWN_KEY),
        ("PRIMARY_KEY", None),
        ("COMPASS", None),
        ("", None),
    ],
)
def test_the_end_of_a_name_decides(name: str, role: Role | None) -> None:
    assert role_of(name) is role


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('  DB_PASSWORD: "hunter2!x"  # rotate', '  DB_PASSWORD: "[redacted]"  # rotate'),
        ("  DB_PASSWORD: correct horse battery # old", "  DB_PASSWORD: [redacted] # old"),
        ("      - DB_PASSWORD=hunter2!x\r", "      - DB_PASSWORD=[redacted]\r"),
        ("docker run -e PGPASSWORD=hunter2 -d pg", "docker run -e PGPASSWORD=[redacted] -d pg"),
        ('docker run -e "PGPASSWORD=hunter 2" pg', 'docker run -e "PGPASSWORD=[redacted]" pg'),
        ("docker run -e PGPASSWORD='hunter 2' pg", "docker run -e PGPASSWORD='[redacted]' pg"),
        ("x: postgres://app:hunter2@db/app", "x: postgres://app:[redacted]@db/app"),
        ("A_PASSWORD: ${DB:-hunter2}", "A_PASSWORD: ${DB:-[redacted]}"),
        ("x: ${DB_PASSWORD:-hunter2}/y", "x: ${DB_PASSWORD:-[redacted]}/y"),
        ('{"password": "a\\"b c", "user": "bob"}', '{"password": "[redacted]", "user": "bob"}'),
        ('command: ["redis-server", "--requirepass", "hunter2"]', 'command: ["redis-server", "--requirepass", "[redacted]"]'),
        ("redis-server --requirepass hunter2 --port 1", "redis-server --requirepass [redacted] --port 1"),
        ("ENV API_TOKEN abc123def456", "ENV API_TOKEN [redacted]"),
        ("RUN mysql -uroot -phunter2 -e x", "RUN mysql -uroot -p[redacted] -e x"),
        ("curl -u bob:hunter2 https://x", "curl -u bob:[redacted] https://x"),
        ("-H 'Authorization: Bearer abcdef0123456789'", "-H 'Authorization: Bearer [redacted]'"),
        ("RUN echo 'root:hunter2' | chpasswd", "RUN echo 'root:[redacted]' | chpasswd"),
        ("docker login -u bob -p hunter2 reg", "docker login -u bob -p [redacted] reg"),
        ("- name: DB_PASSWORD\n  value: hunter2\n", "- name: DB_PASSWORD\n  value: [redacted]\n"),
        ("- name: DB_PASSWORD # required\n  # see above\n  value: x1y2\n", "- name: DB_PASSWORD # required\n  # see above\n  value: [redacted]\n"),
        ("args:\n  - --requirepass\n  - hunter2\n", "args:\n  - --requirepass\n  - [redacted]\n"),
        ("- {name: DB_PASSWORD, value: hunter2}", "- {name: DB_PASSWORD, value: [redacted]"),
    ],
)  # fmt: skip
def test_redaction_keeps_the_rest_of_the_line(line: str, shown: str) -> None:
    assert redact(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "image: nginx@sha256:" + "0a" * 32,
        "  POSTGRES_PASSWORD_FILE: /run/secrets/db",
        "  DB_PASSWORD: ${DB_PASSWORD}",
        "  secretName: db-credentials",
        "      - secret: web-tls-2",
        "    key: password",
        "  MYSQL_RANDOM_ROOT_PASSWORD: yes",
        "# see https://example.org/a:b",
        "  - ./keys:/keys:ro",
        "ports: 8080:80",
    ],
)
def test_what_redaction_leaves_alone(line: str) -> None:
    assert redact(line) == line


def test_a_private_key_is_hidden_line_by_line() -> None:
    body = "\n".join("    " + BODY[i : i + 64] for i in range(0, 128, 64))
    text = f"key: |\n    -----BEGIN PRIVATE {'KEY'}-----\n{body}\n    -----END PRIVATE {'KEY'}-----\nport: 80\n"
    shown = redact(text)
    assert shown == f"key: |\n    {REDACTED}\n    {REDACTED}\n    {REDACTED}\n    {REDACTED}\nport: 80\n"
    assert redact("    " + BODY[:64]) == "    " + REDACTED, "a line of it alone"


WORDS = st.sampled_from(
    ["password", "TOKEN", "name:", "value:", "=", ": ", "'", '"', "${", "}", ":-", "://", "@", " ", "\n", "\r\n", "--", "-p",
     "mysql", REDACTED, "[", "]", "x", "hunter2", "secret", "\\", "#", "ENV ", "é", "gh" + "p_", BODY[:36], "eyJ", "."]
)  # fmt: skip


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(alphabet=string.printable, max_size=80))
def test_redacting_twice_is_redacting_once_and_lines_stay_lines(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert once.count("\n") == text.count("\n")


@given(st.text(alphabet=string.ascii_letters + string.digits + "!%^&*+_", min_size=8, max_size=30))
def test_a_planted_password_is_gone(password: str) -> None:
    for form in ("A_PASSWORD={}", "A_PASSWORD: {}", 'password: "{}"', "x -e A_PASSWORD={} y", "redis://:{}@h"):
        assert password not in redact(form.format(password)) or password.lower() in PLAIN_WORDS


LINES = st.sampled_from(
    ["--password", "  - --token", "  - hunter2", '  - x --api-token "a', "- name: DB_PASSWORD", "  value: hunter22", "# note",
     "", "\t", "    # name: X_TOKEN", "password: a --secret b", "-----BEGIN PRIVATE " + "KEY-----", BODY[:64], "x: y",
     "name: value: password=", "value: --password", "-----END PRIVATE " + "KEY-----", "ENV A_SECRET s3cr3tvalue"]
)  # fmt: skip


@example(["-----BEGIN PRIVATE " + "KEY-----", "-----END PRIVATE " + "KEY-----"])
@given(
    st.lists(LINES, min_size=1, max_size=20)
    | st.lists(WORDS, max_size=40).map(lambda words: "".join(words).split("\n"))
)
def test_some_lines_are_redacted_as_in_the_whole_file(lines: list[str]) -> None:
    lines = [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
    whole = redact("".join(lines)).splitlines(keepends=True)
    for first in range(len(lines)):
        assert redacted_lines(lines, first, first + 1) == whole[first : first + 1]
        assert redacted_lines(lines, first, len(lines)) == whole[first:]


@given(st.lists(WORDS, max_size=20).map("".join))
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = secret_spans(text)
    assert all(start < end for start, end in spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize(
    "unit",
    [
        "password",
        "password=",
        "name: ",
        "eyJ",
        "eyJ.",
        "://a:",
        "--token ",
        "mysql ",
        'password="',
        "a",
        "A1",
        " \n",
        "sk-",
        "password=$x",
        "--password ",
        "A_KEY: ",
        '{"name":"A_KEY","value":"',
        "A_KEY=a" + "1" * 200 + "! ",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def cost(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        redact(text)
        return time.process_time() - start

    cost(1000)
    assert cost(200_000) < 20 * cost(20_000) + 0.2


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_what_fixes_let_compose_say_is_shown_and_any_other_text_there_is_not(quote: str) -> None:
    asked = f"- {quote}DB_PASSWORD=${{DB_PASSWORD:?set it in .env}}{quote}\n"
    assert redact(asked) == asked
    assert "x8Kq2vLr" not in redact(asked.replace("set it in .env", "set it in .env x8Kq2vLr"))
    assert "set it in" not in redact(asked.replace("${DB_PASSWORD:?set it in .env}", "set it in .env"))
