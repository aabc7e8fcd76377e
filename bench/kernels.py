"""The recorder on other kernels: boots each in an emulated machine and runs the recorder's tests there.

    python bench/kernels.py FOLDER DEB[,DEB...] [DEB[,DEB...]...] [-- TEST...]

Each argument is one kernel: a distribution's package with the image, and those with its modules where they are apart
(``apt-get download linux-image-cloud-amd64``; Ubuntu has linux-image-VERSION-generic and linux-modules-VERSION-generic).
Other tests can be named; the machine has Docker, and control groups in one tree. What it has is made once in FOLDER, for
the architecture of the package (amd64, arm64). Nothing of the own kernel is used, so the emulator needs no /dev/kvm; it
is some ten times slower than the processor. On another architecture the tests have no compiled modules of Python, so
only some of them can run: without a name it is the one of containers.

It wants root, debootstrap, e2fsprogs, cpio, kmod, qemu-system-x86 or qemu-system-arm, this project's virtual environment,
and Debian 12, whose Python the machine has as well.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parents[1]
PACKAGES = (
    "python3", "docker.io", "iptables", "libbpf1", "busybox-static", "iproute2", "strace", "kmod", "procps", "netbase",
)  # fmt: skip
CONTAINERS = "tests/learn/test_container.py"
NEEDED = ("virtio_pci", "virtio_blk", "ext4")
"""Modules without which the disk cannot be mounted."""


class Machine(NamedTuple):
    """What is emulated.

    Attributes:
        words: of the emulator.
        console: what the kernel writes to.
        tests: those that are run where none is named.
    """

    words: tuple[str, ...]
    console: str
    tests: tuple[str, ...]


MACHINES = {
    "amd64": Machine(("qemu-system-x86_64", "-cpu", "max"), "ttyS0", ("tests/learn/test_bpf.py", CONTAINERS)),
    "arm64": Machine(("qemu-system-aarch64", "-M", "virt", "-cpu", "max,pauth-impdef=on"), "ttyAMA0", (CONTAINERS,)),
}
SECONDS = 3600
"""That one machine may take."""
BEGIN = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
while read file; do /bin/busybox insmod /modules/$file; done </modules/order
until [ -b /dev/vda ]; do /bin/busybox sleep 1; done
/bin/busybox mount -t ext4 /dev/vda /root && exec /bin/busybox switch_root /root /first
"""
FIRST = """#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 HARDHULL_NO_SKIP=1
export PYTHONPATH=/opt/site:/opt/hardhull/src
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm; mount -t devpts pts /dev/pts
for each in /dev/shm /run /tmp; do mount -t tmpfs tmpfs $each; done
mount -t tracefs tracefs /sys/kernel/tracing; mount -t cgroup2 cgroup2 /sys/fs/cgroup
for each in $(cat /sys/fs/cgroup/cgroup.controllers); do echo +$each >/sys/fs/cgroup/cgroup.subtree_control; done
mount -o remount,rw /; ip link set lo up; hostname machine
cd /opt/hardhull
echo "on Linux $(uname -r)"
python3 -c "from hardhull.learn import bpf; print(bpf.why_not() or f'the recorder can run; checks by {bpf.checks()}')"
python3 -m pytest -o addopts= -p no:cacheprovider --no-header -q @TESTS@
echo "the tests ended with $?"
dmesg --level=err,crit,alert,emerg | tail -20
echo o >/proc/sysrq-trigger; while :; do :; done
"""


def run(*words: str | Path, where: Path | None = None, given: bytes | None = None) -> bytes:
    return subprocess.run([str(word) for word in words], cwd=where, input=given, capture_output=True, check=True).stdout


