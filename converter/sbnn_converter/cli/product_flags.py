"""The flags that say what to make of a finished .tflite file; programs share them."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

from absl import flags

from sbnn_converter.cli.command import UsageError
from sbnn_converter.cli.products import Destinations
from sbnn_converter.cost_model.board import Board
from sbnn_converter.cost_model.estimate import cores
from sbnn_converter.errors import ConversionError
from sbnn_converter.export.network_name import check_network_name


class ProductFlags:
    """Flags of one program, defined in its ``FlagValues``.

    Args:
      own: the program's flags.
    """

    def __init__(self, own: flags.FlagValues):
        self.target_mcu = flags.DEFINE_enum(
            "target_mcu",
            None,
            list(cores()),
            "Microcontroller core: prints what the network takes there, estimated. Layers "
            "that are converted get the forms that suit it.",
            flag_values=own,
        )
        self.flash_kb = flags.DEFINE_float(
            "flash_kb",
            None,
            "Flash of the board in KB (of 1,024 bytes) for --target_mcu: fails, and writes "
            "nothing, if the network does not fit.",
            lower_bound=0.0,
            flag_values=own,
        )
        self.ram_kb = flags.DEFINE_float(
            "ram_kb",
            None,
            "RAM of the board in KB, likewise; of forms that a layer may get, the fastest "
            "that fits it is taken.",
            lower_bound=0.0,
            flag_values=own,
        )
        self.mhz = flags.DEFINE_float(
            "mhz",
            None,
            "Clock of the board in MHz for --target_mcu: milliseconds are printed beside cycles.",
            lower_bound=0.0,
            flag_values=own,
        )
        self.wait_states = flags.DEFINE_integer(
            "wait_states",
            None,
            "Cycles that a word of the board's flash takes longer than one, for --target_mcu.",
            lower_bound=0,
            upper_bound=100,
            flag_values=own,
        )
        self.report = flags.DEFINE_string(
            "report", None, "HTML file to write a report to.", flag_values=own
        )
        self.micro_dir = flags.DEFINE_string(
            "micro_dir",
            None,
            "Folder to write for TensorFlow Lite Micro: the model as a C array, kernels, op "
            "registrations, a test vector, an example, and descriptors for CMake, ESP-IDF, "
            "Zephyr, Arduino and PlatformIO. A new or an empty folder, or an earlier export.",
            flag_values=own,
        )
        self.c_dir = flags.DEFINE_string(
            "c_dir",
            None,
            "Folder to write standalone C99 to: the network without an interpreter, with the "
            "kernels that it needs. A new or an empty folder, or an earlier export.",
            flag_values=own,
        )
        self.single_file = flags.DEFINE_boolean(
            "single_file",
            False,
            "Writes standalone C to --c_dir as one pair of files, NAME.c and NAME.h, with all "
            "kernels that the network needs and only them, and a test beside it.",
            flag_values=own,
        )
        self.name = flags.DEFINE_string(
            "name",
            None,
            "What the network is called in the files, macros, functions and namespaces of "
            "--micro_dir and --c_dir, so that several live in one firmware: a C identifier. "
            "Default: model for --c_dir, the .tflite file's name for --micro_dir.",
            flag_values=own,
        )

    @property
    def board(self) -> Board:
        """What the board has."""
        return Board(
            flash_kb=self.flash_kb.value,
            ram_kb=self.ram_kb.value,
            mhz=self.mhz.value,
            wait_states=self.wait_states.value or 0,
        )

    def destinations(self, title: str, **more) -> Destinations:
        """Where what these flags ask for goes.

        Args:
          title: see ``Destinations``.
          more: its attributes that only some programs have flags for.

        Raises:
          UsageError: a name is empty.
        """
        return Destinations(
            title=title,
            report=file_of(self.report),
            micro_dir=path_of(self.micro_dir),
            c_dir=path_of(self.c_dir),
            single_file=self.single_file.value,
            name=self.name.value,
            core=self.target_mcu.value,
            board=self.board,
            **more,
        )

    def check(self) -> None:
        """Checks what can be told of the flags alone.

        Raises:
          UsageError: they make no sense.
          ImportError: a package is not there.
        """
        of_board = (self.flash_kb, self.ram_kb, self.mhz, self.wait_states)
        if self.target_mcu.value is None and any(f.value is not None for f in of_board):
            names = ", ".join(f"--{flag.name}" for flag in of_board)
            raise UsageError(f"{names} need --target_mcu: name the board's core")
        for flag in (self.ram_kb, self.flash_kb, self.mhz):
            if flag.value == 0:
                raise UsageError(f"--{flag.name} is 0: wanted a number above 0")
            check_finite(flag)
        if self.single_file.value and self.c_dir.value is None:
            raise UsageError(
                "--single_file needs --c_dir, the folder to write the pair of files to"
            )
        if self.name.value is not None:
            if self.micro_dir.value is None and self.c_dir.value is None:
                raise UsageError("--name needs --micro_dir or --c_dir, whose network it names")
            try:
                check_network_name(self.name.value)
            except ConversionError as error:
                raise UsageError(f"--name: {error}") from error

    def check_packages(self) -> None:
        """Checks that what is asked for can be made here.

        Raises:
          ImportError: a package is not installed.
        """
        if self.micro_dir.value is not None:
            check_package("tflite_micro", "--micro_dir", "'sbnn-keras[micro]'")


def path_of(flag: flags.FlagHolder) -> Path | None:
    """The path that a flag names.

    Raises:
      UsageError: it is empty.
    """
    if flag.value == "":
        raise UsageError(f"--{flag.name} is empty: wanted a name")
    return None if flag.value is None else Path(flag.value)


def file_of(flag: flags.FlagHolder) -> Path | None:
    """The same of a file's name, which is no folder's."""
    if flag.value is not None and flag.value.endswith("/"):
        raise UsageError(f"--{flag.name} is '{flag.value}', a folder: wanted a file's name")
    return path_of(flag)


def check_finite(flag: flags.FlagHolder) -> None:
    """Raises ``UsageError`` for a number that is none, or infinite."""
    if flag.value is not None and not math.isfinite(flag.value):
        raise UsageError(f"--{flag.name} is {flag.value}: wanted a finite number")


def check_package(module: str, what: str, package: str | None = None) -> None:
    """Raises ``ImportError`` if ``what`` needs a module that is not installed."""
    if importlib.util.find_spec(module) is None:
        raise ImportError(
            f"{what} needs the package {module}, which is not installed: "
            f"pip install {package or module}"
        )
