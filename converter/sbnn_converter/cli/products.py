"""What the programs make of a finished .tflite file, and write all at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sbnn_converter.cli import ending_signals
from sbnn_converter.cost_model.board import Board, check_fit
from sbnn_converter.cost_model.network import NetworkCost, estimate_network
from sbnn_converter.export.collection import collect
from sbnn_converter.export.library import Library
from sbnn_converter.export.network_name import DEFAULT_NAME, network_name
from sbnn_converter.export.outputs import Output, write_all
from sbnn_converter.inspection import Inspection, inspect_model
from sbnn_converter.report.page import html_report
from sbnn_converter.report.summary import print_summary
from sbnn_converter.report.target import print_target
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.verification.verdict import Verdict


@dataclasses.dataclass(frozen=True)
class Destinations:
    """What is to be made, and where it goes; None: not asked for.

    Attributes:
      title: the file's name, for the report and the firmware library.
      output: the file itself.
      report: a page about it.
      micro_dir, c_dir: folders for TensorFlow Lite Micro and of standalone C.
      single_file: standalone C with its kernels in one source.
      name: what the network is called there; None: as before there was a choice.
      core: the core to estimate for.
      board: what it has.
      optimize_for: what the file was converted with, for advice.
    """

    title: str
    output: Path | None = None
    report: Path | None = None
    micro_dir: Path | None = None
    c_dir: Path | None = None
    single_file: bool = False
    name: str | None = None
    core: str | None = None
    board: Board = dataclasses.field(default_factory=Board)
    optimize_for: str | None = None

    def files(self) -> dict[str, Path]:
        """Flag to file."""
        return _given({"--output": self.output, "--report": self.report})

    def folders(self) -> dict[str, Path]:
        """Flag to folder."""
        return _given({"--micro_dir": self.micro_dir, "--c_dir": self.c_dir})

    def export_checks(self) -> list[Callable[[bytes], object]]:
        """Functions of a file that refuse what the asked-for exports lack ops for."""
        from sbnn_converter.micro_export.model_facts import op_additions
        from sbnn_converter.standalone import plan_export

        asked = ((self.c_dir, plan_export), (self.micro_dir, op_additions))
        return [check for folder, check in asked if folder is not None]

    def estimate(self, model: bytes) -> NetworkCost | None:
        """What ``model`` takes on the core.

        Raises:
          DoesNotFit: more than the board has.
        """
        if self.core is None:
            return None
        cost = estimate_network(model, self.core, wait_states=self.board.wait_states)
        check_fit(cost, self.board, self._way_to_smaller())
        return cost

    def _way_to_smaller(self) -> str | None:
        """What makes the network smaller as it is."""
        if self.optimize_for == "size":
            return None
        flag = "--optimize_for size"
        if self.output is not None:
            return flag
        return f"to convert the Keras model again with {flag}"


@dataclasses.dataclass(frozen=True)
class Products:
    """All that is to be written, and what there is to say.

    Attributes:
      inspection: what the file holds.
      outputs: files and folders.
      lines: what to say of each once it is written.
    """

    inspection: Inspection
    outputs: list[Output]
    lines: list[str]

    @property
    def written(self) -> str:
        """What to add to an error behind which the outputs stand."""
        return "; all files were written" if self.outputs else ""


def make_products(
    model: bytes,
    destinations: Destinations,
    progress: Callable[[str], None],
    *,
    samples: Sequence[np.ndarray] | None = None,
    verified: Verdict | None = None,
) -> Products:
    """Makes of a finished file what is asked for. Writes nothing.

    Args:
      model: the flatbuffer.
      destinations: what to make.
      progress: called with what is being done.
      samples: for the firmware's test vector, an array ``[n, ...]`` for each input of
        which the first sample is taken; None: a random one.
      verified: how the file compares with Keras, for the report.

    Raises:
      ValueError: the file is damaged, or has ops that an export lacks.
      OSError: a folder holds other files.
    """
    progress("decoding the weights")
    products = Products(inspect_model(model), [], [])
    if destinations.output is not None:
        _add_file(products, destinations.output, model, "--output")
    if destinations.report is not None:
        page = html_report(products.inspection, destinations.title, verified)
        _add_file(products, destinations.report, page.encode(errors="replace"), "--report")
    if destinations.c_dir is not None:
        progress("writing standalone C")
        _add_c(products, destinations, model, samples)
    if destinations.micro_dir is not None:
        progress("measuring the arena in TensorFlow Lite Micro")
        name = destinations.name or network_name(Path(destinations.title).stem)
        _add_micro(products, destinations.micro_dir, name, model, samples)
    return products


def write_products(products: Products) -> None:
    """Writes all of them or none; none behind a signal to end.

    Raises:
      OSError: one cannot be written; the message names it.
    """
    ending_signals.check()
    write_all(products.outputs)


def print_products(
    products: Products,
    destinations: Destinations,
    cost: NetworkCost | None,
    verified: Verdict | None = None,
) -> None:
    """Prints what the file holds, what it takes, and what was written."""
    print_summary(products.inspection)
    if cost is not None:
        print_target(cost, destinations.board)
    if verified:
        print(verified.text)
    for line in products.lines:
        print(line)


def _add_file(products: Products, path: Path, content: bytes, flag: str) -> None:
    products.outputs.append(Output(path, content, flag))
    products.lines.append(f"wrote {path} ({len(content):,} bytes)")


def _add_c(products: Products, destinations: Destinations, model: bytes, samples) -> None:
    from sbnn_converter.c_export.export import FLAG, c_library
    from sbnn_converter.c_export.single_file import collect_single, single_files
    from sbnn_converter.standalone import plan_export

    folder = destinations.c_dir
    assert folder is not None
    name = destinations.name or DEFAULT_NAME
    export = plan_export(model, name=name)
    memory = f"{export.ram_bytes:,} bytes of static RAM"
    if not destinations.single_file:
        library = c_library(model, export, _first(samples))
        _add_network(products, folder, library, FLAG, f"{memory}; ")
        return
    texts = single_files(model, export, _first(samples))
    products.outputs.append(collect_single(folder, name, texts))
    beside = " and a test" if f"{name}_main.c" in texts else ""
    products.lines.append(f"wrote {folder}/{name}.c, {name}.h{beside} (kernels included; {memory})")


def _add_micro(products: Products, folder: Path, name: str, model: bytes, samples) -> None:
    from sbnn_converter.micro_export.export import FLAG, micro_library

    with captured_stderr():  # the interpreter's wheel has its say
        library = micro_library(model, name, _first(samples))
    _add_network(products, folder, library, FLAG, "")


def _first(samples: Sequence[np.ndarray] | None) -> list[np.ndarray] | None:
    return None if samples is None else [array[:1] for array in samples]


def _add_network(products: Products, folder: Path, library: Library, flag: str, what: str) -> None:
    collected = collect(folder, library, flag)
    products.outputs.append(collected.output)
    count = len(library.folder())
    products.lines.append(
        f"wrote {folder}/{library.name}/ ({count} files, beside the kernels; {what}see its "
        "README.md)"
    )
    if collected.outdated:
        products.lines.append(
            f"export {', '.join(collected.outdated)} in {folder}/ again, too: the kernels have "
            "changed since"
        )


def _given(paths: dict[str, Path | None]) -> dict[str, Path]:
    return {flag: path for flag, path in paths.items() if path is not None}
