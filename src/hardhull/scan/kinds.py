"""Which reader a file is for: by its name where the name decides, else by a look at its bytes."""

from __future__ import annotations

import re
from functools import cache

from hardhull.model.lazy import lazy

DOCKERFILE = lazy(r"^(?:.*[.\-_])?(?:dockerfile|containerfile)(?:[.\-_].*)?$", re.IGNORECASE)
NOT_DOCKERFILE = lazy(
    r"\.(?:dockerignore|containerignore|md|rst|html?|py|go|js|mjs|ts|tsx|jsx|java|kt|rb|rs|c|cc|cpp|h|hs|ex|exs|php|swift|lua|vim|el"
    r"|ya?ml|json|toml|lock|sum|sha256|sig|asc|patch|diff|orig|bak|swp|png|svg|txt|log|snap|golden|tpl|tmpl|sh|bash|ps1|bat|csv)$",
    re.IGNORECASE,
)
TEMPLATE = lazy(r"\.(?:j2|jinja2?|erb|tmpl|tpl|gotmpl|template|mustache|hbs|ejs|in|m4)$", re.IGNORECASE)
COMPOSE = lazy(
    r"^(?:docker-|podman-|container-)?compose(?:[.\-_].*)?\.ya?ml$|^.*[.\-_](?:docker-)?compose\.ya?ml$", re.IGNORECASE
)
GITLAB = lazy(r"^\.gitlab-ci(?:[.\-_].*)?\.ya?ml$|^.*\.gitlab-ci\.ya?ml$", re.IGNORECASE)
UNIT = lazy(r"\.(?:service|socket|timer)(?:\.d/[^/]*\.conf)?$")
QUADLET = lazy(r"\.container(?:\.d/[^/]*\.conf)?$")
MAKEFILE = lazy(r"^(?:gnu)?makefile(?:[.\-_].*)?$|\.mk$", re.IGNORECASE)
SHELL = lazy(
    r"\.(?:sh|bash|ksh|zsh|dash|bats)(?:\.example|\.sample)?$|^\.(?:bash|zsh)rc$|^\.profile$|\.(?:bash|sh)_aliases$"
)
ENVIRONMENT = frozenset({"docker"})
"""``/etc/default/docker`` and ``/etc/sysconfig/docker``: the dockerd options of old packages."""

KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})
BY_EXTENSION = frozenset({"yml", "yaml", "json", "md", "markdown", "rules", "conf"})

KEPT = lazy(r"^hardhull/(?:profiles/(?P<profile>[^/]+\.json)$|proofs/(?P<proof>[^/]+/proof\.json$)?)")
"""What we keep beside the tree: profiles, proofs, and the rest of a proof (how to replay it), which nobody deploys."""

LIVE = lazy(rb'^\s*\{\s*"schema"\s*:\s*"hardhull-facts/')
"""A document of facts: how a machine was, for whoever judges it elsewhere."""
IMAGE = lazy(rb'^\s*\{\s*"schema"\s*:\s*"hardhull-image/')
"""A document about a built image."""
SERVICES_KEY = lazy(rb"^(?:\xef\xbb\xbf)?[\"']?services[\"']?[ \t]*:[ \t]*(?:#.*)?\r?$", re.MULTILINE)
FLOW_SERVICES = lazy(rb"^\s*\{[^}]*[\"']?services[\"']?\s*:", re.DOTALL)
IMAGE_OR_BUILD = lazy(rb"^[ \t{,-]*[\"']?(?:image|build|extends)[\"']?[ \t]*:", re.MULTILINE)
API_VERSION = lazy(rb"^[ \t]*[\"']?apiVersion[\"']?[ \t]*:", re.MULTILINE)
KIND = lazy(rb"^[ \t]*[\"']?kind[\"']?[ \t]*:", re.MULTILINE)
RUN_WORD = lazy(
    rb"\b(?:docker|podman|nerdctl|dockerd|buildah|skopeo|kaniko|cosign|notation|trivy|grype|snyk|dockle|kube-bench)\b"
    rb"|\b(?:DOCKER|PODMAN)_?\w*\b"
)
"""Programs that have to do with images and containers; scripts without any are not read."""
AUDIT_RULE = lazy(rb"^[ \t]*-(?:w|a)[ \t]+\S", re.MULTILINE)
SHEBANG_SHELL = lazy(rb"^#![ \t]*\S*(?:/|env[ \t]+(?:-S[ \t]+)?)(?:ba|da|k|z|a)?sh\b")


