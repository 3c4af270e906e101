"""Runs converted models in the real TensorFlow Lite Micro interpreter.

The ``tflite-micro`` wheel (``pip install sbnn-keras[micro]``) holds that
interpreter, built for the host. It plans memory in one arena, as on a
microcontroller, and runs the same kernels.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
import threading
from unittest import mock

import numpy as np

from sbnn_converter.native import library_path
from sbnn_converter.runtimes.batches import check_batches, run_in_parts
from sbnn_converter.runtimes.micro_wheel import micro_runtime
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.runtimes.quantized import QuantizedFaces
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.micro_limits import micro_limit
from sbnn_converter.tflite.model_file import read_model
from sbnn_converter.tflite.wiring import has_variables

_REGISTER = "SbnnRegisterOps"
_FIRST_ARENA = 64 * 1024
_BYTES_OF_OP, _BYTES_OF_NUMBER = 4096, 4
# TFLM's: a request for scratch memory, how many it keeps room for, how many ops make.
_REQUEST_BYTES, _REQUESTS_AHEAD, _REQUESTS_OF_OP = 16, 12, 2
# Recurrent ops hold a record of each of their tensors while they prepare, and do not look
# whether they got them; no other op holds more than a few.
_BYTES_OF_HELD_TENSOR, _HELD_BY_ANY_OP = 64, 8
_LARGEST_ARENA = 1024 * 1024 * 1024
_OUT_OF_ARENA = re.compile(r"(Failed to (allocate|resize|reserve)|Too many buffers).*")
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
_ARENA_PART = re.compile(r"Arena allocation (head|tail) (\d+) bytes")
_ARENA_KIND = re.compile(r"'(.*?)' used (\d+) bytes")
_HEAD = "activations and scratch memory"
_REST = "other"


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
      ValueError: not a model, or a damaged one.
      RuntimeError: the model is refused, or does not fit ``arena_size``.
    """

    def __init__(self, model: bytes | str | os.PathLike, arena_size: int | None = None):
        content = read_model(model)
        self._runtime = micro_runtime()
        if limit := micro_limit(content):
            raise RuntimeError(
                f"TensorFlow Lite Micro cannot run {limit[0]} in this model: {limit[1]}"
            )
        # The wheel looks the registering function up among global symbols.
        ctypes.CDLL(str(library_path("sbnn_micro")), mode=ctypes.RTLD_GLOBAL)
        self._lock = threading.Lock()
        self._has_variables = has_variables(content)
        # TFLM does not notice when the requests of ops for scratch memory run into the
        # end of the arena, and writes over what lies there. So an arena that somebody
        # wants is tried only when they are known to fit.
        allocations = self._open_in_enough(content)
        if arena_size is not None:
            least = _least_arena(content, allocations)
            if arena_size < least:
                raise _arena_too_small(arena_size, f"it takes {least} bytes")
            allocations = self._open(content, arena_size)
        self.arena_used_bytes = _arena_bytes(allocations)
        self.arena_by_kind = _by_kind(allocations)
        # Asking for an input that is not there prints a message and raises.
        with captured_stderr():
            self._input_details = _all(self._interpreter.get_input_details)
            self._output_details = _all(self._interpreter.get_output_details)

    @property
    def input_details(self) -> list[dict]:
        """The runtime's description of the input tensors."""
        return self._input_details

    @property
    def output_details(self) -> list[dict]:
        """The runtime's description of the output tensors."""
        return self._output_details

    def _open_in_enough(self, content: bytes) -> str:
        """Opens the model in an arena that is large enough; what TFLM says of its use."""
        size = _roomy_arena(content)
        while True:
            try:
                return self._open(content, size)
            except _ArenaTooSmall:
                if size >= _LARGEST_ARENA:
                    raise
            size = min(4 * size, _LARGEST_ARENA)

    def _open(self, content: bytes, size: int) -> str:
        """Opens the model in ``size`` bytes; what TFLM says of their use.

        Raises:
          _ArenaTooSmall: they do not suffice.
          RuntimeError: TFLM refuses the model.
        """
        # Python's side of the interpreter prints some of its set-up.
        silent = mock.patch.object(self._runtime, "print", _say_nothing, create=True)
        with captured_stderr() as log, silent:
            try:
                self._interpreter = self._runtime.Interpreter.from_bytes(
                    content, custom_op_registerers=[_REGISTER], arena_size=size
                )
                self._interpreter.print_allocations()
            except RuntimeError as error:
                too_small = _OUT_OF_ARENA.search(log.text())
                if too_small:
                    raise _arena_too_small(size, too_small.group(0).strip()) from None
                raise RuntimeError(
                    f"TensorFlow Lite Micro refuses the model: {log.reason(error)}"
                ) from None
            return log.text()

    def predict(self, x):
        """Runs the model on a batch, one sample after another.

        Threads that use the same interpreter take turns.

        Args:
          x: array of shape ``[n, ...]`` for a model with one input, else a list
            of them in the order of ``input_details``.

        Returns:
          The output, of shape ``[n, ...]``; a list if there are several.

        Raises:
          ValueError: number, shape, type or values of the inputs do not fit the model,
            the batch is empty, or an output has no row for each sample.
          RuntimeError: TFLM gives up; the message holds its reason.
        """
        batches = check_batches(x, self.input_details)
        with self._lock:
            outputs = run_in_parts(self._run, batches, 1)
        return outputs[0] if len(outputs) == 1 else outputs

    def _run(self, sample: list[np.ndarray]) -> list[np.ndarray]:
        with captured_stderr() as log:
            try:
                if self._has_variables:  # what the sample before left there
                    self._interpreter.reset()
                for index, values in enumerate(sample):
                    self._interpreter.set_input(values, index)
                self._interpreter.invoke()
            except RuntimeError as error:
                raise RuntimeError(
                    f"TensorFlow Lite Micro cannot run the model: {log.reason(error)}"
                ) from None
        return [self._interpreter.get_output(j) for j in range(len(self.output_details))]


