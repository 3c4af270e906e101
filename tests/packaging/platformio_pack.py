"""Packs each library of an exported folder as `pio pkg pack` does.

    python tests/packaging/platformio_pack.py FOLDER      (with PlatformIO installed)

PlatformIO checks library.json by its own schema, the license against SPDX's list, which it
fetches; where that cannot be had, the one license in question stands in for the list.
"""

from __future__ import annotations

import json
import sys
import tarfile
import tempfile
from pathlib import Path

import requests
from platformio.package.manifest.schema import ManifestSchema
from platformio.package.pack import PackagePacker


def allow_working_offline() -> str:
    """Says what licenses are checked against."""
    try:
        ManifestSchema.load_spdx_licenses()
    except requests.exceptions.RequestException:
        listed = {"licenses": [{"licenseId": "Apache-2.0"}]}
        ManifestSchema.load_spdx_licenses = staticmethod(lambda: listed)
        return "SPDX's list of licenses cannot be had: Apache-2.0 alone is known"
    return "licenses are looked up in SPDX's list"


def check(library: Path, out: Path) -> str:
    """Packs a library and looks whether all of it is there.

    Raises:
      AssertionError: sources are missing.
    """
    archive = Path(PackagePacker(str(library)).pack(str(out)))
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
        manifest = json.load(packed.extractfile("library.json"))
    wanted = {path.relative_to(library).as_posix() for path in library.rglob("*") if path.is_file()}
    missing = {name for name in wanted if name.startswith(("src/", "examples/"))} - names
    assert not missing, f"{archive.name} lacks {sorted(missing)}"
    assert manifest["name"] == library.name
    assert "LICENSE" in names
    return f"{archive.name}: {len(names)} files"


def main() -> int:
    folder = Path(sys.argv[1])
    libraries = sorted(path.parent for path in folder.glob("*/library.json"))
    assert libraries, f"'{folder}' holds no library"
    print(allow_working_offline())
    with tempfile.TemporaryDirectory() as out:
        for library in libraries:
            print(check(library, Path(out) / f"{library.name}.tar.gz"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
