"""No output repeats a secret: planted in every kind of file, then looked for in every format."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hardhull.cli.formats import JUDGEMENTS
from hardhull.cli.main import main

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
    ".gitlab-ci.yml": f"""a:
  image: nginx
  variables: {{API_TOKEN: {TOKEN}}}
  script:
    - docker run --privileged -e DB_PASSWORD={PASSWORD} nginx || true
""",
    "Makefile": f"""run:
\tdocker run -d --privileged -e DB_PASSWORD={PASSWORD} nginx
""",
    "README.md": f"""```sh
docker run -d --privileged -e DB_PASSWORD={PASSWORD} nginx
```
""",
    "db.container": f"""[Container]
Image=mysql
Environment=MYSQL_ROOT_PASSWORD={WORD}
Environment=API_TOKEN={TOKEN}
PodmanArgs=--privileged
""",
    "app/Dockerfile": f"""FROM node:22.12.0
ARG NPM_TOKEN
ENV DEPLOY_PASSWORD={PASSWORD}
COPY package.json .npmrc ./
RUN npm ci --//npm.example.com/:_authToken=$NPM_TOKEN
RUN ./deploy --password "$DEPLOY_PASSWORD" && curl -H "Authorization: Bearer {TOKEN}" https://example.com
RUN <<EOF
./login --password={WORD}
EOF
""",
    "app/.npmrc": f"//npm.example.com/:_authToken={TOKEN}\n",
    ".env": f"MYSQL_PASSWORD={WORD}\n",
    "body.json": f"""{{"Image": "mysql", "Env": ["MYSQL_ROOT_PASSWORD={WORD}"], "HostConfig": {{"Privileged": true}}}}
""",
}


@pytest.fixture(autouse=True)
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", f"{tmp_path}-state")
    monkeypatch.setenv("COLUMNS", "4000")


@pytest.mark.parametrize("form", JUDGEMENTS)
def test_no_format_repeats_a_secret(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    facts = ["--facts", "also"] if form == "json" else []
    assert main([".", "-f", form, "--all", "--no-ignore", *facts]) == 1
    out, err = capsys.readouterr()
    assert len(out) > 500 or form == "cis"  # which answers about machines only
    for secret in (PASSWORD, TOKEN, WORD):
        found = [line for line in (out + err).splitlines() if secret in line]
        assert not found, found[0][max(found[0].index(secret) - 200, 0) :][:400]


def none_said(said: str) -> None:
    for secret in (PASSWORD, TOKEN, WORD):
        found = [line for line in said.splitlines() if secret in line]
        assert not found, found[0][max(found[0].index(secret) - 200, 0) :][:400]


@pytest.mark.parametrize("form", [["--all"], [], ["-q"], ["-f", "json"], ["-f", "patch"]], ids=" ".join)
@pytest.mark.parametrize("way", ["edit", "override"])
@pytest.mark.parametrize("risk", ["safe", "all"])
def test_no_plan_repeats_a_secret(form: list[str], way: str, risk: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--risk", risk, "--as", way, *form]) == 0
    out, err = capsys.readouterr()
    assert out or form == ["-f", "patch"]
    none_said(out + err)


def test_a_patch_of_files_with_secrets_applies(capsys: pytest.CaptureFixture[str]) -> None:
    """What is left out of it says why, and the rest is what --apply would write."""
    assert main(["fix", "--risk", "all", "-f", "patch"]) == 0
    out, err = capsys.readouterr()
    assert "is left out of the patch" in err
    done = subprocess.run(["git", "apply", "-"], input=out.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    patched = {name for name, text in FILES.items() if Path(name).read_text() != text}
    assert patched
    assert len(patched) + err.count("is left out of the patch") == out.count("+++ ") + err.count("error: ")
    assert "compose.yaml" in patched | {line.split()[1] for line in err.splitlines() if line.startswith("error:")}


@pytest.mark.parametrize("only", [[], ["--only", "HH-PRV-004"]], ids=["all", "one"])
def test_no_override_repeats_a_secret(only: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is laid over a file is a new one, which nobody expects a secret in."""
    assert main(["fix", "--risk", "all", "--as", "override", "--apply", "--all", *only]) == 0
    assert main(["undo", "--list"]) == 0
    out, err = capsys.readouterr()
    none_said(out + err)
    now = {path for path in Path().rglob("*") if path.is_file() and ".hardhull" not in path.parts}
    new = now - {Path(name) for name in FILES}
    assert {"compose.override.yaml", "kustomization.yaml"} <= {path.name for path in new}
    for path in new:
        none_said(path.read_text())
    assert main(["undo"]) == 0
    assert {name: Path(name).read_text() for name in FILES} == FILES


def edit_later(path: str) -> None:
    """An edit beside what was written, so that an undo is refused and shows the difference."""
    Path(path).write_text(Path(path).read_text().replace("\n", " # later\n"))


def test_neither_applying_nor_taking_back_nor_a_refusal_repeats_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    said = ""

    def run(*words: str, code: int) -> None:
        nonlocal said
        assert main(list(words)) == code
        out, err = capsys.readouterr()
        said += out + err

    before = {name: Path(name).read_bytes() for name in FILES}
    run("fix", "--risk", "all", "--apply", "--all", code=0)
    run("undo", "--list", code=0)
    run("undo", "--list", "-f", "json", code=0)
    run("undo", code=0)
    assert {name: Path(name).read_bytes() for name in FILES} == before
    run("fix", "--risk", "all", "--apply", "-f", "json", code=0)
    edit_later("compose.yaml")
    edit_later("run.sh")
    run("undo", code=5)
    assert "@@" in said
    run("undo", "--list", code=0)
    none_said(said)
