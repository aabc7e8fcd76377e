"""Bills of materials are valid by their own validators, and hold every package of the image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from hardhull.cli.errors import UserError
from hardhull.cli.formats import rendered
from hardhull.cli.output import view_for
from hardhull.images.purl import purl
from hardhull.model.package import Distribution, ImageContents, Package
from made_results import SHOP

if TYPE_CHECKING:
    from hardhull.model.result import Result

SYSTEM = Distribution("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)")
FOUND = [
    Package("deb", "libstdc++6", "12.2.0-14+deb12u1", "gcc-12", "12.2.0-14+deb12u1", "amd64"),
    Package("deb", "login", "1:4.13+dfsg1-1+b1", "shadow", "1:4.13+dfsg1-1", "amd64"),
    Package("rpm", "bind", "32:9.16.23-1.el9", "bind", "32:9.16.23-1.el9", "x86_64"),
    Package("apk", "libcrypto3", "3.1.4-r2", "openssl", "3.1.4-r2", "x86_64"),
    Package("pypi", "Flask_Login", "1!0.6.3+local.1"),
    Package("npm", "@babel/code-frame", "7.18.6"),
    Package("golang", "github.com/Azure/go-autorest", "v14.2.0+incompatible"),
    Package("golang", "stdlib", "1.26.8"),
    Package("maven", "org.codehaus.plexus:plexus-utils", "3.0"),
    Package("composer", "Acme/Logger", "1.2.0"),
    Package("gem", "hh-gem", "1.4.0.rc2"),
    Package("cargo", "serde", "1.0.0"),
    Package("nuget", "Newtonsoft.Json", "13.0.1"),
]
PACKAGES = tuple(
    one._replace(paths=("a/b",), layer="sha256:" + "0" * 64, purl=purl(one, SYSTEM)) for one in FOUND
)  # fmt: skip
IMAGE = ImageContents("image:shop:1", "sha256:" + "1" * 64, "", "linux/amd64", (), SYSTEM, PACKAGES)


def bill(result: Result, name: str) -> str:
    return "".join(rendered(result, name, view_for("-")))


def test_cyclonedx() -> None:
    text = bill(SHOP._replace(images=(IMAGE,)), "cyclonedx")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    found = json.loads(text)
    assert found["specVersion"] == "1.7"
    libraries = [one for one in found["components"] if one["type"] == "library"]
    assert {one["purl"] for one in libraries} == {str(PackageURL.from_string(one.purl)) for one in PACKAGES}
    assert {one["version"] for one in libraries} == {one.version for one in PACKAGES}
    assert bill(SHOP._replace(images=(IMAGE,)), "cyclonedx") == text


def test_spdx() -> None:
    text = bill(SHOP._replace(images=(IMAGE,)), "spdx")
    document = JsonLikeDictParser().parse(json.loads(text))  # type: ignore[no-untyped-call]
    assert not validate_full_spdx_document(document)
    assert {(one.name, one.version) for one in document.packages[1:]} == {(one.name, one.version) for one in PACKAGES}


def test_a_bill_is_about_one_image() -> None:
    for images, why in (((), "no built image"), ((IMAGE, IMAGE), "2 images")):
        with pytest.raises(UserError) as error:
            bill(SHOP._replace(images=images), "spdx")
        assert why in error.value.why


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: f"{one.ecosystem}-{one.name}")
def test_package_urls_are_those_of_the_reference_library(package: Package) -> None:
    again = PackageURL.from_string(package.purl)
    assert str(again) == package.purl
    assert Path(again.name).name
