"""Converts models of Keras 3 that compute with JAX or PyTorch, in a process with TensorFlow.

Keras keeps one backend for as long as a process lives, and TensorFlow is what writes the file. So
the model is saved, and another Python process, started with the same paths, opens it with
TensorFlow as backend and converts it. Everything between the two lies in a folder of their own.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sbnn_converter.errors import ConversionError, first_line
from sbnn_converter.framework.backend import backend_of_keras
from sbnn_converter.options import ConversionOptions
from sbnn_converter.quantization.representative import samples_of

_WAY_OUT = (
    "save the model, and convert the file in a process with KERAS_BACKEND=tensorflow that has its "
    "classes, or with: sbnn-convert model.keras"
)
_SAMPLES = "samples.pickle"


def convert_in_tensorflow(
    model, options: ConversionOptions, report: Callable[[str], None]
) -> bytes:
    """Converts in another process what ``convert_keras_model`` is asked for in this one.

    Args:
      model: a model of Keras 3, whose backend is JAX or PyTorch here.
      options: how; the representative dataset is read here.
      report: called with what is being done.

    Raises:
      ConversionError: what the other process says, or why the model cannot go there.
    """
    with tempfile.TemporaryDirectory(prefix="sbnn-") as name:
        folder = Path(name)
        report("saving the model for a process with TensorFlow")
        _hand_over(model, options, folder)
        found = _run(folder, report)
        if (folder / "error").exists():
            raise ConversionError((folder / "error").read_text(encoding="utf-8"))
        if not (folder / "model.tflite").exists():
            raise ConversionError(_failed(found))
        return (folder / "model.tflite").read_bytes()


def _hand_over(model, options: ConversionOptions, folder: Path) -> None:
    if not hasattr(model, "save"):
        raise ConversionError(
            f"cannot convert a {type(model).__name__}: wanted a built Sequential or Functional "
            "model of Keras 3"
        )
    try:
        model.save(folder / "model.keras")
    except OSError:
        raise
    except Exception as error:
        raise ConversionError(
            f"cannot convert in a process with KERAS_BACKEND={backend_of_keras()}: the model "
            f"cannot be saved for one with TensorFlow ({first_line(error)}); wanted a built model "
            "whose layers Keras can save"
        ) from error
    wanted = {
        "inference_input_type": options.inference_input_type.name,
        "inference_output_type": options.inference_output_type.name,
        "weight_code": options.weight_code,
        "optimize_for": options.optimize_for,
        "target_mcu": options.target_mcu,
        "ram_kb": None if options.ram_kb is None else float(options.ram_kb),
    }
    (folder / "options.json").write_text(json.dumps(wanted), encoding="utf-8")
    if options.representative_dataset is not None:
        samples = [_in_numpy(sample) for sample in samples_of(options.representative_dataset)]
        (folder / _SAMPLES).write_bytes(pickle.dumps(samples))


def _in_numpy(sample):
    """A sample with arrays of NumPy in place of any backend's; what is none stays as it is."""
    if isinstance(sample, dict):
        return {name: _array(given) for name, given in sample.items()}
    if isinstance(sample, (list, tuple)):
        return [_array(given) for given in sample]
    return _array(sample) if hasattr(sample, "shape") else sample


def _array(given):
    if not hasattr(given, "shape") or isinstance(given, np.ndarray):
        return given
    import keras

    return keras.ops.convert_to_numpy(given)


def _run(folder: Path, report: Callable[[str], None]) -> str:
    """Runs the other process; what it has written to stderr."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "SBNN_KERAS": "3",
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
    }
    with open(folder / "stderr", "w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(folder)],
            env=environment,
            cwd=folder,  # from where Python would import, too
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with process:
            assert process.stdout is not None  # a pipe
            for line in process.stdout:
                if line.startswith(_STEP):
                    report(line.removeprefix(_STEP).rstrip("\n"))
        errors.seek(0)
        return errors.read()


_STEP = "sbnn_converter: "


def _failed(errors: str) -> str:
    last = errors.strip().splitlines()[-1:] or ["it ended without a word"]
    return (
        f"cannot convert in a process with KERAS_BACKEND={backend_of_keras()}: one with "
        f"TensorFlow, started for it, failed ({last[0]}); {_WAY_OUT}"
    )


def _told(error: Exception) -> str:
    """What Keras could not open: the class, where it is one that nobody knows here."""
    unknown = re.search(r"Could not locate (?:class|function) '[^']+'", str(error))
    return unknown[0] if unknown else first_line(error)


def main(folder: Path) -> None:
    """The other process: writes ``model.tflite`` or, in one line, ``error``."""
    import keras

    from sbnn_converter.convert import convert_keras_model
    from sbnn_converter.framework.deep_models import room_for_deep_models

    wanted = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    samples = None
    if (folder / _SAMPLES).exists():
        stored = pickle.loads((folder / _SAMPLES).read_bytes())  # of the process that started us

        def samples():
            return stored

    try:
        try:
            # Whatever code is in it ran in the process that started this one.
            with room_for_deep_models():
                model = keras.models.load_model(
                    folder / "model.keras", compile=False, safe_mode=False
                )
        except Exception as error:
            raise ConversionError(
                f"cannot open the model in a process with TensorFlow: {_told(error)}; {_WAY_OUT}"
            ) from error
        found = convert_keras_model(
            model,
            **wanted,
            representative_dataset=samples,
            progress=lambda step: print(f"{_STEP}{step}", flush=True),
        )
    except ConversionError as error:
        (folder / "error").write_text(str(error), encoding="utf-8")
    else:
        (folder / "model.tflite").write_bytes(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
