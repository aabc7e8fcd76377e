"""Fixes that take a secret out of the environment of a container.

The value itself is never written anywhere by hardhull: a file, a ``.env`` line or a Secret is made by a person, with
the command that the fix names. That is why each of them needs a proof, and why the old value, put there, brings the
old behaviour back.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING, Final

from hardhull.facts.parts import Grant
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Add, Swap, advise, change
from hardhull.rules.hardening import snippet
from hardhull.rules.secret_files import reads_from_file
from hardhull.text.redaction import ASK
from hardhull.text.secret_names import role_of

if TYPE_CHECKING:
    from hardhull.facts.parts import EnvVar
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field

ROTATE: Final = "make a new value soon, the old one stays in this file's history"
_DEFAULT: Final = lazy(r"\$\{([A-Za-z_]\w*):?-([^${}]*)\}")
"""A variable of Compose with a literal default."""
_SAID_BY_CALLER: Final = frozenset({"shell", "makefile"})
"""Texts around a ``docker run`` whose environment is that of the person who starts them."""


def out_of_environment(workload: Workload, item: Field[EnvVar]) -> Fix:
    """A secret comes from outside of the file; only a person can put its value there."""
    variable = item.value
    elsewhere = item.place.source.path != workload.place.source.path and variable.source == "env_file"
    if elsewhere:
        return _by_hand(workload, variable.name, f"it stands in {item.place.source.path}: keep that file out of git")
    if workload.syntax == "kubernetes":
        return _from_secret(item)
    if workload.syntax == "compose":
        return _of_compose(workload, item)
    if workload.syntax == "docker-run" and workload.runtime != "swarm" and workload.within in _SAID_BY_CALLER:
        return _from_caller(item)
    return _by_hand(workload, variable.name)


def closed(name: str) -> Fix:
    """A switch lets everybody in; nobody can know here which clients log in without a password."""
    return advise(
        f"take {name} out, and give it a password",
        "set the password of the image instead (as a secret), and give it to every client that logs in without one",
    )


def _from_secret(item: Field[EnvVar]) -> Fix:
    name = item.value.name
    return change(
        f"take {name} from a Secret",
        Swap("env", item, item.value._replace(value=None, raw="", source="secret")),
        risk=NEEDS_PROOF,
        mitigation=f"make the Secret first, as said below; with the old value all is as before; {ROTATE}",
    )


def _from_caller(item: Field[EnvVar]) -> Fix:
    name = item.value.name
    return change(
        f"take {name} from the environment of whoever starts it",
        Swap("env", item, item.value._replace(value=None, raw=name, source="host")),
        risk=NEEDS_PROOF,
        mitigation=f"`export {name}=NEW-VALUE` before it is started (with sudo: `sudo --preserve-env={name}`), or the "
        f"container starts without it; with the old value all is as before; {ROTATE}",
    )


# ---- Compose --------------------------------------------------------------------------------------------------------


def _of_compose(workload: Workload, item: Field[EnvVar]) -> Fix:
    variable = item.value
    if variable.source == "default":
        return _without_default(workload, item)
    if reads_from_file(workload, variable.name):
        return _from_file(workload, item)
    name = _own_name(workload, variable.name)
    return _asked_for(item, name, f"${{{name}:?{ASK}}}", f"take {variable.name} from outside of the file")


def _own_name(workload: Workload, name: str) -> str:
    """The variable's own name, or one with the service in front where it means something else elsewhere."""
    plain = re.sub(r"\W", "_", name)
    if plain == name and name.isidentifier() and name not in workload.ambiguous.get(()):
        return name
    return re.sub(r"\W", "_", f"{workload.name}_{plain}").upper().lstrip("0123456789_")


def _without_default(workload: Workload, item: Field[EnvVar]) -> Fix:
    """``${X:-changeme}`` becomes ``${X:?set it in .env}``."""
    raw = item.value.raw
    found = list(_DEFAULT.finditer(raw))
    telling = [one for one in found if role_of(one[1])] if len(found) > 1 else found
    if len(telling) != 1:
        return _by_hand(workload, item.value.name, "which of its defaults is the secret is not clear")
    one = telling[0]
    text = f"{raw[: one.start()]}${{{one[1]}:?{ASK}}}{raw[one.end() :]}"
    return _asked_for(item, one[1], text, f"take the default of {one[1]} away")


def _asked_for(item: Field[EnvVar], name: str, text: str, title: str) -> Fix:
    return change(
        f"{title}: Compose asks for it",
        Swap("env", item, item.value._replace(value=None, raw=text, source="variable")),
        risk=NEEDS_PROOF,
        mitigation=f"put the line `{name}=NEW-VALUE` into .env beside the file (not in git), or Compose does not start "
        f"it; with the old value all is as before; {ROTATE}",
    )


def _from_file(workload: Workload, item: Field[EnvVar]) -> Fix:
    variable = item.value
    low = variable.name.lower()
    if variable.name in workload.ambiguous.get(()):
        low = f"{workload.name}_{low}"
    folder = posixpath.join(posixpath.dirname(workload.place.source.path), "secrets")
    target = f"/run/secrets/{low}"
    path = variable._replace(name=f"{variable.name}_FILE", value=target, raw=target, source="literal")
    where, file = shlex.quote(folder), shlex.quote(f"{folder}/{low}")
    return change(
        f"give it {variable.name} as a secret in a file",
        Swap("env", item, path),
        Add("secrets", Grant(low, target, f"{folder}/{low}")),
        risk=NEEDS_PROOF,
        mitigation=f"make the file first: `mkdir -pm 700 {where} && echo '*' >{where}/.gitignore && "
        f"openssl rand -hex 24 >{file}` (name the folder in .dockerignore, too); a database that has its data keeps "
        f"its password until it is changed there: with the old value in the file all is as before; {ROTATE}",
        basis="the image's entrypoint reads it",
    )


# ---- by hand --------------------------------------------------------------------------------------------------------


def _by_hand(workload: Workload, name: str, why: str = "") -> Fix:
    low = name.lower().replace("_", "-")
    text = snippet(
        workload,
        compose=f"""environment:
  {name}_FILE: /run/secrets/{low}   # images that know no _FILE: let the entrypoint read the file
secrets: [{low}]

# at the top level
secrets:
  {low}:
    file: ./secrets/{low}   # not in git""",
        kubernetes=f"""- name: {name}
  valueFrom:
    secretKeyRef: {{name: {low}, key: value}}
# kubectl create secret generic {low} --from-file=value=./{low}""",
        swarm=f"docker secret create {low} ./{low}; then --secret {low} and --env {name}_FILE=/run/secrets/{low}",
        podman=f"podman secret create {low} ./{low}; then --secret {low},type=env,target={name}",
        docker=f"--env {name}_FILE=/run/secrets/{low} --volume ./secrets/{low}:/run/secrets/{low}:ro",
    )
    title = f"give it {name} as a secret, and make a new value: the old one is in this file's history"
    return advise(title, f"{why}\n{text}" if why else text)
