"""sbnn-convert: from a saved Keras model to a .tflite file."""

from __future__ import annotations

from pathlib import Path

from absl import flags

from sbnn_converter.cli import command
from sbnn_converter.files import (
    check_source,
    check_target,
    load_keras_model,
    write_atomically,
)
from sbnn_converter.runtimes.native_log import captured_stderr

_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "File to write. Default: the model's name with .tflite behind it. An "
    "existing file is replaced only once the conversion has succeeded.",
    short_name="o",
)

USAGE = """
Converts a Keras model with sparse binary layers to TFLite.

usage: sbnn-convert MODEL [-o FILE.tflite]

MODEL is a .h5 or .keras file or a SavedModel folder written by Keras 2
(model.save). The result runs in TFLite, LiteRT and TensorFlow Lite Micro with
the SBNN ops; sbnn_converter.Interpreter runs it on this machine.
"""


def convert(arguments: list[str]) -> None:
    """Converts the model named on the command line and prints what came out.

    Raises:
      command.UsageError, ValueError, OSError: for what the user has to mend.
    """
    if len(arguments) != 1:
        raise command.UsageError(
            f"found {len(arguments)} models on the command line, wanted one"
        )
    source = Path(arguments[0])
    target = Path(_OUTPUT.value) if _OUTPUT.value else source.with_suffix(".tflite")
    # The cheap checks first: loading TensorFlow takes seconds.
    check_source(source)
    check_target(target)

    with command.progress("loading TensorFlow") as status:
        with captured_stderr():
            from sbnn_converter.convert import convert_keras_model
        from sbnn_converter.report.summary import print_summary

        status.update(f"reading {source}")
        model = load_keras_model(source)
        status.update(f"converting {source}")
        flatbuffer = convert_keras_model(model)
        write_atomically(target, flatbuffer)
    print_summary(flatbuffer)
    print(f"wrote {target} ({len(flatbuffer):,} bytes)")


def run() -> None:
    """Entry point of the ``sbnn-convert`` command."""
    command.run("sbnn-convert", USAGE, __name__, convert)
