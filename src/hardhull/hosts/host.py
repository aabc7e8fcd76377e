"""The host under an engine: files, users, kernel, certificates, audit, watchers, each named by where it was read."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.facts.audited_items import AUDITED_ITEMS
from hardhull.facts.sysctls import WANTED
from hardhull.hosts import engine_process, kernel_audit, watchers
from hardhull.hosts.audited import audited
from hardhull.hosts.engine_files import files
from hardhull.hosts.kernel_rules import kernel_rules
from hardhull.hosts.proc import command_line, pids, text

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENTS = ("/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/profile.d/*.sh", "/etc/zsh/zshenv",
                "/etc/environment.d/*.conf", "/etc/systemd/system.conf", "/root/.profile", "/root/.bashrc",
                "/etc/default/docker")  # fmt: skip
"""Files that set variables for everybody, for root, or for services."""
TRUST = re.compile(r"^\s*(?:export\s+)?DOCKER_CONTENT_TRUST=[\"']?([^\s\"';#]*)", re.MULTILINE)
DAY = 86_400
ENGINE = ("dockerd",)


def host(
    pid: int, data_root: str, listening: list[tuple[str, str, int]], runtimes: list[str],
    failed: Callable[[str, str, str], None],
) -> dict[str, Any]:  # fmt: skip
    """Everything that is read of the host.

    Args:
        pid: of the engine; 0 where it is not known.
        data_root: the engine's folder, empty where it is not known.
        listening: where engines listen, and the program and the process that does.
        runtimes: programs that the engine starts containers with.
        failed: takes what could not be read: what, why, how.
    """
    names = _names()
    pid = pid or next((each for each, name in names.items() if name in ENGINE), 0)
    words = command_line(pid) if pid else []
    settings = engine_process.settings(words)
    sockets = [(path, program) for path, program, _ in listening]
    out: dict[str, Any] = {"files": files(settings, sockets), "engine_users": _users(sockets)}
    out["data_root"] = _apart(data_root or settings.get("data-root", ""))
    out["sysctls"] = {
        f"/proc/sys/{name.replace('.', '/')}": text(f"/proc/sys/{name.replace('.', '/')}") for name in WANTED
    }
    wanted = [data_root or "/var/lib/docker", *(path for paths in AUDITED_ITEMS.values() for path in paths)]
    out["present"] = {f"stat {path}": Path(path).exists() for path in wanted}
    out["kernel"] = {"/proc/sys/kernel/osrelease": text("/proc/sys/kernel/osrelease") or ""}
    if pid:
        out["engine"] = {f"/proc/{pid}/cmdline": words, "verify": settings.get("tlsverify") == "true"}
        try:
            out["engine"][f"/proc/{pid}/net/tcp"] = engine_process.listeners(pid)
        except OSError:
            failed("the engine's listening sockets", "its open files may not be read", "run hardhull as root")
    out["certificates"] = _certificates(settings, failed)
    out["environment"] = _environment()
    out["audit"] = _audit(failed)
    if data_root:
        settings["data-root"] = data_root
    out["audited"] = audited(pid, settings, listening, runtimes)
    out["monitors"], out["shippers"], out["audits"] = (
        watchers.watching(names),
        watchers.shipping(names),
        watchers.audits(),
    )
    return out


def _names() -> dict[int, str]:
    """Every process and its name."""
    found = ((pid, text(f"/proc/{pid}/comm")) for pid in pids())
    return {pid: name for pid, name in found if name}


def _users(sockets: list[tuple[str, str]]) -> dict[str, list[str]]:
    """``group docker`` to its members, for each group that may use an engine's socket; root's is left out."""
    groups = {"docker"}
    for path, program in sockets:
        try:
            number = Path(path).stat().st_gid
            if program == "dockerd" and number:
                groups.add(grp.getgrgid(number).gr_name)
        except (OSError, KeyError):
            continue
    found = {}
    for name in sorted(groups):
        try:
            entry = grp.getgrnam(name)
        except KeyError:
            continue
        primary = [user.pw_name for user in pwd.getpwall() if user.pw_gid == entry.gr_gid]
        found[f"/etc/group {name}"] = sorted({*entry.gr_mem, *primary})
    return found


def _apart(folder: str) -> dict[str, Any]:
    """Whether the engine's data have a file system of their own.

    The engine mounts its folder onto itself, so that it is a mount point on every machine: what counts is the device.
    """
    if not folder:
        return {}
    try:
        here, root = os.stat(folder), os.stat("/")  # noqa: PTH116
    except OSError:
        return {}
    return {
        f"stat {folder}": f"device {os.major(here.st_dev)}:{os.minor(here.st_dev)}",
        "stat /": f"device {os.major(root.st_dev)}:{os.minor(root.st_dev)}",
        "apart": here.st_dev != root.st_dev,
    }


def _certificates(settings: dict[str, str], failed: Callable[[str, str, str], None]) -> dict[str, dict[str, int]]:
    paths = [settings[name] for name in ("tlscacert", "tlscert") if settings.get(name)]
    paths += [str(path) for path in sorted(Path("/etc/docker/certs.d").glob("*/*.c*rt"))[:128]]
    present = [path for path in paths if Path(path).is_file()]
    program = shutil.which("openssl")
    if present and program is None:
        failed("the engine's certificates", "openssl is not installed", "install openssl")
    found = {}
    for path in present if program else ():
        entry = _certificate(str(program), path)
        if entry is None:
            failed(
                f"the certificate {path}", "openssl cannot read it", f"look at `openssl x509 -noout -text -in {path}`"
            )
        else:
            found[path] = entry
    return found


def _certificate(program: str, path: str) -> dict[str, int] | None:
    """Days until it ends, and the bits of its key."""
    words = [program, "x509", "-noout", "-enddate", "-text", "-in", path]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    end = re.search(r"notAfter=(.*)", done.stdout)
    if done.returncode or end is None:
        return None
    try:
        ends = datetime.strptime(end[1].strip(), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    bits = re.search(r"Public Key Algorithm: rsaEncryption\s+(?:RSA )?Public-Key: \((\d+) bit", done.stdout)
    return {"days": int((ends.timestamp() - time.time()) // DAY), "bits": int(bits[1]) if bits else 0}


def _environment() -> dict[str, str]:
    """Files that set DOCKER_CONTENT_TRUST; the last line of each counts."""
    found = {}
    for place in ENVIRONMENTS:
        for path in sorted(Path("/").glob(place.lstrip("/")))[:64]:
            values = TRUST.findall(text(str(path)) or "")
            if values:
                found[str(path)] = values[-1]
    return found


def _audit(failed: Callable[[str, str, str], None]) -> dict[str, Any]:
    """The state of the kernel's audit, and its rules, asked of the kernel itself."""
    try:
        state = kernel_audit.status()
    except PermissionError:
        failed("the kernel's audit", "this process may not ask for it", "run hardhull as root, outside of a container")
        return {}
    if state is None:
        return {"run auditctl -s": {"enabled": 0}}
    found: dict[str, Any] = {"run auditctl -s": state}
    loaded = kernel_rules()
    if loaded is None:
        failed("the audit rules that the kernel has", "the kernel does not answer", "look at `auditctl -l`")
    else:
        found["AUDIT_LIST_RULES"] = loaded
    return found
