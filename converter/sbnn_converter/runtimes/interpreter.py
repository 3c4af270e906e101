"""Runs converted models on the host, in whichever TFLite runtime is there."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
import threading

import numpy as np

from sbnn_converter.native import library_path
from sbnn_converter.runtimes.batches import check_batch_size, check_batches, run_in_parts
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.runtimes.quantized import QuantizedFaces
from sbnn_converter.tflite.batch_axis import follows_batch
from sbnn_converter.tflite.model_file import read_model
from sbnn_converter.tflite.wiring import has_variables

# Runtime name -> (module with Interpreter and load_delegate). All of them load
# the same delegate library.
_RUNTIMES = {
    "tflite_runtime": "tflite_runtime.interpreter",
    "litert": "ai_edge_litert.interpreter",
    "tensorflow": "tensorflow.lite.python.interpreter",
}

_import_lock = threading.Lock()  # the flags of dlopen are the process's


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
    with _import_lock:
        flags = sys.getdlopenflags()
        sys.setdlopenflags(flags | getattr(os, "RTLD_DEEPBIND", 0))
        try:
            return importlib.import_module(module)
        finally:
            sys.setdlopenflags(flags)


class Interpreter(QuantizedFaces):
    """A model in TFLite, LiteRT or tf.lite with the SBNN delegate.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      runtime: ``"tflite_runtime"``, ``"litert"``, ``"tensorflow"``, or
        ``"auto"``: the first of them that is installed.
      num_threads: threads for the runtime's own kernels and for ours.

    Raises:
      ValueError: unknown runtime, not a model, or a damaged one.
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
            raise ValueError(f"unknown runtime '{runtime}': wanted auto, {', '.join(_RUNTIMES)}")
        try:
            module = _import_runtime(_RUNTIMES[runtime])
        except ImportError as error:
            raise ImportError(
                f"runtime '{runtime}' is not installed ({error}); installed: "
                f"{', '.join(available_runtimes()) or 'none'}"
            ) from error
        self.runtime = runtime
        self._module = module
        self._content = content
        self._num_threads = num_threads
        self._lock = threading.Lock()
        self._follows_batch = follows_batch(content)
        self._has_variables = has_variables(content)
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
            except Exception as error:  # whatever the runtime's binding makes of a trouble
                raise RuntimeError(
                    f"{self.runtime} refuses the model: {log.reason(error)}"
                ) from None
        self._process = os.getpid()
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

        A model that works for one sample only (a batch of one stands in its graph) runs
        one after another. Threads that use the same interpreter take turns.

        Args:
          x: array of shape ``[n, ...]`` for a model with one input, else a list
            of them in the order of ``input_details``.
          batch_size: samples that run together, as in Keras's ``predict``. Memory
            grows with it; where a tensor of the batch passes 2 GiB, the float
            kernels of TFLite crash.

        Returns:
          The output, of shape ``[n, ...]``; a list if there are several.

        Raises:
          ValueError: number, shape, type or values of the inputs do not fit the model,
            the batch size is no whole number above 0, or an output has no row for each
            sample.
          RuntimeError: the runtime gives up; the message holds its reason.
        """
        batch_size = check_batch_size(batch_size)
        if os.getpid() != self._process:
            self._open_behind_fork()
        with self._lock:
            batches = check_batches(x, self.input_details)
            outputs = self._predict(batches, batch_size)
        return outputs[0] if len(outputs) == 1 else outputs

    def _predict(self, batches, batch_size: int) -> list[np.ndarray]:
        if self._follows_batch:
            try:
                return run_in_parts(self._run, batches, batch_size)
            except (RuntimeError, ValueError):
                # Bad values, or a batch in the graph after all: the next lines tell.
                self._interpreter = self._open()
        outputs = self._predict_as_stored(batches)
        self._follows_batch = False
        return outputs

    def _predict_as_stored(self, batches) -> list[np.ndarray]:
        """Runs as many samples at a time as the file was written for."""
        size = int(self.input_details[0]["shape"][0])
        if len(batches[0]) % size:
            raise ValueError(
                f"found {len(batches[0])} samples: this model takes {size} at a time, no "
                f"more and no less; wanted a multiple of {size}"
            )
        try:
            return run_in_parts(self._run, batches, size)
        except RuntimeError:
            # tflite-runtime crashes where an interpreter that failed is used again.
            self._interpreter = self._open()
            raise

    def _open_behind_fork(self) -> None:
        """Leaves the interpreter to the parent process, whose threads it waits for."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._interpreter))  # never freed
        self._lock = threading.Lock()
        self._interpreter = self._open()

    def _run(self, batches: list[np.ndarray]) -> list[np.ndarray]:
        try:
            self._resize(len(batches[0]))
            for batch, detail in zip(batches, self.input_details):
                self._interpreter.set_tensor(detail["index"], batch)
            if self._has_variables:  # what earlier samples left there
                self._interpreter.reset_all_variables()
            self._interpreter.invoke()
        except Exception as error:  # whatever the runtime's binding makes of a trouble
            reason = " ".join(str(error).split())
            raise RuntimeError(f"{self.runtime} gave up: {reason}") from None
        return [self._interpreter.get_tensor(d["index"]) for d in self.output_details]

    def _resize(self, size: int) -> None:
        details = self.input_details
        if all(d["shape"][0] == size for d in details):
            return
        with captured_stderr():
            for detail in details:
                shape = [size, *(int(d) for d in detail["shape"][1:])]
                self._interpreter.resize_tensor_input(detail["index"], shape)
            self._interpreter.allocate_tensors()
