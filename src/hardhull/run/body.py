"""A Workload as the body of a create call of the Engine API, with the bounds of a world."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.formats.engine_api import spell
from hardhull.formats.engine_api.parse import NANO
from hardhull.run.hostpaths import resolve
from hardhull.run.manifest import NotGivenError, Pod
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Adapted
from hardhull.run.written import items, refused, value
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import EnvVar
    from hardhull.facts.workload import Workload
    from hardhull.run.settings import Settings

_OWN = frozenset(
    {
        "image", "remove", "publish_all", "log_driver", "memory", "memory_swap", "pids", "stop_grace", "platform",
        "pid", "ipc", "cgroup_parent", "entrypoint", "user",
    }
)  # fmt: skip
"""Fields with one value that are written otherwise here, or not at all."""
_LISTS = ("cap_add", "cap_drop", "group_add", "devices", "device_cgroup_rules", "extra_hosts", "ulimits")
_PROFILE_BYTES = 1 << 20


class Body:
    """One create body that is being written.

    Attributes:
        plain: the body.
        adapted: what is another way than the file says.
        hidden: secrets that it is given.
    """

    def __init__(self, workload: Workload, settings: Settings) -> None:
        self.plain: dict[str, Any] = {"HostConfig": {}}
        self.adapted: list[Adapted] = []
        self.hidden: list[str] = []
        self._workload, self._settings = workload, settings

    @property
    def host(self) -> dict[str, Any]:
        """Its HostConfig."""
        found: dict[str, Any] = self.plain["HostConfig"]
        return found

    def write(self) -> None:
        """Writes all that does not depend on other objects of the world.

        Raises:
            CannotRunError: a value cannot be known or said.
        """
        try:
            self._scalars()
            self._lists()
        except UnwritableError as error:
            raise CannotRunError(refused(self._workload, str(error), "write it in another way")) from None
        self._start()
        self._environment()
        self._security()
        self._bounds()
        self._dropped()

    def set(self, path: tuple[str, ...], plain: Any) -> None:
        """A key gets a value."""
        at = self.plain
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = plain

    def _scalars(self) -> None:
        for name, (path, plain) in spell.SCALARS.items():
            if name in _OWN:
                continue
            found = value(self._workload, name)
            if found != getattr(type(self._workload), name).default:
                self.set(path, plain(found))

    def _lists(self) -> None:
        for name in _LISTS:
            path, plain = spell.LISTS[name]
            found = [plain(item) for item in items(self._workload, name)]
            if found:
                self.set(path, found)
        for item in items(self._workload, "sysctls"):
            self.set((*spell.MAPS["sysctls"], item[0]), item[1])
        for limit in items(self._workload, "block_io"):
            if limit.what == "weight":
                self.host["BlkioWeight"] = limit.rate
            else:
                self.host.setdefault(spell.THROTTLES[limit.what], []).append(spell.throttle(limit))

    def _start(self) -> None:
        """An empty entry point takes the image's away, for which the API has a list of one empty word."""
        entrypoint = value(self._workload, "entrypoint")
        if entrypoint is not None:
            self.plain["Entrypoint"] = list(entrypoint) or [""]
        user, group = value(self._workload, "user"), value(self._workload, "group")
        if user is not None:
            self.plain["User"] = user
        elif group is not None:
            why = f"its group is {group}, and its user is the image's"
            raise CannotRunError(refused(self._workload, why, "write runAsUser beside runAsGroup"))
        grace = value(self._workload, "stop_grace")
        if grace is not None:
            self.plain["StopTimeout"] = math.ceil(grace)
        elif self._workload.runtime == "kubernetes":
            self.plain["StopTimeout"] = 30
        cpus = value(self._workload, "cpus")
        if cpus:
            self.host["NanoCpus"] = round(cpus * NANO)
        ipc = value(self._workload, "ipc")
        if ipc in {"private", "shareable", "none", "host"}:
            self.host["IpcMode"] = ipc
        if value(self._workload, "pid") == "host":
            self.host["PidMode"] = "host"

    def _environment(self) -> None:
        found = dict(pair for each in items(self._workload, "env") for pair in self.variables(each))
        if found:
            self.plain["Env"] = [f"{name}={value}" for name, value in found.items()]

    def variables(self, variable: EnvVar) -> Iterator[tuple[str, str]]:
        """Names and values of what is written as one; none for one that is passed through and not set, as docker does.

        Raises:
            CannotRunError: its value is not known.
        """
        given = self._settings.env.get(variable.name)
        value = given if given is not None else variable.value
        if value is not None:
            yield variable.name, value
        elif variable.source in {"secret", "config"} and self._workload.runtime == "kubernetes":
            yield from self._of_cluster(variable)
        elif variable.source != "host":
            why = f"the value of {variable.name} comes from elsewhere ({variable.source})"
            raise CannotRunError(refused(self._workload, why, f"give {variable.name} a value for this run"))

    def _of_cluster(self, variable: EnvVar) -> Iterator[tuple[str, str]]:
        pod = Pod(self._workload, self._settings.data)
        try:
            if variable.name.endswith("*"):
                found = [each for each in pod.all_of() if each[0].startswith(variable.name[:-1])]
            else:
                value, secret = pod.variable(variable.name)
                found = [(variable.name, value, secret)] if value is not None else []
        except NotGivenError as error:
            why = f"the value of {variable.name} comes from elsewhere ({variable.source}), and {error}"
            how = f"write it into the same tree, or give {variable.name} a value for this run"
            raise CannotRunError(refused(self._workload, why, how)) from None
        for name, text, secret in found:
            self.hidden += [text] if secret else []
            yield name, text

    def _security(self) -> None:
        options = [f"label={each}" for each in items(self._workload, "selinux")]
        if value(self._workload, "no_new_privileges"):
            options.append("no-new-privileges=true")
        apparmor = value(self._workload, "apparmor")
        if apparmor is not None:
            options.append(f"apparmor={apparmor}")
        seccomp = value(self._workload, "seccomp")
        if seccomp is None and self._workload.runtime == "kubernetes":
            seccomp = "unconfined"
        if seccomp == "unconfined":
            options.append("seccomp=unconfined")
        elif seccomp not in {None, "default"}:
            options.append(f"seccomp={self._profile(seccomp)}")
        if options:
            self.host["SecurityOpt"] = options
        if value(self._workload, "unmasked_paths"):
            self.host["MaskedPaths"] = self.host["ReadonlyPaths"] = []

    def _profile(self, named: str) -> str:
        """The text of a seccomp profile: the API takes no path."""
        path = Path(resolve(self._workload, named, self._settings))
        if self._workload.syntax == "compose":  # read as seen from the root
            path = self._settings.base / named
        try:
            if path.stat().st_size <= _PROFILE_BYTES:
                return json.dumps(json.loads(path.read_text()))
        except (OSError, ValueError):
            pass
        why = f"its seccomp profile {named} cannot be read as JSON"
        raise CannotRunError(refused(self._workload, why, f"write the profile to {path}"))

    def _bounds(self) -> None:
        """The lower of its own limits and those of the world."""
        bounds = self._settings.bounds
        for name, key, most in (("memory", "Memory", bounds.memory), ("pids", "PidsLimit", bounds.pids)):
            own = value(self._workload, name)
            own = own if own and own > 0 else None
            self.host[key] = min(own, most) if own else most
            if own and own > most:
                self.adapted.append(Adapted(f"its limit of {name} is {most}", "a run is bounded"))
        swap = value(self._workload, "memory_swap")
        if swap is not None and value(self._workload, "memory") and self.host["Memory"] <= swap:
            self.host["MemorySwap"] = swap
        logs = {"max-size": str(bounds.log_bytes // 2), "max-file": "2"}
        self.host["LogConfig"] = {"Type": "json-file", "Config": logs}
        driver = value(self._workload, "log_driver")
        if driver not in {None, "json-file"}:
            self.adapted.append(Adapted(f"it logs to a file, not to {driver}", "no one else is sent its logs"))

    def _dropped(self) -> None:
        """What would act on others, or outlive the run."""
        self.host["RestartPolicy"] = {"Name": "no"}
        if value(self._workload, "restart") not in {None, "no", "never"}:
            self.adapted.append(Adapted("it is not restarted when it ends", "its end is what is observed"))
        if self.plain.pop("Labels", None) or value(self._workload, "labels"):
            self.adapted.append(Adapted("it has none of its labels", "other programs here obey labels"))
        if self._workload.runtime == "kubernetes":
            self.plain["Healthcheck"] = {"Test": ["NONE"]}
        else:
            check = value(self._workload, "healthcheck")
            if check is not None:
                spelt = spell.healthcheck(check)
                self.plain["Healthcheck"] = {name: part for name, part in spelt.items() if part is not None}
