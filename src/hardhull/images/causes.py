"""Why a file of an image could be spared, as its path and the package that owns it tell."""

from __future__ import annotations

import re
from typing import Final

from hardhull.model.measured import CACHE, TOOLS

KEPT: Final = re.compile(
    r"^(?:var/cache/(?:apt|apk|dnf|yum|zypp|libdnf5|pacman/pkg)/|var/lib/apt/lists/|opt/conda/pkgs/"
    r"|usr/local/share/\.cache/(?:yarn|pip)/|usr/local/(?:bundle/cache|cargo/registry)/)"
    r"|(?:^|/)(?:\.cache/(?:pip|uv|pypoetry|pipenv|yarn|go-build|composer|deno|bun|node-gyp|bazel)/"
    r"|\.npm/_(?:cacache|npx)/|\.local/share/pnpm/store/|\.pnpm-store/|\.m2/repository/|\.gradle/caches/"
    r"|\.cargo/registry/|\.composer/cache/|\.conda/pkgs/|\.ivy2/cache/|go/pkg/mod/|\.bun/install/cache/)"
)
"""Where package managers keep what they installed from, by their own documentation of their caches."""
TOOL_PATHS: Final = re.compile(r"^usr/local/(?:go/|rustup/|cargo/bin/)|^usr/(?:local/)?lib(?:exec)?/gcc/")
"""Tool chains that no package of a distribution owns: where the images of Go, Rust and GCC have them."""
TOOL_PACKAGES: Final = re.compile(
    r"(?:gcc|g\+\+|cpp|clang|llvm|tcc|gfortran|gdc|gnat|lld|binutils|make|cmake|ninja-build|automake|autoconf|autotools-dev"
    r"|build-essential|build-base|alpine-sdk|golang|golang-go|go|cargo|rust|rustc|maven|gradle|ghc|nasm|bison|flex|dpkg-dev"
    r"|patch|pkgconf?|pkg-config|linux-headers|kernel-headers|glibc-devel|musl-dev|libc6?-dev|fakeroot|libtool|m4"
    r"|(?:default|openjdk-?\d+)-jdk(?:-headless)?|java-[\d.]+-openjdk-devel)(?:-[\w.+-]+)?|[\w.+-]+-(?:dev|devel|dev-bin)"
)
"""Packages of distributions that only builds need; as HH-BLD-005 looks for them in Dockerfiles, with their parts."""
NOT_TOOLS: Final = re.compile(r"(?:gcc-\d+-base|make-guile|cpp-httplib|go-md2man|flex-.*|patch-.*|m4-.*)$")
"""Packages named alike that programs need at run time."""


def of_folder(folder: str) -> str:
    """The cause that a folder alone tells, for all files below it; empty for most."""
    path = f"{folder}/"
    if TOOL_PATHS.match(path):
        return TOOLS
    return CACHE if KEPT.search(path) else ""


def is_tool(package: str) -> bool:
    """Whether only builds need a package of a distribution."""
    return TOOL_PACKAGES.fullmatch(package) is not None and NOT_TOOLS.fullmatch(package) is None