def base(folder: Path, machine: str, own: bool) -> Path:
    """A Debian with what the tests want, made once.

    That of another architecture cannot set itself up here: its packages are only unpacked, which is enough.
    """
    root = folder / machine
    if (root / "done").exists():
        return root
    packages = (*PACKAGES, *(() if own else ("python3-hypothesis",)))
    how = () if own else (f"--arch={machine}", "--foreign")
    run("debootstrap", "--variant=minbase", *how, f"--include={','.join(packages)}", "bookworm", root)
    if not own:
        for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
            unpack(package, root)
        for name in ("proc", "sys"):
            if (root / name).is_symlink():
                (root / name).unlink()
            (root / name).mkdir(exist_ok=True)
        (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n")
        (root / "etc/group").write_text("root:x:0:\ndocker:x:101:\nnogroup:x:65534:\n")
        for name in ("iptables", "ip6tables"):
            (root / "usr/sbin" / name).unlink(missing_ok=True)
            (root / "usr/sbin" / name).symlink_to(f"{name}-nft")
    shutil.rmtree(root / "var/cache/apt", ignore_errors=True)
    (root / "done").touch()
    return root


def unpack(package: Path, root: Path) -> None:
    files = run("dpkg-deb", "--fsys-tarfile", package)
    run("tar", "-x", "--keep-directory-symlink", "-C", root, given=files)


def project(root: Path, tests: list[str], own: bool) -> None:
    """This project as it is now, with the packages that it is tested with."""
    for name in ("hardhull", "site"):
        shutil.rmtree(root / "opt" / name, ignore_errors=True)
    less = ("__pycache__", "ziglang", *(() if own else ("*.so", "hypothesis*", "_hypothesis*")))
    site = Path(sysconfig.get_path("purelib"))
    shutil.copytree(site, root / "opt/site", symlinks=True, ignore=shutil.ignore_patterns(*less))
    for name in run("git", "ls-files", "-z", "--", "src", "tests", "pyproject.toml", where=HERE).decode().split("\0"):
        if name:
            (root / "opt/hardhull" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / name, root / "opt/hardhull" / name, follow_symlinks=False)
    first = root / "first"
    first.write_text(FIRST.replace("@TESTS@", " ".join(tests)))
    first.chmod(0o755)


def modules(root: Path, version: str) -> list[Path]:
    """What has to be in the kernel for the disk, in order, below the root."""
    run("depmod", "-b", root, version)
    found: dict[Path, None] = {}
    for name in NEEDED:
        shown = run("modprobe", "-d", root, "-S", version, "--show-depends", name).decode()
        found |= {Path(line.split()[1]): None for line in shown.splitlines() if line.startswith("insmod")}
    return list(found)


def first_files(folder: Path, root: Path, version: str) -> Path:
    """What the kernel starts with: busybox, and the way to the disk."""
    tree = folder / "first"
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("bin", "dev", "proc", "root", "modules"):
        (tree / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", tree / "bin/busybox")
    wanted = modules(root, version)
    for each in wanted:
        data = each.read_bytes()
        (tree / "modules" / each.stem).write_bytes(lzma.decompress(data) if each.suffix == ".xz" else data)
    (tree / "modules/order").write_text("".join(f"{each.stem}\n" for each in wanted))
    (tree / "init").write_text(BEGIN)
    (tree / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    archive = folder / "first.cpio"
    archive.write_bytes(run("cpio", "-o", "-H", "newc", where=tree, given=names.encode()))
    return archive


def boot(folder: Path, packages: list[Path], tests: list[str]) -> bool:
    """Whether the tests pass on this kernel; what the machine says is shown as it says it."""
    name = run("dpkg-deb", "--field", packages[0], "Architecture").decode().strip()
    own = run("dpkg", "--print-architecture").decode().strip() == name
    machine, root = MACHINES[name], base(folder, name, own)
    project(root, tests or list(machine.tests), own)
    for place in ("boot", "lib/modules"):
        shutil.rmtree(root / place, ignore_errors=True)
        (root / place).mkdir(parents=True)
    for package in packages:
        unpack(package, root)
    kernel = next((root / "boot").glob("vmlinuz-*"))
    archive = first_files(folder, root, kernel.name.removeprefix("vmlinuz-"))
    disk = folder / "disk"
    disk.unlink(missing_ok=True)
    run("mkfs.ext4", "-q", "-d", root, disk, "4G")
    words = [
        "timeout", str(SECONDS), *machine.words, "-accel", "tcg,thread=multi", "-smp", "2", "-m", "4G", "-nographic",
        "-no-reboot", "-nic", "none", "-kernel", str(kernel), "-initrd", str(archive),
        "-drive", f"file={disk},if=virtio,format=raw,cache=unsafe",
        "-append", f"console={machine.console} quiet panic=-1",
    ]  # fmt: skip
    passed = False
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace") as it:
        for line in it.stdout or ():
            print(line, end="", flush=True)
            passed |= "the tests ended with 0" in line
    return passed


def main(folder: Path, kernels: list[str], tests: list[str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    results = {each: boot(folder, [Path(name) for name in each.split(",")], tests) for each in kernels}
    for each, passed in results.items():
        print(f"{'passed' if passed else 'FAILED'}: {each}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    given = [*sys.argv[2:], "--"]
    at = given.index("--")
    sys.exit(main(Path(sys.argv[1]), given[:at], given[at + 1 : -1]))
