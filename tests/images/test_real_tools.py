"""Packages that the real tools of their ecosystems installed are found at the versions that these tools tell."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import zstandard

from docker_registry import skip_without
from hardhull.images.cache import Cache
from hardhull.images.inventory import Inventory, inventory
from hardhull.images.packages import Packages
from hardhull.images.targets import parsed, read_target
from made_images import layer, of_folder, saved

DATA = Path(__file__).parent / "data"


def scanned(folder: Path, *layers: bytes) -> Inventory:
    """The packages of an image of these layers; of the folder ``root`` where there are none."""
    path = folder / "image.tar"
    path.write_bytes(saved(layers or [of_folder(folder / "root")]))
    target = parsed(f"docker-archive:{path}")
    assert target is not None
    found = inventory(read_target(target, [Packages()], Cache(None)))
    assert not found.gaps
    return found


def names(found: Inventory, ecosystem: str) -> set[tuple[str, str]]:
    return {(one.name, one.version) for one in found.packages if one.ecosystem == ecosystem}


def run(*words: str | Path, cwd: Path | None = None, **env: str) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-2000:]
    return done.stdout


def recorded(name: str) -> bytes:
    data = (DATA / name).read_bytes()
    return zstandard.ZstdDecompressor().decompress(data) if name.endswith(".zst") else data


def test_dpkg(tmp_path: Path) -> None:
    skip_without("dpkg", "dpkg-deb", "dpkg-query")
    root, admin = tmp_path / "root", tmp_path / "root/var/lib/dpkg"
    for folder in ("info", "updates", "triggers"):
        (admin / folder).mkdir(parents=True)
    (admin / "status").touch()
    for name, version, source in (
        ("hh-one", "2:1.0~rc1-1+b1", "hh-src (2:1.0~rc1-1)"),
        ("python3-hhpy", "0.5-1", "hhpy"),
        ("hh-gone", "1", "hh-gone"),
    ):
        made = tmp_path / name
        info = made / "usr/lib/python3/dist-packages/hhpy-0.5.egg-info/PKG-INFO"
        info.parent.mkdir(parents=True)
        (made / "usr/share" / name).mkdir(parents=True)
        (made / "usr/share" / name / "text").write_text(name)
        if name == "python3-hhpy":
            info.write_text("Metadata-Version: 1.0\nName: hhpy\nVersion: 0.5\n")
        control = made / "DEBIAN/control"
        control.parent.mkdir()
        control.write_text(
            f"Package: {name}\nVersion: {version}\nSource: {source}\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n"
        )
        run("dpkg-deb", "--build", "--root-owner-group", made, tmp_path / f"{name}.deb")
        run("dpkg", f"--root={root}", "--force-not-root", "--force-depends", "-i", tmp_path / f"{name}.deb")
    run("dpkg", f"--root={root}", "-r", "hh-gone")
    told = run("dpkg-query", f"--admindir={admin}", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n")
    truth = {tuple(line.split()[:2]) for line in told.splitlines() if line.endswith(" installed")}
    found = scanned(tmp_path)
    assert names(found, "deb") == truth
    assert len(truth) == 2
    (one,) = [each for each in found.packages if each.name == "hh-one"]
    assert (one.source, one.source_version, one.arch) == ("hh-src", "2:1.0~rc1-1", "all")
    assert not names(found, "pypi")
    assert [(each.name, each.owner) for each in found.owned] == [("hhpy", "python3-hhpy 0.5-1")]


def wheel(folder: Path, name: str, version: str, **files: str) -> Path:
    """A wheel, as the specification has it; pip checks it and writes its RECORD anew."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    content = {
        f"{name}/__init__.py": "",
        **{key.replace("__", "/"): text for key, text in files.items()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{key},,\n" for key in [*content, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as opened:
        for key, text in {**content, f"{info}/RECORD": record}.items():
            opened.writestr(key, text)
    return path


def test_pip(tmp_path: Path) -> None:
    import importlib.util

    if importlib.util.find_spec("pip") is None:
        pytest.skip("this Python has no pip")
    inner = {"hhvendor___vendor__inner-9.dist-info__METADATA": "Name: inner\nVersion: 9\n"}
    wheels = [wheel(tmp_path, "Hh_Flask", "3.0.3"), wheel(tmp_path, "hhvendor", "1!2.0.post1", **inner)]
    target = tmp_path / "root/usr/lib/python3.11/site-packages"
    pip = (sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check")
    run(*pip, "install", "-q", "--no-index", "--no-deps", "--no-compile", "--target", target, *wheels)
    truth = json.loads(run(*pip, "list", "--format", "json", "--path", target))
    found = scanned(tmp_path)
    own = {(one.name, one.version) for one in found.packages if one.ecosystem == "pypi" and not one.owner}
    assert own == {(row["name"], row["version"]) for row in truth}
    assert len(own) == 2
    assert [(one.name, one.owner) for one in found.packages if one.owner] == [("inner", "hhvendor 1!2.0.post1")]
    assert "pkg:pypi/hh-flask@3.0.3" in {one.purl for one in found.packages}


def test_npm(tmp_path: Path) -> None:
    skip_without("npm")
    app = tmp_path / "root/app"
    app.mkdir(parents=True)
    made = (("hh-left", "1.0.0"), ("hh-right", "1.0.0"), ("@hh/scoped", "3.1.0-beta.2"), ("hh-right", "2.0.0"))
    packed = {}
    for name, version in made:
        folder = tmp_path / "packages" / f"{name}-{version}"
        fixture = folder / "test/fixtures/node_modules/not-installed/package.json"
        fixture.parent.mkdir(parents=True)
        fixture.write_text('{"name": "not-installed", "version": "6.6.6"}')
        (folder / "package.json").write_text(json.dumps({"name": name, "version": version}))
        packed[f"{name} {version}"] = run("npm", "pack", folder, "--silent", cwd=tmp_path).strip()
    (app / "package.json").write_text('{"name": "app", "version": "1.0.0"}')
    tars = [tmp_path / one for one in packed.values() if "right-2" not in one]
    run("npm", "install", "--offline", "--no-audit", "--no-fund", *tars, cwd=app)
    run("npm", "install", "--offline", "--no-audit", "--no-fund", f"old@{tmp_path / packed['hh-right 2.0.0']}", cwd=app)
    rows = json.loads(run("npm", "ls", "--all", "--json", "--long", cwd=app))["dependencies"].values()
    truth = {(row["name"], row["version"]) for row in rows}
    assert len(truth) == 4
    assert names(scanned(tmp_path), "npm") == truth


def test_go(tmp_path: Path) -> None:
    skip_without("go")
    proxy = tmp_path / "proxy"
    for version in ("v1.2.3", "v1.4.0"):
        served = proxy / "example.com/hh/lib/@v"
        served.mkdir(parents=True, exist_ok=True)
        (served / f"{version}.info").write_text(json.dumps({"Version": version}))
        (served / f"{version}.mod").write_text("module example.com/hh/lib\n")
        with zipfile.ZipFile(served / f"{version}.zip", "w") as opened:
            opened.writestr(f"example.com/hh/lib@{version}/lib.go", "package lib\n\nfunc Do() {}\n")
            opened.writestr(f"example.com/hh/lib@{version}/go.mod", "module example.com/hh/lib\n")
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.go").write_text('package main\n\nimport "example.com/hh/lib"\n\nfunc main() { lib.Do() }\n')
    (source / "go.mod").write_text(
        "module example.com/hh/app\n\nrequire example.com/hh/lib v1.2.3\n\n"
        "replace example.com/hh/lib => example.com/hh/lib v1.4.0\n"
    )
    settings = {
        "GOPROXY": f"file://{proxy}", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod", "GOMODCACHE": str(tmp_path / "cache"),
        "GONOSUMCHECK": "1", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    program = tmp_path / "root/usr/local/bin/app"
    run("go", "build", "-modcacherw", "-buildvcs=false", "-o", program, ".", cwd=source, **settings)
    version = run("go", "version", program).split()[-1].removeprefix("go")
    assert names(scanned(tmp_path), "golang") == {("stdlib", version), ("example.com/hh/lib", "v1.4.0")}


def test_rpm(tmp_path: Path) -> None:
    """In every database that the rpm of this distribution writes; ndb of another one is read below."""
    skip_without("rpm", "rpmbuild")
    info = "/usr/lib/python3.9/site-packages/hhpy-0.5.dist-info"
    (tmp_path / "a.spec").write_text(f"""Name: hh-tool
Version: 1.2.3
Release: 4.el9
Epoch: 2
Summary: x
License: MIT
BuildArch: noarch
%description
%package -n hh-lib
Summary: y
%description -n hh-lib
%install
mkdir -p %{{buildroot}}{info}
printf 'Name: hhpy\\nVersion: 0.5\\n' > %{{buildroot}}{info}/METADATA
%files
%files -n hh-lib
{info}/METADATA
""")
    run("rpmbuild", "-bb", "--define", f"_topdir {tmp_path}/top", tmp_path / "a.spec")
    packages = list((tmp_path / "top").rglob("*.rpm"))
    backends = written_by_rpm(tmp_path)
    assert "sqlite" in backends
    for backend in backends:
        place = tmp_path / backend
        (place / "root").mkdir(parents=True)
        rpm = ("rpm", "--root", place / "root", "--dbpath", "/var/lib/rpm", "--define", f"_db_backend {backend}")
        run(*rpm, "--nodeps", "-i", *packages)
        told = run(*rpm, "-qa", "--qf", "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\n")
        found = scanned(place)
        assert names(found, "rpm") == {tuple(line.split()) for line in told.splitlines()}
        assert {one.source for one in found.packages} == {"hh-tool"}
        assert [one.owner for one in found.owned] == ["hh-lib 2:1.2.3-4.el9"]
        assert "pkg:rpm/redhat/hh-lib@1.2.3-4.el9?arch=noarch&epoch=2&upstream=hh-tool" in {
            one.purl for one in found.packages
        }


def written_by_rpm(folder: Path) -> list[str]:
    """The kinds of databases that the rpm of this distribution writes."""
    found = []
    for backend in ("sqlite", "ndb"):
        words = f"rpm --dbpath {folder}/kinds-{backend} --define '_db_backend {backend}' --initdb 2>&1"
        if "invalid" not in run("sh", "-c", words):
            found.append(backend)
    return found


def test_what_rpm_with_its_own_database_wrote(tmp_path: Path) -> None:
    """Packages were upgraded and erased in it: old slots and blobs lie between the others."""
    found = scanned(tmp_path, layer(("var/lib/rpm/Packages.db", recorded("rpm-ndb-Packages.db.zst"))))
    assert names(found, "rpm") == {
        ("hh-a", "2:1.2.3-4.sles15"),
        ("hh-a-lib", "2:1.0-1.sles15"),
        ("hh-b", "2:3.1~rc2-150400.3.1"),
        ("hh-b-lib", "2:3.1~rc2-150400.3.1"),
    }
    assert {one.source for one in found.packages} == {"hh-a", "hh-b"}


@pytest.mark.parametrize(("written_by", "virtual"), [("apk-2.14.10", "171613"), ("apk-3.0.6", "171614")])
def test_what_apk_wrote(tmp_path: Path, written_by: str, virtual: str) -> None:
    found = scanned(tmp_path, layer(("lib/apk/db/installed", recorded(f"{written_by}-installed"))))
    assert names(found, "apk") == {
        (".build-deps", f"20261128.{virtual}"),
        ("hh-lib", "1.2.3_rc1-r4"),
        ("hh-tool", "2.0_git20260101-r1"),
    }
    assert {(one.name, one.source, one.arch) for one in found.packages if one.name != ".build-deps"} == {
        ("hh-lib", "hh-src", "x86_64"),
        ("hh-tool", "hh-src", "x86_64"),
    }


def test_berkeley_database_of_rpm(tmp_path: Path) -> None:
    """Headers that rpm made, in a database that Berkeley DB's own tool wrote; rpm of today only reads such ones."""
    skip_without("rpm", "rpmbuild", "db_load")
    (tmp_path / "a.spec").write_text(f"""Name: hh-old
Version: 4.5
Release: 1.el7
Summary: x
License: MIT
BuildArch: noarch
%description
{"a long text " * 2000}
%files
""")
    run("rpmbuild", "-bb", "--define", f"_topdir {tmp_path}/top", tmp_path / "a.spec")
    today = tmp_path / "today"
    run("rpm", "--dbpath", today, "--nodeps", "--justdb", "-i", *(tmp_path / "top").rglob("*.rpm"))
    with sqlite3.connect(today / "rpmdb.sqlite") as database:
        rows = database.execute("SELECT hnum, blob FROM Packages").fetchall()
    pairs = [(bytes(4), b"\2\0\0\0"), *((struct.pack("<I", number), blob) for number, blob in rows)]
    text = "".join(f" {key.hex()}\n {value.hex()}\n" for key, value in pairs)
    dump = tmp_path / "dump"
    dump.write_text(f"VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n{text}DATA=END\n")
    folder = tmp_path / "root/var/lib/rpm"
    folder.mkdir(parents=True)
    run("db_load", "-f", dump, folder / "Packages")
    kind = ("--define", "_db_backend bdb_ro")
    told = run("rpm", "--dbpath", folder, *kind, "-qa", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\n")
    (one,) = scanned(tmp_path).packages
    assert told.split() == [one.name, one.version]
    assert (one.name, one.version, one.source) == ("hh-old", "4.5-1.el7", "hh-old")


def test_gem(tmp_path: Path) -> None:
    skip_without("gem")
    (tmp_path / "hh.gemspec").write_text(
        'Gem::Specification.new do |s|\n s.name = "hh-gem"\n s.version = "1.4.0.rc2"\n s.summary = "x"\n'
        ' s.authors = ["x"]\n s.files = []\nend\n'
    )
    run("gem", "build", "hh.gemspec", cwd=tmp_path)
    (built,) = tmp_path.glob("*.gem")
    target = tmp_path / "root/var/lib/gems/3.1.0"
    run("gem", "install", "--local", "--no-document", "--install-dir", target, built)
    told = run("gem", "list", "--no-verbose", "hh-gem", GEM_HOME=str(target), GEM_PATH=str(target))
    assert told.strip() == "hh-gem (1.4.0.rc2)"
    assert names(scanned(tmp_path), "gem") == {("hh-gem", "1.4.0.rc2")}


def test_java_archives_in_one_another(tmp_path: Path) -> None:
    name = "plexus-component-annotations-1.5.5.jar"
    with zipfile.ZipFile(tmp_path / "app.war", "w") as opened:
        opened.writestr(f"WEB-INF/lib/{name}", recorded(name))
    for path, data in ((f"opt/{name}", recorded(name)), ("opt/app.war", (tmp_path / "app.war").read_bytes())):
        (one,) = scanned(tmp_path, layer((path, data))).packages
        assert one.purl == "pkg:maven/org.codehaus.plexus/plexus-component-annotations@1.5.5"
        assert one.paths == (path,)


def test_composer(tmp_path: Path) -> None:
    found = scanned(tmp_path, layer(("app/vendor/composer/installed.json", recorded("composer-installed.json"))))
    assert names(found, "composer") == {("acme/logger", "1.2.0"), ("acme/http-client", "3.0.0-beta2")}


def test_cargo_auditable(tmp_path: Path) -> None:
    program = recorded("cargo-auditable.elf") + bytes(5000)
    found = scanned(tmp_path, layer(("usr/bin/app", program), mode=0o755))
    assert names(found, "cargo") == {("itoa", "1.0.11")}


def version_of(*words: str) -> str:
    found = re.search(r"\d+\.\d+(?:\.\d+)?", run(*words))
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("product", "program", "words"),
    [
        ("busybox", "busybox", ("busybox",)),
        ("node", "node", ("node", "--version")),
        ("php", "php", ("php", "--version")),
        ("nginx", "nginx", ("sh", "-c", "nginx -v 2>&1")),
    ],
)
def test_programs_that_nobody_packaged(tmp_path: Path, product: str, program: str, words: tuple[str, ...]) -> None:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    real = Path(path).resolve()
    data = real.read_bytes()
    found = scanned(tmp_path, layer((f"opt/bin/{real.name}", data), mode=0o755))
    assert names(found, "generic") == {(product, version_of(*words))}
    listed = ("var/lib/dpkg/info/owner.list", f"/opt/bin/{real.name}\n")
    status = ("var/lib/dpkg/status", "Package: owner\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n")
    owned = scanned(tmp_path, layer((f"opt/bin/{real.name}", data), listed, status, mode=0o755))
    assert names(owned, "generic") == set(), "it is the distribution's package"
    other = scanned(tmp_path, layer(("opt/bin/other", data), mode=0o755))
    assert names(other, "generic") == set(), "a program of another name only holds that text"


def test_a_python_that_nobody_packaged(tmp_path: Path) -> None:
    """The interpreter of these tests, or the library that it loads."""
    shared = sysconfig.get_config_var("INSTSONAME") if sysconfig.get_config_var("Py_ENABLE_SHARED") else ""
    real = Path(sysconfig.get_config_var("LIBDIR")) / shared if shared else Path(sys.executable).resolve()
    if not real.exists() or real.read_bytes()[:4] != b"\x7fELF":
        pytest.skip("this Python is no ELF file")
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = real.name if shared else f"python{minor}"
    found = scanned(tmp_path, layer((f"usr/local/lib/{name}", real.read_bytes()), mode=0o755))
    assert names(found, "generic") == {("python", platform.python_version())}


@pytest.mark.skipif(not shutil.which("java"), reason="java is not installed")
def test_a_java_that_nobody_packaged(tmp_path: Path) -> None:
    home = Path(shutil.which("java") or "").resolve().parent.parent
    found = scanned(tmp_path, layer(("opt/java/release", (home / "release").read_bytes()), ("etc/release", "x=1\n")))
    version = re.search(r'"([^"]+)"', run("sh", "-c", "java -version 2>&1"))
    assert version
    assert names(found, "generic") == {("java", version[1])}