@cache
def is_dockerfile(name: str) -> bool:
    """Whether a file of this name is a Dockerfile or Containerfile, as Docker, Podman and people name them."""
    return bool(DOCKERFILE.match(name)) and not NOT_DOCKERFILE.search(name)


def wanted(path: str) -> bool:
    """Whether the name is reason enough to open the file. ``path`` has ``/`` as separator."""
    name = path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return (
        extension in BY_EXTENSION
        or not extension
        or is_dockerfile(name)
        or bool(SHELL.search(name) or UNIT.search(path) or QUADLET.search(path) or MAKEFILE.search(name))
        or "/.githooks/" in path
    )


def kinds_of(path: str, data: bytes) -> tuple[str, ...]:
    """The readers that should see this file; empty where there is nothing in it for us.

    The kinds: ``dockerfile``, ``dockerfile-template``, ``compose``, ``kubernetes``, ``kustomization``, ``chart``,
    ``workflow``, ``gitlab``, ``unit``, ``quadlet``, ``makefile``, ``shell``, ``markdown``, ``daemon.json``,
    ``dockerd-options``, ``seccomp``, ``engine-api``, ``auditd``, ``live``, ``image``, ``profile``,
    ``proof``.
    """
    if path.startswith("hardhull/"):
        kept = KEPT.match(path)
        if kept is not None:
            return ("profile",) if kept["profile"] else ("proof",) if kept["proof"] else ()
    name = path.rpartition("/")[2]
    lower = name.lower()
    if is_dockerfile(name):
        return ("dockerfile-template",) if TEMPLATE.search(name) else ("dockerfile",)
    if lower.endswith((".yml", ".yaml")):
        return _yaml(path, name, data)
    if lower.endswith(".json"):
        return _json(lower, data)
    if lower.endswith((".md", ".markdown")):
        return ("markdown",) if RUN_WORD.search(data) else ()
    if QUADLET.search(path):
        return ("quadlet",)
    if UNIT.search(path):
        return ("unit",) if RUN_WORD.search(data) else ()
    if MAKEFILE.search(name):
        return ("makefile",) if RUN_WORD.search(data) else ()
    if lower.endswith(".rules"):
        return ("auditd",) if AUDIT_RULE.search(data) and b"docker" in data else ()
    if name in ENVIRONMENT and ("/default/" in f"/{path}" or "/sysconfig/" in f"/{path}"):
        return ("dockerd-options",)
    if SHELL.search(name) or SHEBANG_SHELL.match(data):
        return ("shell",) if RUN_WORD.search(data) else ()
    return ()


def _yaml(path: str, name: str, data: bytes) -> tuple[str, ...]:
    if "/.github/workflows/" in f"/{path}" or name in {"action.yml", "action.yaml"}:
        return ("workflow",)
    if "/.forgejo/workflows/" in f"/{path}" or "/.gitea/workflows/" in f"/{path}":
        return ("workflow",)
    if GITLAB.match(name):
        return ("gitlab",)
    if name in KUSTOMIZATIONS:
        return ("kustomization",)
    if name == "Chart.yaml":
        return ("chart",)
    if API_VERSION.search(data) and KIND.search(data):
        return ("kubernetes",)
    services = SERVICES_KEY.search(data) or FLOW_SERVICES.match(data)
    if COMPOSE.match(name) or (services and IMAGE_OR_BUILD.search(data)):
        return ("compose",)
    return ()


def _json(lower: str, data: bytes) -> tuple[str, ...]:
    if lower == "daemon.json" or lower.endswith((".daemon.json", "-daemon.json")):
        return ("daemon.json",)
    if b'"defaultAction"' in data and (b'"syscalls"' in data or b'"architectures"' in data or b'"archMap"' in data):
        return ("seccomp",)
    if LIVE.search(data):
        return ("live",)
    if IMAGE.search(data):
        return ("image",)
    if b'"HostConfig"' in data:
        return ("engine-api",)
    if b'"apiVersion"' in data and b'"kind"' in data:
        return ("kubernetes",)
    return ()


def kinds_of_stream(data: bytes) -> tuple[str, ...]:
    """The readers for standard input, which has no name."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return _json("-", data) or (("daemon.json",) if head.startswith(b"{") else ())
    if API_VERSION.search(data) and KIND.search(data):
        return ("kubernetes",)
    if SERVICES_KEY.search(data):
        return ("compose",)
    if re.search(rb"^[ \t]*FROM[ \t]+\S", data, re.MULTILINE | re.IGNORECASE):
        return ("dockerfile",)
    if AUDIT_RULE.search(data):
        return ("auditd",)
    return ("shell",) if RUN_WORD.search(data) else ()
