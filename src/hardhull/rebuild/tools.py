"""What package managers are told: which one an image's package is upgraded by, and the command for it.

Names, versions and paths of an image are strangers' text, and become words of a command: each has to be one.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hardhull.model.package import Package


class Order(NamedTuple):
    """One call of a package manager.

    Attributes:
        tool: a key of :data:`TOOLS`.
        place: of pip the Python, of npm the project's folder, as absolute paths; empty for npm's global packages and
            for the managers of distributions.
        words: packages: their names, of languages with ``==`` or ``@`` and the version, of apk with ``>=``.
    """

    tool: str
    place: str
    words: tuple[str, ...]


class Tool(NamedTuple):
    """How a package manager is called.

    Attributes:
        programs: where it is; one of them is enough. Nothing where the place says it.
        word: what its words look like.
        command: with ``{place}`` and ``{words}``.
    """

    programs: tuple[str, ...]
    word: re.Pattern[str]
    command: str


PLACE: Final = re.compile(r"(?:/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)+")
APT_COMMAND: Final = (
    "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --only-upgrade {words}"
    " && apt-get clean && rm -rf /var/lib/apt/lists/*"
)
"""What is installed already gets newer; nothing new comes but what its newer version depends on."""
NO_DEVELOPMENT: Final = (
    """$(node -p 'const f=require("fs"),d=f.existsSync("package.json")?JSON.parse(f.readFileSync("package.json"))"""
    """.devDependencies||{}:{};Object.keys(d).some(n=>f.existsSync("node_modules/"+n))?"":"--omit=dev"')"""
)
"""npm looks at the whole tree: packages for development come only where some are."""
RPM_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9+._-]{0,127}")
NPM_NAME: Final = r"(?:@[a-z0-9~_][a-z0-9~._-]*/)?[a-z0-9~_][A-Za-z0-9~._-]*"
PYPI_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION: Final = r"[0-9][A-Za-z0-9.+!~_-]*"
TOOLS: Final[Mapping[str, Tool]] = {
    "apt-get": Tool(("usr/bin/apt-get",), re.compile(r"[a-z0-9][a-z0-9+.-]{1,127}"), APT_COMMAND),
    "dnf": Tool(("usr/bin/dnf",), RPM_NAME, "dnf upgrade -y --setopt=install_weak_deps=False {words} && dnf clean all"),
    "microdnf": Tool(("usr/bin/microdnf",), RPM_NAME, "microdnf update -y {words} && microdnf clean all"),
    "yum": Tool(("usr/bin/yum",), RPM_NAME, "yum update -y {words} && yum clean all"),
    "zypper": Tool(
        ("usr/bin/zypper",), RPM_NAME,
        "zypper --non-interactive refresh && zypper --non-interactive update --no-recommends {words}"
        " && zypper clean --all",
    ),
    "apk": Tool(
        ("sbin/apk", "usr/sbin/apk", "usr/bin/apk"), re.compile(rf"[a-z0-9_][A-Za-z0-9+._-]{{0,127}}>={VERSION}"),
        "apk add --no-cache --upgrade {words}",
    ),
    "pip": Tool(
        (), re.compile(rf"{PYPI_NAME}=={VERSION}"),
        "PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore {place} -m pip install"
        " --no-cache-dir {words}",
    ),
    "npm": Tool(
        ("usr/local/bin/npm", "usr/bin/npm"), re.compile(rf"{NPM_NAME}@{VERSION}"),
        f"cd {{place}} && npm install --no-save --no-audit --no-fund {NO_DEVELOPMENT} {{words}}"
        " && npm cache clean --force",
    ),
    "npm-global": Tool(
        ("usr/local/bin/npm", "usr/bin/npm"), re.compile(rf"{NPM_NAME}@{VERSION}"),
        "npm install --global --no-audit --no-fund {words} && npm cache clean --force",
    ),
}  # fmt: skip
OF_ECOSYSTEMS: Final = {"deb": ("apt-get",), "rpm": ("dnf", "microdnf", "yum", "zypper"), "apk": ("apk",)}
"""Which managers a distribution's package may be upgraded by: the first one that the image has."""
PYTHON: Final = re.compile(
    r"(?P<prefix>(?:[^/]+/)*)lib/(?P<python>python3(?:\.\d+)?)/site-packages/[^/]+\.(?:dist|egg)-info/(?:METADATA|PKG-INFO)"
)
NODE: Final = re.compile(r"(?P<root>(?:[^/]+/)*?)node_modules/(?:@[^/]+/)?[^/]+/package\.json")
GLOBAL: Final = frozenset({"usr/lib/", "usr/local/lib/"})


