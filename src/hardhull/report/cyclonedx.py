"""The packages of an image as a CycloneDX 1.7 bill of materials (cyclonedx.org/docs/1.7/json), by its own library."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from hardhull.report.bill import image_of, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cyclonedx.model.component import Component

    from hardhull.model.package import ImageContents, Package
    from hardhull.model.result import Result

MOST_PATHS = 20
"""Places of one package that are told."""


def render(result: Result) -> Iterator[str]:
    """The bill.

    Raises:
        NoBillError: the result is not about exactly one image.
    """
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.dependency import Dependency
    from cyclonedx.model.tool import Tool
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    image = image_of(result)
    root = Component(
        type=ComponentType.CONTAINER, name=image.name, version=image.digest or image.id or None, bom_ref="image"
    )
    found = [*_system(image), *(_component(package) for package in image.packages)]
    bom = Bom(components=found, serial_number=uuid5(NAMESPACE_URL, f"{image.name} {image.id}"))
    bom.metadata.timestamp = started(result)
    bom.metadata.component = root
    bom.metadata.tools.tools.add(Tool(vendor="hardhull", name="hardhull", version=result.version))
    bom.dependencies = [
        Dependency(root.bom_ref, [Dependency(one.bom_ref) for one in found]),
        *(Dependency(one.bom_ref) for one in found),
    ]
    yield make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_7).output_as_string(indent=1)
    yield "\n"


def _system(image: ImageContents) -> Iterator[Component]:
    from cyclonedx.model.component import Component, ComponentType

    system = image.distribution
    if system.id:
        yield Component(
            type=ComponentType.OPERATING_SYSTEM,
            name=system.id,
            version=system.version or None,
            description=system.name or None,
            bom_ref="distribution",
        )


def _component(package: Package) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    url = PackageURL.from_string(package.purl)
    told = [("hardhull:path", path) for path in package.paths[:MOST_PATHS]]
    told += [(f"hardhull:{name}", getattr(package, name)) for name in ("layer", "owner") if getattr(package, name)]
    scoped = package.ecosystem in {"npm", "maven", "composer"}
    return Component(
        type=ComponentType.LIBRARY,
        name=url.name if scoped else package.name,
        group=url.namespace if scoped else None,
        version=package.version,
        purl=url,
        bom_ref=f"{package.purl}#{package.owner}" if package.owner else package.purl,
        properties=[Property(name=name, value=value) for name, value in told],
    )