class _ArenaTooSmall(RuntimeError):
    pass


def _arena_too_small(size: int, why: str) -> _ArenaTooSmall:
    return _ArenaTooSmall(
        f"the model does not fit an arena of {size} bytes ({why}); give a larger "
        "arena_size, or None to find one"
    )


def _least_arena(content: bytes, allocations: str) -> int:
    """Bytes without which opening a model must fail: what it keeps of a large arena, or
    its records and, until memory is planned, the ops' requests. Besides it, what an op
    holds while it prepares."""
    records = int(dict(_ARENA_PART.findall(allocations))["tail"])
    requests = _REQUEST_BYTES * (_REQUESTS_AHEAD + _REQUESTS_OF_OP * _op_count(content))
    kept = max(_arena_bytes(allocations), records + requests)
    tensors = max((op.InputsLength() + op.OutputsLength() for op in _ops(content)), default=0)
    return kept + (_BYTES_OF_HELD_TENSOR * tensors if tensors > _HELD_BY_ANY_OP else 0)


def _graphs(content: bytes) -> list:
    root = schema.Model.GetRootAsModel(content, 0)
    return [root.Subgraphs(i) for i in range(root.SubgraphsLength())]


def _ops(content: bytes) -> list:
    return [g.Operators(i) for g in _graphs(content) for i in range(g.OperatorsLength())]


def _op_count(content: bytes) -> int:
    return len(_ops(content))


def _roomy_arena(content: bytes) -> int:
    """More bytes than a model should take: all its tensors at once, and records of every
    op and of every number that the file holds about quantization."""
    tensors = [g.Tensors(i) for g in _graphs(content) for i in range(g.TensorsLength())]
    sizes = [math.prod(t.Shape(i) for i in range(t.ShapeLength())) for t in tensors]
    computed = _BYTES_OF_NUMBER * sum(max(size, 0) for size in sizes)
    records = _BYTES_OF_OP * _op_count(content) + 2 * len(content)
    return min(_FIRST_ARENA + 2 * computed + records, _LARGEST_ARENA)


def _say_nothing(*words, **options) -> None:
    pass


def profile(model: bytes | str | os.PathLike, core: str = "cortex-m4", samples=None):
    """Instructions by op of the model as standalone C, counted in QEMU.

    See ``sbnn_converter.emulation.profile.profile``; ``print_profile`` in
    ``sbnn_converter.report.profile_table`` shows the result as a table.
    """
    from sbnn_converter.emulation.profile import profile as run

    return run(model, core, samples)


def _arena_bytes(allocations: str) -> int:
    """All that a model takes of its arena, from the interpreter's report.

    Raises:
      RuntimeError: it does not say so.
    """
    found = _ARENA_TOTAL.search(allocations)
    if found is None:
        raise RuntimeError(f"the interpreter reports no arena: {allocations!r}")
    return int(found.group(1))


def _by_kind(allocations: str) -> dict[str, int]:
    """Bytes by kind from the interpreter's report; they add up to the total."""
    parts = {name: int(size) for name, size in _ARENA_PART.findall(allocations)}
    kinds = {_HEAD: parts["head"]}
    kinds |= {name: int(size) for name, size in _ARENA_KIND.findall(allocations)}
    rest = parts["tail"] - sum(kinds.values()) + parts["head"]
    return kinds | ({_REST: rest} if rest > 0 else {})


def _all(details) -> list[dict]:
    """What ``details`` gives for 0, 1, ... until it raises IndexError."""
    found: list[dict] = []
    while True:
        try:
            found.append(details(len(found)))
        except IndexError:
            return found