def command(order: Order) -> str:
    """The shell's line.

    Raises:
        ValueError: one of its words is none.
    """
    tool = TOOLS.get(order.tool)
    if tool is None or not order.words or not all(tool.word.fullmatch(word) for word in order.words):
        raise ValueError(order)
    if ("{place}" in tool.command) != bool(order.place) or (order.place and not PLACE.fullmatch(order.place)):
        raise ValueError(order)
    words = " ".join(map(shlex.quote, order.words))
    return tool.command.replace("{place}", order.place).replace("{words}", words)


def orders_for(package: Package, fixed: str, has: Callable[[str], bool]) -> tuple[Order, ...] | str:
    """How a package is upgraded, in all its places; or why not, as a sentence part.

    Args:
        package: of an image.
        fixed: the version that it shall have at least.
        has: whether the image shows a path, without a slash in front.
    """
    if package.ecosystem in OF_ECOSYSTEMS:
        found: list[Order] | str = _of_distribution(package, fixed, has)
    elif package.owner:
        return f"it is a part of {package.owner}, and ends with a newer one of that"
    elif package.ecosystem == "pypi":
        found = _of_python(package, fixed, has)
    elif package.ecosystem == "npm":
        found = _of_node(package, fixed, has)
    else:
        return (
            f"packages of {package.ecosystem} are not upgraded here: raise it where your project names its version,"
            " and build again"
        )
    if isinstance(found, str):
        return found
    try:
        for one in found:
            command(one)
    except ValueError:
        return "its name, its version or its place is none"
    return tuple(found)


def _of_distribution(package: Package, fixed: str, has: Callable[[str], bool]) -> list[Order] | str:
    names = OF_ECOSYSTEMS[package.ecosystem]
    tool = next((name for name in names if any(map(has, TOOLS[name].programs))), None)
    if tool is None:
        return (
            f"the image has no {', '.join(names[:-1])}{' or ' * (len(names) > 1)}{names[-1]}: build it on a newer base"
        )
    return [Order(tool, "", (f"{package.name}>={fixed}" if tool == "apk" else package.name,))]


def _of_python(package: Package, fixed: str, has: Callable[[str], bool]) -> list[Order] | str:
    found = []
    for path in package.paths:
        place = PYTHON.fullmatch(path)
        if place is None:
            return f"{path} is in no folder of packages that pip has installed: raise it where your project names it"
        program = f"{place['prefix']}bin/{place['python']}"
        if not has(program) or not has(f"{place['prefix']}lib/{place['python']}/site-packages/pip/__main__.py"):
            return f"/{program} has no pip: raise it where your project names its version, and build again"
        found.append(Order("pip", f"/{program}", (f"{package.name}=={fixed}",)))
    return found


def _of_node(package: Package, fixed: str, has: Callable[[str], bool]) -> list[Order] | str:
    found = []
    for path in package.paths:
        place = NODE.fullmatch(path)
        if (
            place is None
            or "node_modules/" in place["root"]
            or not path.endswith(f"node_modules/{package.name}/package.json")
        ):
            return f"{path.rpartition('/')[0]} is another package's own copy, and ends with a newer one of that"
        if not any(map(has, TOOLS["npm"].programs)):
            return "the image has no npm: raise it where your project names its version, and build again"
        if place["root"] in GLOBAL:
            found.append(Order("npm-global", "", (f"{package.name}@{fixed}",)))
        else:
            found.append(Order("npm", f"/{place['root']}".rstrip("/"), (f"{package.name}@{fixed}",)))
    return found


def together(orders: Iterable[Order]) -> tuple[Order, ...]:
    """One order for each manager and place, the distribution's first."""
    groups: dict[tuple[str, str], set[str]] = {}
    for one in orders:
        groups.setdefault((one.tool, one.place), set()).update(one.words)
    rank = list(TOOLS)
    return tuple(
        Order(tool, place, tuple(sorted(words)))
        for (tool, place), words in sorted(groups.items(), key=lambda row: (rank.index(row[0][0]), row[0][1]))
    )
