"""Secrets in recipes and manifests: found, and never shown."""

from __future__ import annotations

import pytest
from named import dockerfile, found_in
from texts import scan_texts

from hardhull.report.jsonout import render

PASSWORD = "vK3nq8Zr0pLw"
TOKEN = "glpat-x7Hk2Lm9Qp4Rt6Vw8Yz1"
PLANTED = [
    ("image-secret-in-env", f"ENV DB_PASSWORD={PASSWORD}", PASSWORD),
    ("image-secret-in-env", f'ENV GITLAB="{TOKEN}" A=1', TOKEN),
    ("image-secret-in-arg", f"ARG DB_PASSWORD={PASSWORD}", PASSWORD),
    ("image-secret-in-run", f"RUN git clone https://me:{PASSWORD}@git.example.com/x.git", PASSWORD),
    ("image-secret-in-run", f"RUN setup --password={PASSWORD}", PASSWORD),
    ("image-secret-in-run", f"RUN export API_TOKEN='{PASSWORD}9a' && ./x", f"{PASSWORD}9a"),
    ("image-secret-in-run", f"CMD run --with {TOKEN}", TOKEN),
    ("password-set", f"RUN echo 'app:{PASSWORD}' | chpasswd", PASSWORD),
    ("password-set", f"RUN useradd -m -p {PASSWORD} app", PASSWORD),
]


@pytest.mark.parametrize(("rule", "line", "secret"), PLANTED)
def test_a_secret_is_found_and_never_shown(rule: str, line: str, secret: str) -> None:
    result = scan_texts({"Dockerfile": f"FROM debian:13.1\n{line}\n"})
    assert found_in(result, rule)
    assert secret not in "".join(render(result))


@pytest.mark.parametrize(
    "line",
    [
        "ENV DB_PASSWORD_FILE=/run/secrets/db",
        'ENV DB_PASSWORD=""',
        "ENV UWSGI_PASS=uwsgi_server:3031",
        "ARG TOKEN_URL",
        "ARG PASSWORD_FILE=/x",
        "RUN --mount=type=secret,id=t,env=TOKEN setup --token=$TOKEN",
        "RUN setup --password-file=/run/secrets/p --tokens=3",
        "RUN curl https://example.com/a@b:c",
        "# ENV DB_PASSWORD=vK3nq8Zr0pLw glpat-x7Hk2Lm9Qp4Rt6Vw8Yz1",
    ],
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    result = scan_texts({"Dockerfile": f"FROM debian:13.1\n{line}\n"})
    assert not [found for found in result.findings if found.rule.startswith("HH-SEC")]


def test_a_build_argument_that_goes_on_into_env_stays_in_the_image() -> None:
    (found,) = dockerfile("FROM debian:13.1\nARG TOKEN\nENV TOKEN=$TOKEN\n", "image-secret-in-env")
    assert found.locations[0].line == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".env", 1),
        ("config/.env.production", 1),
        (".env.example", 0),
        ("id_ed25519", 1),
        ("id_ed25519.pub", 0),
        ("tls/server.key", 1),
        ("ca.pem", 0),
        ("apk-signing.rsa.pub", 0),
        (".aws/credentials", 1),
        ("environment.yml", 0),
        ("keyboard.json", 0),
        ("https://example.com/Release.key", 0),
    ],
)
def test_names_of_files_that_hold_secrets(name: str, expected: int) -> None:
    assert len(dockerfile(f"FROM debian:13.1\nADD {name} /x/\n", "secret-file-copied")) == expected


def test_a_secret_file_from_another_stage_or_left_behind_is_less() -> None:
    text = "FROM debian:13.1 AS a\nCOPY id_rsa /k\nFROM debian:13.1\nCOPY --from=a /id_rsa /k\n"
    assert [found.severity.word for found in dockerfile(text, "secret-file-copied")] == ["low"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cp /run/secrets/s /root/s", 1),
        ("cp /run/secrets/s /root/s && x && rm /root/s", 0),
        ("cat /run/secrets/s > /etc/s", 1),
        ("cat /run/secrets/s | x", 0),
        ("x --key /run/secrets/s", 0),
    ],
)
def test_a_mounted_secret_that_is_kept(command: str, expected: int) -> None:
    text = f"FROM debian:13.1\nRUN --mount=type=secret,id=s {command}\n"
    assert len(dockerfile(text, "secret-mount-kept")) == expected


def test_the_values_of_secret_objects_and_config_maps_are_never_shown() -> None:
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: " + PASSWORD + "}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  API_TOKEN: " + TOKEN + "\n"
    )
    result = scan_texts({"manifests.yaml": text})
    assert found_in(result, "secret-in-manifest")
    assert found_in(result, "secret-in-config-map")
    shown = "".join(render(result))
    assert PASSWORD not in shown
    assert TOKEN not in shown
