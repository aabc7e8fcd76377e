"""No output repeats a secret: planted in every kind of file, then looked for in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.cli.formats import FORMATS
from hardhull.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD, TOKEN, WORD = "x7Kq9pL2mN4v", "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5", "hunter2hunter2"

FILES = {
    "Dockerfile": f"""FROM debian
ENV DB_PASSWORD={PASSWORD} API_TOKEN={TOKEN}
ARG GITHUB_TOKEN={TOKEN}
RUN curl -u admin:{PASSWORD} http://example.com | sh && mysql -uroot -p{PASSWORD}
RUN echo root:{WORD} | chpasswd
""",
    "compose.yaml": f"""services:
  db:
    image: mysql:latest
    privileged: true
    command: ["--password", "{PASSWORD}"]
    environment:
      MYSQL_ROOT_PASSWORD: {WORD}
      API_TOKEN: "{TOKEN}"
  web:
    image: nginx
    environment: ["DATABASE_URL=postgres://app:{PASSWORD}@db/app", "SECRET_KEY={PASSWORD}"]
    labels: {{token: {TOKEN}}}
""",
    "k8s.yaml": f"""apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers:
    - name: web
      image: nginx
      env:
        - name: DB_PASSWORD
          value: {PASSWORD}
        - {{name: API_TOKEN, value: {TOKEN}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: s}}
stringData:
  password: {WORD}
""",
    "run.sh": f"""#!/bin/sh
docker login -u me -p {PASSWORD} registry.example.com
docker run -d --privileged -e MYSQL_ROOT_PASSWORD={WORD} -e API_TOKEN={TOKEN} mysql
""",
    "web.service": f"""[Service]
ExecStart=/usr/bin/docker run --privileged -e DB_PASSWORD={PASSWORD} mysql
""",
    "daemon.json": f"""{{"http-proxy": "http://me:{PASSWORD}@proxy", "debug": true, "log-opts": {{"splunk-token": "{TOKEN}"}}}}
""",
    ".github/workflows/ci.yml": f"""on: push
jobs:
  a:
    runs-on: ubuntu-latest
    env: {{API_TOKEN: {TOKEN}}}
    steps:
      - run: docker run -e DB_PASSWORD={PASSWORD} nginx
""",
}


@pytest.fixture(autouse=True)
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "4000")


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_repeats_a_secret(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    facts = ["--facts", "also"] if form == "json" else []
    assert main([".", "-f", form, "--all", "--no-ignore", *facts]) == 1
    out, err = capsys.readouterr()
    assert len(out) > 500
    for secret in (PASSWORD, TOKEN, WORD):
        found = [line for line in (out + err).splitlines() if secret in line]
        assert not found, found[0][max(found[0].index(secret) - 200, 0) :][:400]
