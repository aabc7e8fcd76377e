"""What a container of the world finds mounted: fresh volumes, copies of the host's folders and files, tmpfs."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.engine_api import spell
from hardhull.run import hostpaths
from hardhull.run.manifest import NotGivenError, Pod
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Adapted
from hardhull.run.written import items, refused, value
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.run.refusal import Refusal
    from hardhull.run.settings import Settings

OPEN = hostpaths.folder(0o777)
"""As the kubelet makes an emptyDir."""
SECRETS = "/run/secrets"
CLUSTERS = frozenset({"config_map", "secret", "projected"})
"""Kinds of volumes with content from a cluster."""
_SECRET_BYTES = 16 * 1024
"""A longer secret is not looked for in what containers say."""


class Volume(NamedTuple):
    """A volume of the world.

    Attributes:
        key: what it is called in the world; the same key is the same volume.
        archive: a tar archive of what is in it first; None leaves that to the engine (the image's own content).
        copy_of: the engine's volume whose content it starts with; empty for none.
    """

    key: str
    archive: bytes | None = None
    copy_of: str = ""


class Placed(NamedTuple):
    """A volume, or one file in it, at a path of a container.

    Attributes:
        volume: its key.
        target: the path in the container.
        read_only: whether it is mounted so.
        file: the one file of the volume that is mounted; empty for all of it.
    """

    volume: str
    target: str
    read_only: bool = False
    file: str = ""


class Fittings:
    """Collects the mounts of one container.

    Attributes:
        volumes: what has to be made, by key.
        placed: where it goes.
        tmpfs: path to options.
        adapted: what is another way than it is written.
        refusals: what cannot be given.
        hidden: texts of secrets.
    """

    def __init__(self, workload: Workload, key: str, group: str, settings: Settings) -> None:
        self.volumes: dict[str, Volume] = {}
        self.placed: list[Placed] = []
        self.tmpfs: dict[str, str] = {}
        self.adapted: list[Adapted] = []
        self.refusals: list[Refusal] = []
        self.hidden: list[str] = []
        self._workload, self._key, self._group, self._settings = workload, key, group, settings

    def read(self) -> None:
        """Takes the mounts, secrets and configs of the workload.

        Raises:
            CannotRunError: one of them cannot be known.
        """
        for mount in items(self._workload, "mounts"):
            self._mount(mount)
        if self._workload.runtime == "kubernetes":
            return
        for grant in items(self._workload, "secrets"):
            target = posixpath.join(SECRETS, grant.target or grant.name)
            self._file(grant.file, target, f"secret {grant.name}")
        for grant in items(self._workload, "configs"):
            self._file(grant.file, posixpath.join("/", grant.target or grant.name), f"config {grant.name}")

    def _mount(self, mount: Mount) -> None:
        if mount.kind == "tmpfs":
            self.tmpfs[mount.target] = spell.tmpfs(mount)
        elif mount.kind == "bind" or mount.host_root is not None:
            self._bind(mount, mount.host_root or mount.source or "")
        elif mount.kind == "empty_dir":
            self._place(Volume(f"{self._group}/{mount.source}", OPEN), mount)
        elif mount.kind == "claim":
            self._place(Volume(f"claim/{mount.source}", OPEN), mount)
            why = "no cluster gives one here"
            self.adapted.append(Adapted(f"the claim {mount.source} is an empty volume that all may write", why))
        elif mount.kind in CLUSTERS:
            self._of_cluster(mount)
        elif mount.source is None:
            self._place(Volume(f"{self._key}{mount.target}"), mount)
        else:
            self._named(mount, mount.source)

    def _of_cluster(self, mount: Mount) -> None:
        """What a cluster would put there, from the manifests of the tree."""
        try:
            files, only, hidden = Pod(self._workload, self._settings.data).files(mount.target)
            if only and only not in files:
                raise NotGivenError(f"it has no file {only}")  # noqa: TRY301  told like all that is missing
        except NotGivenError as error:
            why = f"{mount.target} holds what only a cluster has ({mount.kind}): {error}"
            what = mount.source or "its content"
            how = f"write {what} into the same tree, or into a folder and mount that with hostPath"
            self.refusals.append(refused(self._workload, why, how))
            return
        self.hidden += hidden
        self._place(Volume(f"{self._key}{mount.target}", hostpaths.made(files)), mount, only)

    def _named(self, mount: Mount, name: str) -> None:
        if self._settings.volumes != "copied":
            self._place(Volume(name), mount)
            return
        prefix = f"{self._settings.project}_" if self._settings.project else ""
        self._place(Volume(name, copy_of=prefix + name), mount)

    def _bind(self, mount: Mount, source: str) -> None:
        path = hostpaths.resolve(self._workload, source, self._settings)
        refusal = hostpaths.refusal(self._workload, path)
        if refusal is not None:
            self.refusals.append(refusal)
            return
        key = f"host:{path}"
        files = self._copy(path, path.name)
        if files is None:
            return
        if files.left_out:
            self.adapted.append(Adapted(f"{len(files.left_out)} entries of {path} are left out", "they are no files"))
        self.adapted.append(Adapted(f"{mount.target} is a copy of {path}", "nothing of the host is mounted"))
        self._place(Volume(key, files.archive), mount, path.name if files.single else "")

    def _file(self, file: str | None, target: str, what: str) -> None:
        """A secret or config: one file that all may read, as Compose mounts it."""
        if file is None:
            return
        path = hostpaths.resolve(self._workload, file, self._settings)
        if not path.is_file():
            how = "write the file first"
            self.refusals.append(refused(self._workload, f"the file of the {what} does not exist ({path})", how))
            return
        files = self._copy(path, "file")
        if files is not None:
            if what.startswith("secret") and path.stat().st_size <= _SECRET_BYTES:
                self.hidden.append(path.read_text(encoding="utf-8", errors="replace"))
            key = f"file:{path}"
            self.volumes[key] = Volume(key, files.archive)
            self.placed.append(Placed(key, target, read_only=True, file="file"))

    def _copy(self, path: Path, name: str) -> hostpaths.Files | None:
        bounds = self._settings.bounds
        try:
            return hostpaths.copy(path, bounds, name)
        except hostpaths.TooLargeError:
            most = f"{bounds.copy_bytes >> 20} MiB and {bounds.copy_files} files are copied"
            how = "mount only what it needs, or a smaller folder for this run"
            self.refusals.append(refused(self._workload, f"{path} is too large to copy: at most {most}", how))
        except hostpaths.UncopiedError as error:
            how = "run it as a user who may read all of it"
            self.refusals.append(refused(self._workload, str(error), how))
        return None

    def _place(self, volume: Volume, mount: Mount, file: str = "") -> None:
        self.volumes[volume.key] = volume
        self.placed.append(Placed(volume.key, mount.target, mount.read_only, file))


def fitted(workload: Workload, key: str, group: str, settings: Settings) -> Fittings:
    """The mounts of a workload.

    Args:
        workload: whose.
        key: its name in the world.
        group: the pod's name in the world: its containers share what only a pod has.
        settings: where paths start, and bounds.

    Raises:
        CannotRunError: something cannot be given, with all reasons.
    """
    fittings = Fittings(workload, key, group, settings)
    try:
        fittings.read()
    except UnwritableError as error:
        fittings.refusals.append(refused(workload, f"a mount cannot be made: {error}", "write it in another way"))
    if fittings.refusals:
        raise CannotRunError(*fittings.refusals)
    return fittings


def has_token(workload: Workload) -> bool:
    """Whether a cluster would mount the token of a service account."""
    return workload.runtime == "kubernetes" and value(workload, "automount_token") is not False
