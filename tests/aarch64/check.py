"""Builds the delegate for 64-bit ARM and runs it in TensorFlow Lite for 64-bit ARM, under QEMU.

    PYTHONPATH=tests/support python tests/aarch64/check.py FOLDER

Debian's Python for arm64 and the wheels of tflite-runtime and NumPy are unpacked into FOLDER and
stay there; nothing of them is installed.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import aarch64

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "3.11"
# Python for arm64 and the libraries that it and the wheels load.
PACKAGES = [
    f"python{PYTHON}-minimal",
    f"libpython{PYTHON}-minimal",
    f"libpython{PYTHON}-stdlib",
    *["libc6", "libgcc-s1", "libstdc++6", "libcrypt1", "libexpat1", "zlib1g", "libffi8"],
    *["liblzma5", "libbz2-1.0", "libuuid1"],
]
WHEELS = ["tflite-runtime==2.14.0", "numpy<2"]
PLATFORMS = ["manylinux2014_aarch64", "manylinux_2_34_aarch64"]


def unpack_packages(folder: Path, root: Path) -> None:
    """Debian's packages for arm64, unpacked into ``root``."""
    for place in ("lists/partial", "cache/archives/partial", "debs"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    settings = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "",
    }
    options = [word for item in settings.items() for word in ("-o", "{}={}".format(*item))]
    subprocess.run(["apt-get", *options, "-qq", "update"], check=True)
    command = ["apt-get", *options, "-qq", "download", *PACKAGES]
    subprocess.run(command, check=True, cwd=folder / "debs")
    for package in (folder / "debs").glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, root], check=True)


def unpack_wheels(folder: Path, to: Path) -> None:
    """Wheels for 64-bit ARM, unpacked into ``to``."""
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    python = ["--python-version", PYTHON, "--implementation", "cp"]
    command = [sys.executable, "-m", "pip", "download", *options, *python, *platforms]
    subprocess.run([*command, "--dest", folder / "wheels", *WHEELS], check=True)
    for wheel in (folder / "wheels").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(to)


def main() -> int:
    if aarch64.missing():
        print(aarch64.missing(), file=sys.stderr)
        return 1
    folder = Path(sys.argv[1]).resolve()
    root = folder / "root"
    packages = root / "site-packages"
    ready = folder / "ready"
    if not ready.exists():
        try:
            unpack_packages(folder, root)
            unpack_wheels(folder, packages)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"Python for arm64 cannot be had: {error}; wanted: Debian 12", file=sys.stderr)
            return 1
        ready.touch()
    library = aarch64.delegate_library(folder / "delegate")
    interpreter = root / "usr" / "bin" / f"python{PYTHON}"
    environment = {"PYTHONPATH": packages, "PYTHONHOME": root / "usr"}
    given = [word for item in environment.items() for word in ("-E", "{}={}".format(*item))]
    script = [ROOT / "tests/aarch64/in_tflite.py", library, ROOT / "tests/golden/version_1"]
    command = [aarch64.EMULATOR, "-L", root, *given, interpreter, *script]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
