"""Builds and starts Dockerfiles before and after they are fixed, with a real engine: what they do has to stay the same.

    python bench/built_fixes.py ROOT BUSYBOX [--buildkit FOLDER] [--only PATTERN]

It needs root, and what ``tests/docker_engine.py`` names. ROOT is a Debian made by debootstrap (minbase) with the packages
python3, nodejs, nginx-light, apache2, redis-server and sudo; BUSYBOX is a static busybox with addgroup and adduser; for
two static programs Go's compiler has to be there. FOLDER holds buildkitd and buildctl, for what the classic
builder does not know: secret mounts, here-documents, the host's network. Without it these cases are said to be left out.
Exit code 0: every case does what it did, as the user that was planned.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "rules")]

from built_cases import CASES, GO, SECRETS
from fixing import fixed
from images_by_hand import Buildkit, busybox, debian, programs

from built import Case, Seen, look
from docker_engine import Engine, running_engine


def bases(engine: Engine, root: Path, path: Path) -> None:
    """The base images under the names that the cases use."""
    accounts = {"node": "node:x:1000:1000::/home/node:/bin/sh", "nginx": "nginx:x:101:101::/nonexistent:/bin/false"}
    full = debian(root)
    engine.import_root("debian:13.1", full)
    for name in ("python:3.13.1-slim", "redis:7.4", "httpd:2.4"):
        _tag(engine, "debian:13.1", name)
    for name, account in (("node:22.12.0", "node"), ("nginx:1.27.3", "nginx")):
        line = accounts[account]
        number = line.split(":")[2]
        text = f"FROM debian:13.1\nRUN echo '{line}' >> /etc/passwd && echo '{account}:x:{number}:' >> /etc/group\n"
        if account == "nginx":
            text += "RUN mkdir -p /var/cache/nginx && rm -f /etc/nginx/sites-enabled/*\nCOPY nginx.conf /etc/nginx/nginx.conf\n"
            text += 'CMD ["nginx", "-g", "daemon off;"]\n'
        engine.build(text.encode(), name, files={"nginx.conf": NGINX})
    for name in ("alpine:3.24", "busybox:1.37"):
        engine.import_root(name, busybox(path))
    engine.import_root("gcr.io/distroless/static-debian12:latest", programs({}))


NGINX = b"""pid /run/nginx.pid;
events {}
http {
    client_body_temp_path /var/cache/nginx/client; proxy_temp_path /var/cache/nginx/proxy;
    fastcgi_temp_path /var/cache/nginx/fastcgi; uwsgi_temp_path /var/cache/nginx/uwsgi; scgi_temp_path /var/cache/nginx/scgi;
    access_log /dev/stdout; error_log /dev/stderr;
    server { listen 80; root /usr/share/nginx/html; }
}
"""


def _tag(engine: Engine, image: str, name: str) -> None:
    repository, _colon, tag = name.rpartition(":")
    engine.call("POST", f"/images/{image}/tag", {"repo": repository, "tag": tag})


def after(case: Case) -> tuple[bytes, list[str]]:
    """The Dockerfile with the fixes of the case, and their titles; all rules in turn until nothing changes."""
    text, made = case.text.encode(), []
    for rule in case.rules or ("",):
        result = fixed(text, rule, pins=False)
        text = result.text
        made += [fix.title for _name, fix in result.made]
    return text, made


def verdict(case: Case, old: Seen, new: Seen, user: str) -> str:
    """What is wrong; empty where nothing is."""
    if (old.answer, old.code) != (new.answer, new.code):
        return f"did {old.answer or old.code!r}, does {new.answer or new.code!r} {new.output[-200:]}"
    if old.output.replace(*case.differs) != new.output:
        return f"printed {old.output!r}, prints {new.output!r}"
    if case.uid is not None and new.uid not in {case.uid, None}:
        return f"runs as {new.uid}"
    if case.uid is not None and not user.startswith(str(case.uid)):
        return f"starts as {user or 'root'}"
    return ""


def run(engine: Engine, case: Case, builder: Buildkit | None) -> str:
    """One case; what is wrong."""
    text, made = after(case)
    if text == case.text.encode() and case.uid is not None:
        return "nothing was fixed"
    files = {**case.files, **{name: PROGRAMS[name] for name in GO if name in case.text}}
    for tag, data in (("case:before", case.text.encode()), ("case:after", text)):
        if builder:
            engine.call("POST", "/images/load", {}, builder.build(data, files, tag))
        else:
            engine.build(data, tag, files=files)
    old, new = look(engine, "case:before", case), look(engine, "case:after", case)
    user = engine.image("case:after")["Config"].get("User", "")
    wrong = verdict(case, old, new, user)
    if case.hidden and not in_image(engine, "case:before", case.hidden):
        wrong = wrong or "the secret was not in the image before"
    if case.hidden and in_image(engine, "case:after", case.hidden):
        wrong = wrong or "the secret is in the image"
    if case.hidden and text == case.text.encode():
        wrong = wrong or "nothing was fixed"
    who = f"{old.uid if old.uid is not None else '-'} -> {new.uid if new.uid is not None else user or 'root'}"
    did = (new.answer or f"exit {new.code} {new.output}").replace("\n", " ")[:40]
    print(f"{'FAILED' if wrong else 'ok':6} {case.name:34} {who:18} {did:42} {'; '.join(made)[:70]}")
    return wrong


def in_image(engine: Engine, image: str, text: str) -> bool:
    """Whether a text stands in an image: in a file of any layer, in its configuration or in its history."""
    return text.encode() in engine.call("GET", f"/images/{image}/get")


PROGRAMS: dict[str, bytes] = {}


def main(root: Path, path: Path, folder: Path | None, only: str) -> int:
    """Runs every case whose name fits the pattern, and prints the table."""
    cases, secrets = ([each for each in group if re.search(only, each.name)] for group in (CASES, SECRETS))
    wrong = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        for name, source in GO.items():
            source_path, out = Path(place, f"{name}.go"), Path(place, name)
            source_path.write_text(source)
            env = {"CGO_ENABLED": "0", "PATH": "/usr/local/go/bin:/usr/bin:/bin", "HOME": place, "GO111MODULE": "off"}
            subprocess.run(["go", "build", "-o", str(out), str(source_path)], check=True, env=env)
            PROGRAMS[name] = out.read_bytes()
        with running_engine() as engine:
            bases(engine, root, path)
            for case in cases:
                wrong += _told(engine, case, None)
            if folder is None:
                print(f"left out without BuildKit: {', '.join(case.name for case in secrets)}")
            else:
                with Buildkit(folder, Path(place)) as builder:
                    builder.take(engine, "debian:13.1")
                    for case in secrets:
                        wrong += _told(engine, case, builder)
    print(f"{len(cases) + (len(secrets) if folder else 0)} cases, {wrong} failed, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _told(engine: Engine, case: Case, builder: Buildkit | None) -> int:
    try:
        why = run(engine, case, builder)
    except (AssertionError, subprocess.CalledProcessError) as error:
        why = str(error)[:600]
        print(f"FAILED {case.name}")
    if why:
        print(f"       {why}")
    return 1 if why else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("busybox", type=Path)
    parser.add_argument("--buildkit", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    sys.exit(main(given.root, given.busybox, given.buildkit, given.only))
