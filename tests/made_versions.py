"""Pairs of versions as their ecosystems write them, valid and near to each other, from a source of chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


def number(chance: random.Random) -> str:
    return chance.choice(["0", "1", "2", "9", "10", "11", "19", "20", "100", "2024", "20240101"])


def numbers(chance: random.Random, most: int) -> str:
    return ".".join(number(chance) for _ in range(chance.randint(1, most)))


def debian(chance: random.Random) -> str:
    text = number(chance) + "".join(chance.choice("0123456789abzAZ.+~") for _ in range(chance.randint(0, 5)))
    tail = [
        "",
        "",
        "",
        "-1",
        "-0",
        "-2+b1",
        "-1+deb12u1",
        "-1~deb12u1",
        "-1~bpo11+1",
        "+dfsg-3",
        "~rc1-1",
        "-1ubuntu0.2",
    ]
    return chance.choice(["", "", "", "0:", "1:", "2:"]) + text + chance.choice(tail)


def alpine(chance: random.Random) -> str:
    part = ["0", "1", "2", "09", "9", "10", "010", "00"]
    text = ".".join([number(chance), *(chance.choice(part) for _ in range(chance.randint(0, 3)))])
    text += chance.choice(["", "", "", "a", "b", "z"])
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
        text += "_" + chance.choice(["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"])
        text += chance.choice(["", "1", "2", "20240101"])
    return text + chance.choice(["", "", "~ab12", "~f"]) + chance.choice(["", "-r0", "-r1", "-r10"])


def rpm(chance: random.Random) -> str:
    text = number(chance) + "".join(chance.choice("0129abzAZ..+_~^") for _ in range(chance.randint(0, 6)))
    release = ["", "-1", "-1.el8", "-1.el8_5.1", "-2.fc40", "-0.1.rc1", "-1~1", "-1^20240101"]
    return chance.choice(["", "", "0:", "1:"]) + text + chance.choice(release)


def pep440(chance: random.Random) -> str:
    text = chance.choice(["", "", "", "v", "1!"]) + numbers(chance, 4)
    text += chance.choice(["", "", "", "a1", "b2", "rc1", ".rc2", "-alpha", "_beta3", "c4", "pre1"])
    text += chance.choice(["", "", "", ".post1", "-1", "post", "-r4"]) + chance.choice(
        ["", "", ".dev1", ".dev0", "dev"]
    )
    return text + chance.choice(["", "", "+local", "+ubuntu.1", "+1"])


def semver(chance: random.Random) -> str:
    text = ".".join(number(chance) for _ in range(3))
    if chance.random() < 0.5:
        names = ["alpha", "beta", "rc", "0", "1", "11", "a-b", "x1", "1a", "-", "A", "20240101"]
        text += "-" + ".".join(chance.choice(names) for _ in range(chance.randint(1, 3)))
    return text + chance.choice(["", "", "", "+build.1", "+001"])


def golang(chance: random.Random) -> str:
    pseudo = ["-0.20240101000000-abcdefabcdef", "-0.20230101000000-0123456789ab", "-rc.1.0.20240101000000-abcdefabcdef"]
    tail = ["+incompatible", *pseudo] if chance.random() < 0.3 else [""]
    return f"v{semver(chance).partition('+')[0] if tail == [''] else '.'.join(number(chance) for _ in range(3))}{chance.choice(tail)}"


def maven(chance: random.Random) -> str:
    text = number(chance)
    for _ in range(chance.randint(0, 4)):
        word = [
            "alpha",
            "beta",
            "m1",
            "a1",
            "b2",
            "rc",
            "cr1",
            "snapshot",
            "ga",
            "final",
            "release",
            "sp",
            "sp1",
            "jre8",
            "x",
            "RC2",
            "Final",
        ]
        text += chance.choice([".", ".", "-", "-", ""]) + chance.choice(
            [number(chance), number(chance), chance.choice(word)]
        )
    return text + chance.choice(["", "", "", ".0", "-", "-SNAPSHOT", ".RELEASE", ".v20240101"])


def rubygems(chance: random.Random) -> str:
    text = number(chance)
    for _ in range(chance.randint(0, 4)):
        text += "." + chance.choice([number(chance), number(chance), "a", "b1", "rc", "pre", "rc2", "A"])
    return text + chance.choice(["", "", "", "-x86", "-1", "-java.1"])


def packagist(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(["2010.01.02", "20100102", "2010-01-02", "2010-01-02.5", "2010.1.555", "v20100102"])
    text = chance.choice(["1", "2", "v9", "v10", "2024"]) + chance.choice(["", f".{numbers(chance, 3)}"])
    text += chance.choice(
        ["", "", "-beta", "-beta.2", "RC1", "-RC3", "a1", ".alpha2", "-p1", "pl2", "-patch.3", "-stable", "b5"]
    )
    return text + chance.choice(["", "", "", "-dev", "+build.5", "@dev"])


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "Debian": debian,
    "Alpine": alpine,
    "Rocky Linux": rpm,
    "PyPI": pep440,
    "npm": semver,
    "Go": golang,
    "Maven": maven,
    "RubyGems": rubygems,
    "Packagist": packagist,
}


def paired(make: Callable[[random.Random], str]) -> Callable[[random.Random], tuple[str, str]]:
    """Two versions; half of the time the second is the first with little changed, as near ones are the hard ones."""

    def pair(chance: random.Random) -> tuple[str, str]:
        one, other = make(chance), make(chance)
        if chance.random() < 0.5:
            at, cut = chance.randint(0, len(one)), chance.randint(0, len(other))
            other = one[:at] + other[cut:] or other
        return one, other

    return pair


GENERATORS = {ecosystem: paired(make) for ecosystem, make in MAKERS.items()}
