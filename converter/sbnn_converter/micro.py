"""Runs converted models in the real TensorFlow Lite Micro interpreter.

The ``tflite-micro`` wheel (``pip install sbnn-keras[micro]``) holds that
interpreter, built for the host. It plans memory in one arena, as on a
microcontroller, and runs the same kernels.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re

import numpy as np

from sbnn_converter.native import library_path
from sbnn_converter.runtimes.interpreter import check_batches
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.runtimes.quantized import QuantizedFaces
from sbnn_converter.tflite.flatbuffer import DamagedFile
from sbnn_converter.tflite.model_file import read_model
from sbnn_converter.tflite.wiring import check_wiring

_REGISTER = "SbnnRegisterOps"
_FIRST_ARENA = 64 * 1024
_LARGEST_ARENA = 1024 * 1024 * 1024
_OUT_OF_ARENA = re.compile(r"Failed to (allocate|resize|reserve).*")
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
_ARENA_PART = re.compile(r"Arena allocation (head|tail) (\d+) bytes")
_ARENA_KIND = re.compile(r"'(.*?)' used (\d+) bytes")
_HEAD = "activations and scratch memory"
_REST = "other"


def _runtime():
    try:
        from tflite_micro.python.tflite_micro import runtime
    except ImportError:
        try:
            from tflite_micro import runtime
        except ImportError as error:
            raise ImportError(
                f"TensorFlow Lite Micro is not installed ({error}): "
                "pip install 'sbnn-keras[micro]'"
            ) from error
    return runtime


class Interpreter(QuantizedFaces):
    """A model in TensorFlow Lite Micro on the host.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      arena_size: bytes of the tensor arena; ``None`` finds one that suffices.

    Attributes:
      arena_used_bytes: what the model takes of the arena on this 64-bit host;
        pointers are half as large on a microcontroller.
      arena_by_kind: the same by what it is used for: activations and scratch memory,
        which share their place over time, and the interpreter's own records.

    Raises:
      ImportError: the ``tflite-micro`` wheel is not installed.
      RuntimeError: the model is refused, or does not fit ``arena_size``.
    """

    def __init__(self, model: bytes | str | os.PathLike, arena_size: int | None = None):
        content = read_model(model)
        runtime = _runtime()
        try:
            check_wiring(content)
        except DamagedFile as error:
            raise RuntimeError(f"TensorFlow Lite Micro refuses the model: {error}") from error
        # The wheel looks the registering function up among global symbols.
        ctypes.CDLL(str(library_path("sbnn_micro")), mode=ctypes.RTLD_GLOBAL)
        size = arena_size or _FIRST_ARENA
        while True:
            # The interpreter reports some of its set-up on standard output.
            with captured_stderr() as log, contextlib.redirect_stdout(None):
                try:
                    self._interpreter = runtime.Interpreter.from_bytes(
                        content, custom_op_registerers=[_REGISTER], arena_size=size
                    )
                    self._interpreter.print_allocations()
                    break
                except RuntimeError as error:
                    too_small = _OUT_OF_ARENA.search(log.text())
                    reason = log.reason(error)
                finally:
                    allocations = log.text()
            if not too_small:
                raise RuntimeError(f"TensorFlow Lite Micro refuses the model: {reason}")
            if arena_size is not None or size >= _LARGEST_ARENA:
                raise RuntimeError(
                    f"the model does not fit an arena of {size} bytes "
                    f"({too_small.group(0)}); give a larger arena_size, or None to "
                    "find one"
                )
            size *= 2
        self.arena_used_bytes = int(_ARENA_TOTAL.search(allocations).group(1))
        self.arena_by_kind = _by_kind(allocations)
        # Asking for an input that is not there prints a message and raises.
        with captured_stderr():
            self.input_details = _all(self._interpreter.get_input_details)
            self.output_details = _all(self._interpreter.get_output_details)

    def predict(self, x):
        """Runs the model on a batch, one sample after another.

        Args:
          x: array of shape ``[n, ...]`` for a model with one input, else a list
            of them in the order of ``input_details``.

        Returns:
          The output, of shape ``[n, ...]``; a list if there are several.

        Raises:
          ValueError: number, shape or type of the inputs does not fit the model,
            or the batch is empty.
        """
        batches = check_batches(x, self.input_details)
        samples = []
        for i in range(len(batches[0])):
            for index, batch in enumerate(batches):
                self._interpreter.set_input(batch[i : i + 1], index)
            self._interpreter.invoke()
            count = len(self.output_details)
            samples.append([self._interpreter.get_output(j) for j in range(count)])
        outputs = [np.concatenate(parts) for parts in zip(*samples)]
        return outputs[0] if len(outputs) == 1 else outputs


def profile(model: bytes | str | os.PathLike, core: str = "cortex-m4", samples=None):
    """Instructions by op of the model as standalone C, counted in QEMU.

    See ``sbnn_converter.standalone.profile.profile``; ``print_profile`` in
    ``sbnn_converter.report.profile_table`` shows the result as a table.
    """
    from sbnn_converter.standalone.profile import profile as run

    return run(model, core, samples)


def _by_kind(allocations: str) -> dict[str, int]:
    """Bytes by kind from the interpreter's report; they add up to the total."""
    parts = {name: int(size) for name, size in _ARENA_PART.findall(allocations)}
    kinds = {_HEAD: parts["head"]}
    kinds |= {name: int(size) for name, size in _ARENA_KIND.findall(allocations)}
    rest = parts["tail"] - sum(kinds.values()) + parts["head"]
    return kinds | ({_REST: rest} if rest > 0 else {})


def _all(details) -> list[dict]:
    """What ``details`` gives for 0, 1, ... until it raises IndexError."""
    found = []
    while True:
        try:
            found.append(details(len(found)))
        except IndexError:
            return found
