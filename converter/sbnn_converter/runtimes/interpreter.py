"""Runs converted models on the host, in whichever TFLite runtime is there."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

import numpy as np

from sbnn_converter.native import library_path
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.runtimes.quantized import QuantizedFaces
from sbnn_converter.tflite.flatbuffer import DamagedFile
from sbnn_converter.tflite.model_file import read_model
from sbnn_converter.tflite.wiring import check_wiring

# Runtime name -> (module with Interpreter and load_delegate). All of them load
# the same delegate library.
_RUNTIMES = {
    "tflite_runtime": "tflite_runtime.interpreter",
    "litert": "ai_edge_litert.interpreter",
    "tensorflow": "tensorflow.lite.python.interpreter",
}


def available_runtimes() -> list[str]:
    """Names of the installed runtimes, in the order that ``"auto"`` tries."""
    return [
        name
        for name, module in _RUNTIMES.items()
        if importlib.util.find_spec(module.partition(".")[0]) is not None
    ]


def _import_runtime(module: str):
    """Imports a runtime so that its library uses its own symbols first.

    TensorFlow and tflite-runtime hold different versions of the same C++ code.
    Without this flag, tflite-runtime loaded behind TensorFlow would call
    TensorFlow's.
    """
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | getattr(os, "RTLD_DEEPBIND", 0))
    try:
        return importlib.import_module(module)
    finally:
        sys.setdlopenflags(flags)


def check_batches(x, details: list[dict]) -> list[np.ndarray]:
    """Checks the inputs of ``predict`` against a runtime's description of them.

    Args:
      x: an array, or a list of one array for each input.
      details: the inputs, with ``shape`` and ``dtype``.

    Returns:
      One array for each input, in its type.

    Raises:
      ValueError: number, shape or sizes of the inputs do not fit, or real numbers are
        given for whole ones.
    """
    batches = [x] if len(details) == 1 and not isinstance(x, (list, tuple)) else x
    batches = [np.asarray(b) for b in batches]
    if len(batches) != len(details):
        raise ValueError(f"found {len(batches)} inputs, wanted {len(details)}")
    for index, (batch, detail) in enumerate(zip(batches, details)):
        wanted = tuple(int(d) for d in detail["shape"][1:])
        if batch.ndim == 0 or batch.shape[1:] != wanted:
            raise ValueError(
                f"input {index} has shape {batch.shape}, wanted {('n', *wanted)}"
            )
        if len(batch) != len(batches[0]):
            raise ValueError(
                f"input {index} has {len(batch)} samples, wanted "
                f"{len(batches[0])} as in input 0"
            )
        dtype = np.dtype(detail["dtype"])
        if batch.dtype.kind == "f" and dtype.kind in "iu":
            raise ValueError(
                f"input {index} holds {batch.dtype.name} numbers, wanted {dtype.name}: "
                "convert real numbers with the interpreter's quantize()"
            )
    if len(batches[0]) == 0:
        raise ValueError("the batch is empty: wanted at least one sample")
    return [np.ascontiguousarray(b, d["dtype"]) for b, d in zip(batches, details)]


class Interpreter(QuantizedFaces):
    """A model in TFLite, LiteRT or tf.lite with the SBNN delegate.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      runtime: ``"tflite_runtime"``, ``"litert"``, ``"tensorflow"``, or
        ``"auto"``: the first of them that is installed.
      num_threads: threads for the runtime's own kernels and for ours.

    Raises:
      ValueError: unknown runtime, or not a model.
      ImportError: the runtime is not installed.
      RuntimeError: the runtime refuses the model, or the environment variable
        ``SBNN_HOST_ISA`` (``baseline``, ``avx2``, ``avx512``: the instructions that our
        kernels use, else the best there are) names what this processor lacks.
    """

    def __init__(
        self,
        model: bytes | str | os.PathLike,
        runtime: str = "auto",
        num_threads: int = 1,
    ):
        content = read_model(model)
        if runtime == "auto":
            runtime = next(iter(available_runtimes()), "tensorflow")
        if runtime not in _RUNTIMES:
            raise ValueError(
                f"unknown runtime '{runtime}': wanted auto, {', '.join(_RUNTIMES)}"
            )
        try:
            module = _import_runtime(_RUNTIMES[runtime])
        except ImportError as error:
            raise ImportError(
                f"runtime '{runtime}' is not installed ({error}); installed: "
                f"{', '.join(available_runtimes()) or 'none'}"
            ) from error
        self.runtime = runtime
        self._module = module
        try:
            check_wiring(content)
        except DamagedFile as error:
            raise RuntimeError(f"{runtime} refuses the model: {error}") from error
        self._content = content
        self._num_threads = num_threads
        self._interpreter = self._open()

    def _open(self):
        """A fresh interpreter for the batch size that stands in the file."""
        try:
            delegate = self._module.load_delegate(str(library_path("sbnn_tflite")))
        except ValueError as error:
            raise RuntimeError(
                f"{self.runtime} cannot load the SBNN delegate: "
                f"{str(error).strip().splitlines()[-1]}"
            ) from None
        with captured_stderr() as log:
            try:
                interpreter = self._module.Interpreter(
                    model_content=self._content,
                    num_threads=self._num_threads,
                    experimental_delegates=[delegate],
                )
                interpreter.allocate_tensors()
            except (RuntimeError, ValueError) as error:
                raise RuntimeError(
                    f"{self.runtime} refuses the model: {log.reason(error)}"
                ) from None
        return interpreter

    @property
    def input_details(self) -> list[dict]:
        """The runtime's description of the input tensors."""
        return self._interpreter.get_input_details()

    @property
    def output_details(self) -> list[dict]:
        """The runtime's description of the output tensors."""
        return self._interpreter.get_output_details()

    def predict(self, x, batch_size: int = 32):
        """Runs the model on any number of samples.

        Args:
          x: array of shape ``[n, ...]`` for a model with one input, else a list
            of them in the order of ``input_details``.
          batch_size: samples that run together, as in Keras's ``predict``. Memory
            grows with it; where a tensor of the batch passes 2 GiB, the float
            kernels of TFLite crash.

        Returns:
          The output, of shape ``[n, ...]``; a list if there are several.

        Raises:
          ValueError: number, shape or type of the inputs does not fit the model, or
            the batch size is below 1.
        """
        batches = check_batches(x, self.input_details)
        if batch_size < 1:
            raise ValueError(
                f"Wrong `batch_size`: found {batch_size}, wanted 1 or more."
            )
        try:
            self._resize(min(batch_size, len(batches[0])))
        except (RuntimeError, ValueError):
            # A graph whose own ops insist on one sample at a time. tflite-runtime
            # crashes where an interpreter that failed to resize is used again.
            self._interpreter = self._open()
            batch_size = 1
        parts = []
        for i in range(0, len(batches[0]), batch_size):
            part = [b[i : i + batch_size] for b in batches]
            self._resize(len(part[0]))
            parts.append(self._run(part))
        outputs = [np.concatenate(p) for p in zip(*parts)]
        return outputs[0] if len(outputs) == 1 else outputs

    def _resize(self, size: int) -> None:
        details = self.input_details
        if all(d["shape"][0] == size for d in details):
            return
        with captured_stderr():
            for detail in details:
                shape = [size, *(int(d) for d in detail["shape"][1:])]
                self._interpreter.resize_tensor_input(detail["index"], shape)
            self._interpreter.allocate_tensors()

    def _run(self, batches: list[np.ndarray]) -> list[np.ndarray]:
        for batch, detail in zip(batches, self.input_details):
            self._interpreter.set_tensor(detail["index"], batch)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(d["index"]) for d in self.output_details]
