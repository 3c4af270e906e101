"""The cross compilers and emulators, which come from the system's packages."""

from __future__ import annotations

import shutil

from sbnn_converter.emulation.cores import CORES, Core

_PACKAGES = {
    "arm-none-eabi-": ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi"),
    "riscv64-unknown-elf-": ("gcc-riscv64-unknown-elf",),
    "qemu-system-arm": ("qemu-system-arm",),
    "qemu-system-riscv32": ("qemu-system-misc",),
}


class MissingTools(RuntimeError):
    """A compiler or an emulator is not installed. The message says how to get it."""


def missing_tools(*cores: Core) -> list[str]:
    """The programs that ``cores`` (default: all) need and that are not installed."""
    wanted: dict[str, None] = {}
    for core in cores or CORES.values():
        for program in (core.compiler + "gcc", core.compiler + "size", core.emulator):
            wanted[program] = None
    return [program for program in wanted if shutil.which(program) is None]


def require_tools(*cores: Core) -> None:
    """Checks that compiler and emulator of ``cores`` (default: all) are installed.

    Raises:
      MissingTools: they are not.
    """
    missing = missing_tools(*cores)
    if not missing:
        return
    packages = dict.fromkeys(
        package
        for owner, names in _PACKAGES.items()
        for package in names
        if any(program.startswith(owner) for program in missing)
    )
    raise MissingTools(
        f"not installed: {', '.join(missing)}; on Debian and Ubuntu: "
        f"apt-get install {' '.join(packages)}"
    )
