"""The packages of an image as an SPDX 2.3 document (spdx.github.io/spdx-spec/v2.3), by SPDX's own library."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from hardhull.report.bill import image_of, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Result


def render(result: Result) -> Iterator[str]:
    """The document.

    Raises:
        NoBillError: the result is not about exactly one image.
    """
    from spdx_tools.spdx.model.actor import Actor, ActorType
    from spdx_tools.spdx.model.document import CreationInfo, Document
    from spdx_tools.spdx.model.package import (
        ExternalPackageRef,
        ExternalPackageRefCategory,
        Package,
        PackagePurpose,
    )
    from spdx_tools.spdx.model.relationship import Relationship, RelationshipType
    from spdx_tools.spdx.model.spdx_no_assertion import SpdxNoAssertion
    from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream

    image = image_of(result)
    own = uuid5(NAMESPACE_URL, f"{image.name} {image.id}")
    info = CreationInfo(
        spdx_version="SPDX-2.3",
        spdx_id="SPDXRef-DOCUMENT",
        name=image.name,
        document_namespace=f"https://spdx.org/spdxdocs/hardhull-{own}",
        creators=[Actor(ActorType.TOOL, f"hardhull-{result.version}")],
        created=started(result).replace(tzinfo=None, microsecond=0),
    )
    nowhere = SpdxNoAssertion()
    root = Package(
        "SPDXRef-image", image.name, nowhere, version=image.digest or image.id or None, files_analyzed=False,
        primary_package_purpose=PackagePurpose.CONTAINER,
    )  # fmt: skip
    packages, contains = [root], [Relationship("SPDXRef-DOCUMENT", RelationshipType.DESCRIBES, "SPDXRef-image")]
    for at, one in enumerate(image.packages):
        reference = ExternalPackageRef(ExternalPackageRefCategory.PACKAGE_MANAGER, "purl", one.purl)
        name = f"SPDXRef-package-{at}"
        source = f"found in {one.paths[0]}" if one.paths else None
        packages.append(
            Package(
                name,
                one.name,
                nowhere,
                version=one.version,
                files_analyzed=False,
                source_info=source,
                external_references=[reference],
                primary_package_purpose=PackagePurpose.LIBRARY,
            )
        )
        contains.append(Relationship("SPDXRef-image", RelationshipType.CONTAINS, name))
    out = io.StringIO()
    write_document_to_stream(Document(info, packages=packages, relationships=contains), out, validate=False)
    yield out.getvalue()
    yield "\n"
