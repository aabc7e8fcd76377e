"""Packages of a language are installed without a version.

What it checks: `pip install`, `npm install -g`, `gem install`, `go install` and `cargo install` of packages that name
no version. Requirement and lock files, local paths and pip's own tools are left out, and packages of the distribution
too, whose servers keep no old versions.

Why it matters: each build takes what was published last, also what a hijacked account published this morning.

How to fix: name the version (`pip install requests==2.32.3`), or install from a lock file with hashes (`pip install
--require-hashes -r requirements.txt`, `npm ci`).

When it is fine: tools that only a stage uses which is left behind, and whose output is tested.

References: https://pip.pypa.io/en/stable/topics/secure-installs/
https://docs.npmjs.com/cli/commands/npm-ci
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.installs import SYSTEM, Install, installed
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

SUSPECT = (
    lazy(r"pip[23]?\s+(?:-\S+\s+){0,4}install\s"), lazy(r"npm\s[^;&|]{0,60}?\s(?:-g|--global)\b"),
    lazy(r"gem\s+i(?:nstall)?\s"), lazy(r"go\s+install\s"), lazy(r"cargo\s+install\s"),
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""
LOCAL = lazy(r"[./~]|\$|.*(?:/|://|\.whl|\.tar\.gz|\.zip|\.gem|\.tgz)|git\+|file:|[<>|]")
PINNING = {
    "pip": frozenset({"--require-hashes"}),
    "npm": frozenset[str](),
    "gem": frozenset({"-v", "--version"}),
    "go": frozenset[str](),
    "cargo": frozenset({"--version", "--vers", "--git", "--path"}),
}
PINNED = {
    "pip": "pip install {name}==VERSION, or a requirements file with hashes: pip install --require-hashes -r FILE",
    "npm": "npm install -g {name}@VERSION",
    "gem": "gem install {name} --version VERSION",
    "go": "go install {name}@vVERSION",
    "cargo": "cargo install {name} --version VERSION --locked",
}
OWN_TOOLS = frozenset({"pip", "setuptools", "wheel", "npm", "bundler"})


@rule(
    "HH-SRC-038",
    "unpinned-packages",
    dimension=SOURCE,
    severity=LOW,
    also=["hadolint:DL3013", "hadolint:DL3016", "hadolint:DL3028", "hadolint:DL3062"],
    by_hand="which version works has to be looked up and tested",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such package of every command."""
    for call in calls(recipe, SUSPECT):
        found = installed(call.texts)
        if found is None or found.manager in SYSTEM:
            continue
        pinned = _pinned(call, found)
        loose = [] if pinned else [at for at in found.at if call.sure(at) and _loose(found, call.texts[at])]
        if loose:
            name = call.texts[loose[0]]
            more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
            yield call.finding(
                f"{call.where} installs whatever version of {name}{more} was published last",
                at=loose[0],
                label="no version",
                value=f"{found.manager} {name}",
                fix=advise(
                    f"name the version of {name}", PINNED[found.manager].format(name=name.removesuffix("@latest"))
                ),
            )


def _pinned(call: Call, found: Install) -> bool:
    """Whether an option says the version for all packages."""
    if found.manager == "npm" and not found.everywhere:
        return True  # a project's own: package.json and its lock file say the versions
    options = {text.partition("=")[0] for text in call.texts if text.startswith("-")}
    return bool(options & PINNING[found.manager])


def _loose(found: Install, name: str) -> bool:
    """Whether a package names no version."""
    if name in OWN_TOOLS:
        return False
    if found.manager == "pip":
        return not LOCAL.match(name) and not re.search(r"[=<>~!@]", name)
    if found.manager == "npm":
        return not LOCAL.match(name.removeprefix("@").replace("/", "-", 1)) and "@" not in name[1:]
    if found.manager == "go":
        return name.endswith("@latest")
    return not LOCAL.match(name) and ":" not in name and "@" not in name


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM python:3.13.1-slim
RUN pip install --no-cache-dir -r requirements.txt gunicorn flask==3.1.0  #! HH-SRC-038
RUN npm install -g pnpm  #! HH-SRC-038
RUN go install golang.org/x/tools/gopls@latest  #! HH-SRC-038
""",
        good="""
FROM python:3.13.1-slim
RUN pip install --no-cache-dir -r requirements.txt gunicorn==23.0.0 flask==3.1.0
RUN npm install -g pnpm@9.15.0 && npm install
RUN go install golang.org/x/tools/gopls@v0.17.1
""",
    ),
]
