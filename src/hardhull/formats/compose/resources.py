"""What a Compose project defines beside its services: networks, volumes, secrets and configs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.compose import known
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.tree import Items, Table, Text
from hardhull.formats.compose.units import BadValueError, boolean, shown

if TYPE_CHECKING:
    from hardhull.formats.compose.problem import Problems
    from hardhull.formats.compose.tree import Pair, Tree
    from hardhull.model.source import Place

ICC = "com.docker.network.bridge.enable_icc"


class Network(NamedTuple):
    """A network of a project.

    Attributes:
        place: of its key.
        internal: whether there is no way out of it.
        external: made elsewhere.
        driver: as written.
        icc: whether containers in it reach each other, where that is written.
        subnets: of its address pools.
        options: of its driver.
        why: why some value of it cannot be known, else None.
    """

    place: Place
    internal: bool = False
    external: bool = False
    driver: str = ""
    icc: bool | None = None
    subnets: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    why: str | None = None


class Volume(NamedTuple):
    """A volume of a project.

    Attributes:
        place: of its key.
        external: made elsewhere.
        driver: as written.
        host_path: where it is really a bind mount of a folder of the host.
        options: of its driver.
    """

    place: Place
    external: bool = False
    driver: str = ""
    host_path: str | None = None
    options: tuple[tuple[str, str], ...] = ()


class Given(NamedTuple):
    """A secret or config of a project.

    Attributes:
        place: of its key.
        file: it comes from, seen from the root.
        external: made elsewhere.
        variable: of the environment it comes from.
        inline: whether its content stands in the file.
    """

    place: Place
    file: str | None = None
    external: bool = False
    variable: str | None = None
    inline: bool = False


class Resources(NamedTuple):
    """All of them by name."""

    networks: dict[str, Network]
    volumes: dict[str, Volume]
    secrets: dict[str, Given]
    configs: dict[str, Given]


def read_resources(model: Table, problems: Problems) -> Resources:
    """Read them from a model in its long form.

    Args:
        model: the whole project.
        problems: takes what Compose refuses.
    """
    reader = _Reader(problems)
    return Resources(
        {name: reader.network(name, pair) for name, pair in reader.section(model, "networks", known.NETWORK)},
        {name: reader.volume(pair) for name, pair in reader.section(model, "volumes", known.VOLUME)},
        {name: reader.given(pair) for name, pair in reader.section(model, "secrets", known.SECRET)},
        {name: reader.given(pair) for name, pair in reader.section(model, "configs", known.CONFIG)},
    )


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def section(self, model: Table, name: str, keys: frozenset[str]) -> list[tuple[str, Pair]]:
        table = model.table(name)
        found = list(table.pairs.items()) if table else []
        for _, pair in found:
            if isinstance(pair.value, Table):
                for key, inner in pair.value.pairs.items():
                    if key not in keys and not known.is_extension(key):
                        self.problems.refuse(inner, f"there is no key {key} here")
        return found

    def network(self, name: str, pair: Pair) -> Network:
        table = pair.value
        if not isinstance(table, Table):
            return Network(pair.place)
        options = pairs_of(table.get("driver_opts"))
        icc = next((self.flag(value) for key, value in options if key == ICC), None)
        ipam = table.table("ipam")
        subnets = self.subnets(ipam.get("config") if ipam else None)
        texts = tuple((key, shown(value.data)) for key, value in options)
        internal, external = self.flag(table.get("internal")), self.external(table)
        why = _why(table)
        shown_why = f"a value of the network {name} is not known: {why}" if why else None
        driver = _text(table, "driver")
        return Network(pair.place, bool(internal), external, driver, icc, subnets, texts, shown_why)

    def subnets(self, pools: Tree | None) -> tuple[str, ...]:
        found = []
        for pool in elements(pools) if pools is not None else []:
            subnet = pool.get("subnet") if isinstance(pool, Table) else None
            if isinstance(subnet, Text) and isinstance(subnet.data, str):
                import ipaddress

                try:
                    ipaddress.ip_network(subnet.data, strict=False)
                except ValueError:
                    self.problems.missing(subnet.place, f"{subnet.data!r} is no subnet", "write a CIDR")
                found.append(subnet.data)
        return tuple(found)

    def volume(self, pair: Pair) -> Volume:
        table = pair.value
        if not isinstance(table, Table):
            return Volume(pair.place)
        options = {key: shown(value.data) for key, value in pairs_of(table.get("driver_opts"))}
        driver = _text(table, "driver")
        bound = "bind" in options.get("o", "").split(",") and driver in {"", "local"}
        path = options.get("device") if bound else None
        return Volume(pair.place, self.external(table), driver, path or None, tuple(options.items()))

    def given(self, pair: Pair) -> Given:
        table = pair.value
        if not isinstance(table, Table):
            return Given(pair.place)
        file, variable = _text(table, "file") or None, _text(table, "environment") or None
        return Given(pair.place, file, self.external(table), variable, "content" in table.pairs)

    def external(self, table: Table) -> bool:
        value = table.get("external")
        return True if isinstance(value, Table) else bool(self.flag(value))

    def flag(self, value: Tree | None) -> bool | None:
        if not isinstance(value, Text) or value.why is not None:
            return None
        try:
            return boolean(value.data)
        except BadValueError as error:
            self.problems.refuse(value, str(error), "write true or false")
            return None


def pairs_of(tree: Tree | None) -> list[tuple[str, Text]]:
    """The keys and scalar values of a mapping."""
    if not isinstance(tree, Table):
        return []
    return [(name, pair.value) for name, pair in tree.pairs.items() if isinstance(pair.value, Text)]


def _why(tree: Tree) -> str | None:
    """Why some value in a tree cannot be known."""
    if isinstance(tree, Text):
        return tree.why
    if isinstance(tree, Table):
        return next((why for pair in tree.pairs.values() if (why := _why(pair.value))), None)
    return next((why for item in elements(tree) if (why := _why(item))), None) if isinstance(tree, Items) else None


def _text(table: Table, name: str) -> str:
    found = table.get(name)
    return shown(found.data) if isinstance(found, Text) else ""
