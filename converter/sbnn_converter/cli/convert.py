"""sbnn-convert: from a saved Keras model to a .tflite file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from absl import flags

from sbnn_converter import representative_data
from sbnn_converter.cli import command
from sbnn_converter.export_folder import check_folder, write_folder
from sbnn_converter.cost_model.board import Board, check_fit
from sbnn_converter.cost_model.estimate import cores
from sbnn_converter.cost_model.network import estimate_network
from sbnn_converter.files import (
    check_source,
    check_target,
    load_keras_model,
    write_atomically,
)
from sbnn_converter.forms import GOALS
from sbnn_converter.inspection import inspect_model
from sbnn_converter.report.page import html_report
from sbnn_converter.report.summary import print_summary
from sbnn_converter.report.target import print_target
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.weight_code import CHOICES

_TYPES = ["float32", "int8", "uint8"]

FLAGS = flags.FlagValues()
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "File to write. Default: the model's name with .tflite behind it. An "
    "existing file is replaced only once everything has succeeded.",
    short_name="o",
    flag_values=FLAGS,
)
_INPUT_TYPE = flags.DEFINE_enum(
    "inference_input_type",
    "float32",
    _TYPES,
    "Type of the converted model's inputs.",
    flag_values=FLAGS,
)
_OUTPUT_TYPE = flags.DEFINE_enum(
    "inference_output_type",
    "float32",
    _TYPES,
    "Type of its outputs.",
    flag_values=FLAGS,
)
_REPRESENTATIVE = flags.DEFINE_string(
    "representative_data",
    None,
    "A .npz file with an array of samples [n, ...] for each input, under the "
    "input's name (any name, if there is one input). With it, everything that is "
    "not binary becomes int8; --verify runs these samples. A hundred will do.",
    flag_values=FLAGS,
)
_WEIGHT_CODE = flags.DEFINE_enum(
    "weight_code",
    "auto",
    list(CHOICES),
    "Code of the binary weights; auto takes what --optimize_for says, any other one is "
    "taken for all layers that have it.",
    flag_values=FLAGS,
)
_OPTIMIZE_FOR = flags.DEFINE_enum(
    "optimize_for",
    None,
    list(GOALS),
    "size: the smallest file; speed: the fewest instructions on a microcontroller. "
    "Default: the smallest file that takes at most 1.5 times the instructions of the "
    "fastest.",
    flag_values=FLAGS,
)
_TARGET_MCU = flags.DEFINE_enum(
    "target_mcu",
    None,
    list(cores()),
    "Microcontroller core: prints what the network takes there, estimated, and "
    "chooses the layers' forms for it.",
    flag_values=FLAGS,
)
_FLASH_KB = flags.DEFINE_float(
    "flash_kb",
    None,
    "Flash of the board in KB (of 1,024 bytes) for --target_mcu: fails, and writes "
    "nothing, if the network does not fit.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_RAM_KB = flags.DEFINE_float(
    "ram_kb",
    None,
    "RAM of the board in KB, likewise; the fastest form that fits it is taken.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_VERIFY = flags.DEFINE_integer(
    "verify",
    None,
    "Run this many samples through Keras and the converted model and fail if they "
    "differ: representative ones if given, else random ones.",
    lower_bound=1,
    flag_values=FLAGS,
)
_TOLERANCE = flags.DEFINE_float(
    "tolerance",
    None,
    "Largest difference that --verify lets pass, as a share of the largest output. "
    "Default: 0.0001, or 0.05 with --representative_data.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_REPORT = flags.DEFINE_string(
    "report", None, "HTML file to write a report to.", flag_values=FLAGS
)

_MICRO_DIR = flags.DEFINE_string(
    "micro_dir",
    None,
    "Folder to write for TensorFlow Lite Micro: the model as a C array, kernels, op "
    "registrations, a test vector, an example, and descriptors for CMake, ESP-IDF, "
    "Zephyr, Arduino and PlatformIO. A new or an empty folder, or an earlier export.",
    flag_values=FLAGS,
)

_C_DIR = flags.DEFINE_string(
    "c_dir",
    None,
    "Folder to write standalone C99 to: the network without an interpreter, with the "
    "kernels that it needs. A new or an empty folder, or an earlier export.",
    flag_values=FLAGS,
)

USAGE = """
Converts a Keras model with sparse binary layers to TFLite.

usage: sbnn-convert MODEL [-o FILE.tflite] [flags]

