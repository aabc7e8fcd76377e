"""Makes the images of the servers, and the virtual environment of their loads. It is run by hand.

    python bench/servers/build.py base          the base image, by debootstrap; as root
    python bench/servers/build.py venv          ~/.cache/hardhull-bench/venv with requirements.txt
    python bench/servers/build.py images [NAME ...] [--jobs 2]
    python bench/servers/build.py all

It needs Linux with root, Debian's packages debootstrap and docker.io, an engine (DOCKER_HOST), and Debian's archive.
Nothing is pulled: the base is made from packages, and every image from the base. Images are built in the engine's own
network; one without a way out takes a proxy from the environment (http_proxy), which goes into no image.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
VENV = Path.home() / ".cache" / "hardhull-bench" / "venv"
PREFIX = "hardhull-bench"
SUITE = "bookworm"
ARCHIVE = "http://deb.debian.org/debian"
SOURCES = f"""deb {ARCHIVE} {SUITE} main
deb {ARCHIVE} {SUITE}-updates main
deb {ARCHIVE}-security {SUITE}-security main
"""
FILES = {
    "etc/apt/sources.list": SOURCES,
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
    "etc/apt/apt.conf.d/docker-clean": 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\n',
    "etc/apt/apt.conf.d/docker-no-languages": 'Acquire::Languages "none";\n',
}
"""What the debian image on the hub has over debootstrap: its sources, and that no package starts a service."""


def names() -> list[str]:
    """The folders that hold an image."""
    return sorted(path.parent.name for path in HERE.glob("*/Dockerfile"))


def base() -> None:
    """Debian's minimal system as an image."""
    with tempfile.TemporaryDirectory(prefix="hardhull-base-") as folder:
        root = Path(folder, "root")
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(root), ARCHIVE], check=True)
        for name, text in FILES.items():
            path = root / name
            path.write_text(text)
            path.chmod(0o755 if "sbin" in name else 0o644)
        for path in (*root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*Packages*")):
            path.unlink()
        tar = subprocess.Popen(["tar", "-C", str(root), "--numeric-owner", "-c", "."], stdout=subprocess.PIPE)
        command = ["docker", "import", "--change", 'CMD ["bash"]', "-", f"{PREFIX}/base"]
        subprocess.run(command, stdin=tar.stdout, check=True)
        assert tar.wait() == 0


def environment() -> None:
    """The clients that the loads are written with."""
    venv.create(VENV, with_pip=True)
    subprocess.run([str(VENV / "bin" / "pip"), "install", "-q", "-r", str(HERE / "requirements.txt")], check=True)


def image(name: str, folder: Path | None = None) -> bool:
    """Builds one from its folder, which is that of its name; its output is shown where that fails."""
    command = ["docker", "build", "--network=host", "--tag", f"{PREFIX}/{name}"]
    if proxy := os.environ.get("http_proxy"):
        command += ["--build-arg", f"http_proxy={proxy}"]
    env = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run([*command, str(folder or HERE / name)], env=env, capture_output=True, text=True, check=False)
    print(f"{'built' if done.returncode == 0 else 'FAILED'} {name}", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr)[-3000:], flush=True)
    return done.returncode == 0


def images(wanted: Sequence[str], jobs: int) -> int:
    """Builds those that were named, or all; how many could not be built."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(image, wanted or names())).count(False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["base", "venv", "images", "all"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.what in {"base", "all"}:
        base()
    if asked.what in {"venv", "all"}:
        environment()
    return images(asked.names, asked.jobs) if asked.what in {"images", "all"} else 0


if __name__ == "__main__":
    sys.exit(main())
