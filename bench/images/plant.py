"""Plants secrets into an image, and measures who finds them.

    python bench/images/plant.py SHOP.tar OUT.tar SEED        three more layers, ENV, ARG and LABEL
    python bench/images/plant.py --check OUT.tar SEED         what hardhull finds of it, and what besides

SHOP.tar is what ``build.py`` made, or any ``docker save``. The secrets are made from the seed, so that both calls know them;
they open nothing. The first layer has the planted files and decoys, the second takes some of them away, the third is a copy of a few
with other rights.
"""

from __future__ import annotations

import hashlib
import io
import json
import resource
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tests/leaks"))
from planted import DECOYS, Maker, Planted, kinds

GONE = ("opt/app/slack-webhook.txt", "infra", "root/.pgpass")
"""What the second layer takes away: files, and a folder."""
AGAIN = ("etc/ssl/rsa.pem", "root/.netrc")


def in_config(seed: int) -> list[tuple[str, str, str]]:
    make = Maker(seed + 1000)
    return [
        ("ENV", "STRIPE_KEY", f"sk_live_{make.text('abcdefghijkmnpqrstuvwxyz23456789', 24)}"),
        ("ENV", "DB_PASSWORD", make.password()),
        ("ARG", "NPM_TOKEN", make.crc("npm")),
        ("ARG", "BUILD_TOKEN", make.text("abcdef0123456789", 32)),
        ("LABEL", "ci.token", make.crc("ghp")),
        ("RUN", "", f"curl -u ci:{make.password()} https://artifacts.internal/x"),
    ]


def plant(source: Path, out: Path, seed: int) -> None:
    with tarfile.open(source) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        config = json.load(tar.extractfile(manifest[0]["Config"]))  # type: ignore[arg-type]
    files = kinds(seed)
    named = {one.path for one in files}
    decoys = [Planted("decoy", path, text.encode(), "") for path, text in DECOYS.items() if path not in named]
    layers = [
        layer({one.path: one.data for one in (*files, *decoys)}),
        layer({f"{name.rpartition('/')[0]}/.wh.{name.rpartition('/')[2]}".lstrip("/"): b"" for name in GONE}),
        layer({one.path: one.data for one in files if one.path in AGAIN}, mode=0o600),
    ]
    given = in_config(seed)
    arguments = " ".join(f"{name}={value}" for word, name, value in given if word == "ARG")
    count = sum(word == "ARG" for word, _, _ in given)
    commands = [
        "COPY . / # buildkit",
        f"RUN |{count} {arguments} /bin/sh -c rm -rf /infra /root/.pgpass && {given[-1][2]} # buildkit",
        f"RUN |{count} {arguments} /bin/sh -c chmod 600 /etc/ssl/rsa.pem /root/.netrc # buildkit",
    ]
    config["history"] += [
        {"created_by": f"ARG {name}", "empty_layer": True} for word, name, _ in given if word == "ARG"
    ]
    config["history"] += [{"created_by": command} for command in commands]
    for word, name, value in given:
        if word in {"ENV", "LABEL"}:
            config["history"].append({"created_by": f"{word} {name}={value}", "empty_layer": True})
    inner = config.setdefault("config", {})
    inner["Env"] = [*inner.get("Env", []), *(f"{name}={value}" for word, name, value in given if word == "ENV")]
    inner["Labels"] = {name: value for word, name, value in given if word == "LABEL"}
    config["rootfs"]["diff_ids"] += [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in layers]
    text = json.dumps(config).encode()
    name = f"{hashlib.sha256(text).hexdigest()}.json"
    with tarfile.open(source) as tar, tarfile.open(out, "w") as made:
        for member in tar:
            if member.name not in {"manifest.json", manifest[0]["Config"]}:
                made.addfile(member, tar.extractfile(member) if member.isreg() else None)
        for number, data in enumerate(layers):
            add(made, f"planted{number}/layer.tar", data)
            manifest[0]["Layers"].append(f"planted{number}/layer.tar")
        manifest[0]["Config"] = name
        add(made, name, text)
        add(made, "manifest.json", json.dumps(manifest).encode())


def layer(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, data in sorted(files.items()):
            add(tar, path, data, mode)
    return out.getvalue()


def add(tar: tarfile.TarFile, path: str, data: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(path)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def check(image: Path, seed: int) -> None:
    from hardhull.images.cache import Cache
    from hardhull.images.leaked import leaks
    from hardhull.images.secrets import Secrets
    from hardhull.images.targets import parsed, read_target
    from hardhull.leaks.engine import cache_folder
    from hardhull.leaks.scanner import Scanner

    Scanner(cache_folder())
    start = time.process_time()
    scanner = Scanner(cache_folder(), digests=True)
    target = parsed(f"docker-archive:{image}")
    assert target is not None
    read = read_target(target, [Secrets(scanner)], Cache(None))
    found = leaks(read, scanner)
    cpu = time.process_time() - start
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    files = kinds(seed)
    by_path: dict[str, Any] = {one.path: one for one in found.found}
    missed = [one.what for one in files if one.path not in by_path]
    planted_paths = {one.path for one in files}
    names = {hit.name for one in found.found if not one.layer for hit in one.hits}
    given = [name for word, name, _ in in_config(seed) if word != "RUN"]
    missed += [name for name in given if name not in names]
    false = [one for one in found.found if one.layer and one.path not in planted_paths]
    expected = {name for name in planted_paths if any(name == gone or name.startswith(f"{gone}/") for gone in GONE)}
    hidden = {one.path for one in found.found if one.layer and not one.visible}
    values = [one.secret for one in files] + [value for word, _, value in in_config(seed) if word != "RUN"]
    told = repr(found) + repr([layer.parts for layer in read.layers if layer])
    print(
        f"{image.stat().st_size / 1e6:.0f} MB, {cpu:.2f} CPU-s, {rss} MB; planted {len(files) + len(given)}, missed {missed}"
    )
    print(f"false {len(false)}; left out as packages shipped them: {found.unchanged}; not read: {len(found.gaps)}")
    print(f"deleted ones told: {hidden == expected}; values told: {sum(value in told for value in values)}")
    for one in false:
        print("  false:", one.layer, one.path, [(hit.kind, hit.name, hit.line) for hit in one.hits][:5])
    for one in found.found:
        if not one.layer or one.gone_by or one.again:
            print("  ", one.layer, one.path, "|", one.made_by[:60], "| gone by", one.gone_by[:60], one.again)
    for digest, gap in found.gaps[:20]:
        print("  gap:", digest[:15], gap.path[:90], gap.why)


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        plant(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