MODEL is a .h5 or .keras file or a SavedModel folder written by Keras 2
(model.save). The result runs in TFLite, LiteRT and TensorFlow Lite Micro with
the SBNN ops; sbnn_converter.Interpreter runs it on this machine.
"""


class VerificationError(ValueError):
    """The converted model does not do what Keras does."""


def convert(arguments: list[str]) -> None:
    """Converts the model named on the command line and prints what came out.

    Raises:
      command.UsageError, ValueError, OSError, RuntimeError: for what the user has
        to mend.
    """
    if len(arguments) != 1:
        raise command.UsageError(
            f"found {len(arguments)} models on the command line, wanted one"
        )
    source = Path(arguments[0])
    target = Path(_OUTPUT.value) if _OUTPUT.value else source.with_suffix(".tflite")
    report = Path(_REPORT.value) if _REPORT.value else None
    # The cheap checks first: loading TensorFlow takes seconds.
    check_source(source)
    check_target(target)
    if report is not None:
        check_target(report, "--report")
        if report.resolve() == target.resolve():
            raise command.UsageError(
                f"--report and --output both name '{target}': wanted two files"
            )
    micro_dir = Path(_MICRO_DIR.value) if _MICRO_DIR.value else None
    if micro_dir is not None:
        check_folder(micro_dir, "--micro_dir")
    c_dir = Path(_C_DIR.value) if _C_DIR.value else None
    if c_dir is not None:
        check_folder(c_dir, "--c_dir")
        if micro_dir is not None and c_dir.resolve() == micro_dir.resolve():
            raise command.UsageError(
                f"--c_dir and --micro_dir both name '{c_dir}': wanted two folders"
            )
    board = Board(_FLASH_KB.value, _RAM_KB.value)
    if board.known and _TARGET_MCU.value is None:
        raise command.UsageError(
            "--flash_kb and --ram_kb need --target_mcu: name the board's core"
        )
    arrays = None
    if _REPRESENTATIVE.value is not None:
        arrays = representative_data.read_arrays(Path(_REPRESENTATIVE.value))

    # Its own log, of graphics cards it has not found, would bury our one line.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with command.progress("loading TensorFlow") as status:
        with captured_stderr():
            from sbnn_converter.convert import convert_keras_model

        status.update(f"reading {source}")
        model = load_keras_model(source)
        samples = arrays and _match(arrays, model)
        dataset = representative_data.as_dataset(samples) if samples else None

        def convert_part(part, progress: Callable[[str], None] | None = None) -> bytes:
            return convert_keras_model(
                part,
                inference_input_type=_INPUT_TYPE.value,
                inference_output_type=_OUTPUT_TYPE.value,
                representative_dataset=dataset,
                weight_code=_WEIGHT_CODE.value,
                optimize_for=_OPTIMIZE_FOR.value,
                target_mcu=_TARGET_MCU.value,
                ram_kb=_RAM_KB.value,
                progress=progress,
            )

        flatbuffer = convert_part(
            model, lambda step: status.update(f"{source}: {step}")
        )
        cost = None
        if _TARGET_MCU.value is not None:
            cost = estimate_network(flatbuffer, _TARGET_MCU.value)
            check_fit(cost, board, _OPTIMIZE_FOR.value)
        verified = None
        if _VERIFY.value is not None:
            verified = _verify(model, flatbuffer, samples, convert_part, status.update)
        status.update("decoding the weights")
        inspection = inspect_model(flatbuffer)
        contents = {target: flatbuffer}
        if report is not None:
            contents[report] = html_report(inspection, target.name, verified).encode()
        micro_contents = None
        if micro_dir is not None:
            status.update("measuring the arena in TensorFlow Lite Micro")
            micro_contents = _micro_files(model, flatbuffer, samples, target)
        c_export = None
        if c_dir is not None:
            status.update("writing standalone C")
            from sbnn_converter.standalone import plan_export

            c_export = plan_export(flatbuffer)
        write_atomically(contents)
        if c_export is not None:
            write_folder(c_dir, c_export.files(), "--c_dir")
        if micro_contents is not None:
            write_folder(micro_dir, micro_contents, "--micro_dir")

    print_summary(inspection)
    if cost is not None:
        print_target(cost, board)
    if verified:
        print(verified)
    for path, content in contents.items():
        print(f"wrote {path} ({len(content):,} bytes)")
    if c_export is not None:
        print(
            f"wrote {c_dir}/ ({len(c_export.files())} files, {c_export.ram_bytes:,} bytes of "
            "static RAM; see its README.md)"
        )
    if micro_contents is not None:
        print(f"wrote {micro_dir}/ ({len(micro_contents)} files; see its README.md)")


def _micro_files(model, flatbuffer, samples, target: Path) -> dict[str, bytes]:
    from sbnn_converter.micro_export.export import library_name, micro_files
    from sbnn_converter.verification.samples import random_samples

    if samples:
        vector = [array[:1] for array in samples]
    else:
        vector = random_samples(model, 1)
    return micro_files(flatbuffer, library_name(target.stem), vector)


def _match(arrays, model):
    if getattr(model, "inputs", None) is None:
        return None  # the importer refuses it, with its reasons
    inputs = [(x.name, tuple(x.shape[1:])) for x in model.inputs]
    return representative_data.match_inputs(arrays, inputs)


def _verify(model, flatbuffer, samples, convert_part, progress) -> str:
    """Compares the models on samples; tells how well they agree.

    Raises:
      VerificationError: they do not.
    """
    from sbnn_converter.verification.compare import (
        FLOAT_TOLERANCE,
        QUANTIZED_TOLERANCE,
        compare,
    )
    from sbnn_converter.verification.locate import first_parting_layer
    from sbnn_converter.verification.samples import random_samples

    if samples:
        kind, tolerance = "representative", QUANTIZED_TOLERANCE
        samples = [array[: _VERIFY.value] for array in samples]
    else:
        kind, tolerance = "random", FLOAT_TOLERANCE
        samples = random_samples(model, _VERIFY.value)
    if _TOLERANCE.value is not None:
        tolerance = _TOLERANCE.value
    progress(f"comparing with Keras on {len(samples[0])} samples")
    found = compare(model, flatbuffer, samples)
    counts = (
        f"largest difference {found.largest:.3g} ({found.relative:.2g} of the largest "
        f"output), {found.differing_argmax} differing argmax"
    )
    on = f"{found.samples} {kind} sample{'' if found.samples == 1 else 's'}"
    if found.within(tolerance):
        return f"agrees with Keras on {on}: {counts}"
    layer = first_parting_layer(model, samples, convert_part, tolerance, progress)
    where = f"; they part first at layer '{layer}'" if layer else ""
    raise VerificationError(
        f"the converted model differs from Keras on {on}: {counts}, tolerance "
        f"{tolerance:g}{where}; nothing was written: raise --tolerance if that is "
        "good enough, else please report it"
    )


def run() -> None:
    """Entry point of the ``sbnn-convert`` command."""
    command.run("sbnn-convert", USAGE, FLAGS, convert)
