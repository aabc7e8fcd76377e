"""Compose projects in every style: block and flow, short and long, anchors, merge keys, overrides, extends, includes."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

KEYS: dict[str, list[Any]] = {
    "privileged": [True, False],
    "read_only": [True],
    "user": ["root", "1000:1000"],
    "cap_add": [["SYS_ADMIN"], ["NET_ADMIN", "CAP_SYS_PTRACE"]],
    "cap_drop": [["ALL"], ["MKNOD", "CHOWN"]],
    "security_opt": [["seccomp:unconfined", "no-new-privileges:false"], ["apparmor=unconfined"], ["label=disable"]],
    "ports": [["80:80"], ["8080", "127.0.0.1:1:1/udp"], [{"target": 80, "published": "81"}], ["9000-9001:9000-9001"]],
    "volumes": [["./a:/a", "data:/d:ro"], [{"type": "bind", "source": "./b", "target": "/b"}], ["/anonymous"]],
    "tmpfs": ["/run", ["/run", "/tmp:size=64m"]],
    "environment": [{"A": "1", "B": "${X:-two}"}, ["A=1", "PASSWORD=p"], {"C": "three"}],
    "labels": [{"a": "b"}, ["a=b", "c=d"]],
    "logging": [{"driver": "json-file", "options": {"max-size": "1m"}}, {"driver": "none"}],
    "deploy": [{"resources": {"limits": {"memory": "512M", "cpus": "0.25"}}}, {"restart_policy": {"condition": "any"}}],
    "mem_limit": ["128m"],
    "pids_limit": [50],
    "restart": ["always", "no"],
    "healthcheck": [{"test": "curl x", "interval": "10s"}, {"test": ["CMD", "true"]}, {"disable": True}],
    "sysctls": [{"net.core.somaxconn": "1"}, ["kernel.msgmax=65536"]],
    "ulimits": [{"nofile": 100, "nproc": {"soft": 1, "hard": 2}}],
    "devices": [["/dev/a:/dev/a", "/dev/b:/dev/c:r"]],
    "networks": [["back"], {"back": {"aliases": ["x"]}, "front": None}],
    "network_mode": ["host"],
    "pid": ["host"],
    "ipc": ["host"],
    "init": [True],
    "command": ["serve now", ["serve", "now"]],
    "env_file": ["a.env", ["a.env"]],
    "depends_on": [["db"], {"db": {"condition": "service_healthy"}}],
    "secrets": [["pw"]],
    "group_add": [["100"]],
    "blkio_config": [{"weight": 300, "device_read_bps": [{"path": "/dev/sda", "rate": "1mb"}]}],
    "stop_grace_period": ["1m30s"],
    "shm_size": ["64M"],
}
TAIL: dict[str, Any] = {
    "volumes": {"data": None},
    "networks": {"back": None, "front": None},
    "secrets": {"pw": {"file": "./pw.txt"}},
}


class Style(NamedTuple):
    """How a file is written."""

    step: int = 2
    dash: int = 2
    flow: bool = False
    quote: str = ""
    comments: bool = True
    newline: str = "\n"
    bom: bool = False
    final: bool = True


class Raw(str):
    """A text that is written as it is, such as an alias."""

    __slots__ = ()


class Anchored(NamedTuple):
    """A value with an anchor."""

    name: str
    value: Any


STYLES = st.builds(
    Style,
    st.sampled_from([2, 4]),
    st.sampled_from([0, 2]),
    st.booleans(),
    st.sampled_from(["", '"', "'"]),
    st.booleans(),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)


def scalar(value: Any, style: Style) -> str:
    if isinstance(value, Raw):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    quote = style.quote or ('"' if value in {"no", "1", "0.25"} or value[:1].isdigit() else "")
    return f"{quote}{value}{quote}"


def flow(value: Any, style: Style) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item, style)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, style) for item in value) + "]"
    if isinstance(value, str) and not isinstance(value, Raw) and not style.quote:
        return f'"{value}"'
    return scalar(value, style) or "null"


class Writer:
    """Writes one file, with a comment behind and above some of its lines."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.lines: list[str] = []
        self.count = 0

    def note(self) -> str:
        self.count += 1
        return f" # note {self.count}" if self.style.comments and self.count % 3 == 0 else ""

    def entry(self, key: str, value: Any, column: int, depth: int) -> None:
        anchor = ""
        if isinstance(value, Anchored):
            anchor, value = f" &{value.name}", value.value
        head = f"{' ' * column}{key}:{anchor}"
        style = self.style
        if isinstance(value, (dict, list)) and value and not (style.flow and depth > 2):
            self.lines.append(head + self.note())
            if isinstance(value, dict):
                for name, item in value.items():
                    self.entry(name, item, column + style.step, depth + 1)
            else:
                for item in value:
                    self.item(item, column + style.dash)
        elif isinstance(value, (dict, list)):
            self.lines.append(f"{head} {flow(value, style)}{self.note()}")
        else:
            self.lines.append(f"{head} {scalar(value, style)}".rstrip() + self.note())

    def item(self, value: Any, column: int) -> None:
        dash = " " * column + "- "
        if isinstance(value, dict):
            for number, (name, inner) in enumerate(value.items()):
                front = dash if number == 0 else " " * (column + 2)
                self.lines.append(f"{front}{name}: {scalar(inner, self.style)}{self.note()}")
        else:
            self.lines.append(dash + scalar(value, self.style) + self.note())

    def data(self) -> bytes:
        newline = self.style.newline
        text = newline.join(self.lines) + (newline if self.style.final else "")
        return (b"\xef\xbb\xbf" if self.style.bom else b"") + text.encode()


def written(model: dict[str, Any], style: Style) -> bytes:
    """A file."""
    writer = Writer(style)
    for key, value in model.items():
        writer.entry(key, value, 0, 1)
    return writer.data()


class Made(NamedTuple):
    """A project: its files by path, and those that are laid over each other."""

    tree: dict[str, bytes]
    files: list[str]


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=7, unique=True))
    chosen = {name: draw(st.sampled_from(KEYS[name])) for name in names}
    if "network_mode" in chosen:
        chosen.pop("networks", None)
    if {"deploy", "mem_limit"} <= chosen.keys() or {"deploy", "pids_limit"} <= chosen.keys():
        chosen.pop("deploy")
    return chosen


def _model(services: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {**extra, "services": services, **TAIL}


@st.composite
def projects(draw: st.DrawFn) -> Made:
    """A project with the service ``web`` in one of many shapes."""
    own, shared = draw(services()), draw(services())
    style, other = draw(STYLES), draw(STYLES)
    web = {"image": "nginx:1", **own}
    db = {"image": "db", **draw(services())}
    db.pop("depends_on", None)
    files = {"a.env": b"A=env\nSECRET=x\n", "pw.txt": b"pw"}
    shape = draw(st.sampled_from(["plain", "merge", "alias", "override", "extends", "file", "include", "service"]))
    names = ["compose.yml"]
    if shape == "plain":
        files["compose.yml"] = written(_model({"web": web, "db": db}), style)
    elif shape == "merge":
        top = {"x-common": Anchored("common", shared)}
        merged = {"<<": Raw("*common"), **web}
        both = {"<<": Raw("*common"), "image": "b"} if draw(st.booleans()) else db
        both.pop("depends_on", None)
        files["compose.yml"] = written(_model({"web": merged, "db": both}, **top), style)
    elif shape == "alias":
        key = draw(st.sampled_from(sorted(shared)))
        top = {"x-value": Anchored("value", shared[key])}
        used = {**web, key: Raw("*value")}
        both = {**db, key: Raw("*value")} if draw(st.booleans()) and key != "depends_on" else db
        files["compose.yml"] = written(_model({"web": used, "db": both}, **top), style)
    elif shape == "override":
        files["compose.yml"] = written(_model({"web": web, "db": db}), style)
        files["over.yml"] = written({"services": {"web": shared}}, other)
        names.append("over.yml")
    elif shape == "extends":
        base = {"image": "base", **shared}
        more = {"api": {"extends": "base", "image": "c"}} if draw(st.booleans()) else {}
        model = {"base": base, "web": {"extends": {"service": "base"}, **own}, "db": db, **more}
        files["compose.yml"] = written(_model(model), style)
    elif shape == "file":
        folder = draw(st.sampled_from(["", "sub/"]))
        files[f"{folder}base.yml"] = written({"services": {"base": {"image": "base", **shared}}}, other)
        link: dict[str, Any] = {"extends": {"file": f"{folder}base.yml", "service": "base"}}
        more = {"api": dict(link)} if draw(st.booleans()) else {}
        files["compose.yml"] = written(_model({"web": {**link, **own}, "db": db, **more}), style)
        files[f"{folder}a.env"] = b"A=env\n"
    elif shape == "include":
        files["inc/web.yml"] = written(_model({"web": web, "db": db}), other)
        files["compose.yml"] = written({"include": ["inc/web.yml"], "services": {"x": {"image": "x"}}}, style)
        files["inc/a.env"] = b"A=env\n"
    else:
        files["compose.yml"] = written(
            _model({"web": Anchored("web", web), "api": {"<<": Raw("*web"), "image": "c"}, "db": db}), style
        )
    return Made(files, names)
