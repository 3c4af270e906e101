"""What a converted network takes on a microcontroller: flash, RAM and instructions.

Everything is known before anything is built: sizes come from the file and from the
kernels' own planning, instructions from the cost model.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.cost_model.estimate import (
    DEFAULT_CORE,
    check_core,
    estimate_op,
    model_file,
)
from sbnn_converter.cost_model.features import kernel_of
from sbnn_converter.memory_plan import aligned, live_bytes
from sbnn_converter.tflite.flatbuffer import StoredModel, read_stored_model

# TensorFlow Lite Micro on a 32-bit core keeps this much of each tensor and node
# (TfLiteEvalTensor; TfLiteNode with its registration and lists of tensors).
_TENSOR_BYTES = 12
_NODE_BYTES = 64
_INTERPRETER_BYTES = 512


@dataclasses.dataclass(frozen=True)
class StepCost:
    """One op of the network.

    Attributes:
      name: the Keras layer, where the file tells it, else the op.
      kernel: what runs it, such as ``"conv2d bits"``; the op's own name if it is none
        of ours.
      instructions: of one run; None where no cost is known.
      tensor_bytes: all tensors alive while it runs.
      scratch_bytes: what it takes beside them.
      flash_bytes: its constants.
    """

    name: str
    kernel: str
    instructions: int | None
    tensor_bytes: int
    scratch_bytes: int
    flash_bytes: int

    @property
    def ram_bytes(self) -> int:
        """What must be there while it runs."""
        return self.tensor_bytes + aligned(self.scratch_bytes)


@dataclasses.dataclass(frozen=True)
class NetworkCost:
    """A network on one core.

    Attributes:
      core: its name.
      steps: the ops in the order in which they run.
      file_bytes: the flatbuffer.
      code_bytes: the kernels that the network needs.
      checks_bytes: code that reads and checks a file's ops; only an interpreter
        needs it.
      bookkeeping_bytes: RAM that TensorFlow Lite Micro takes beside the tensors.
    """

    core: str
    steps: list[StepCost]
    file_bytes: int
    code_bytes: int
    checks_bytes: int
    bookkeeping_bytes: int

    @property
    def instructions(self) -> int:
        """Of all ops whose cost is known."""
        return sum(step.instructions or 0 for step in self.steps)

    @property
    def unknown(self) -> list[str]:
        """Ops without a known cost."""
        return list(dict.fromkeys(s.kernel for s in self.steps if s.instructions is None))

    @property
    def ram_bytes(self) -> int:
        """Tensors and scratch memory at the peak."""
        return max((step.ram_bytes for step in self.steps), default=0)

    @property
    def arena_bytes(self) -> int:
        """The same as TensorFlow Lite Micro's arena."""
        return self.ram_bytes + self.bookkeeping_bytes

    @property
    def constant_bytes(self) -> int:
        """Weights, thresholds and scales."""
        return sum(step.flash_bytes for step in self.steps)

    @property
    def plain_c_flash_bytes(self) -> int:
        """Constants and kernels."""
        return self.constant_bytes + self.code_bytes

    @property
    def micro_flash_bytes(self) -> int:
        """The file, kernels and checks; not TensorFlow Lite Micro itself."""
        return self.file_bytes + self.code_bytes + self.checks_bytes


def estimate_network(model: bytes, core: str = DEFAULT_CORE) -> NetworkCost:
    """Estimates what a converted model takes.

    Args:
      model: the flatbuffer.
      core: one of ``cores()``.

    Raises:
      ValueError: the core is unknown, or the file is damaged.
    """
    check_core(core)
    stored = read_stored_model(model)
    code = model_file()["code_bytes"][core]
    steps = [
        _step(stored, number, live, core) for number, live in enumerate(live_bytes(stored))
    ]
    ours = {step.kernel for step in steps if step.kernel in code["kernels"]}
    objects = {name for kernel in ours for name in code["kernels"][kernel]}
    return NetworkCost(
        core=core,
        steps=steps,
        file_bytes=stored.bytes,
        code_bytes=sum(code["objects"][name] for name in objects),
        checks_bytes=code["ops"] if ours else 0,
        bookkeeping_bytes=bookkeeping_bytes(stored, core),
    )


def bookkeeping_bytes(stored: StoredModel, core: str = DEFAULT_CORE) -> int:
    """What TensorFlow Lite Micro keeps beside the tensors of a network, about."""
    return (
        _INTERPRETER_BYTES
        + _TENSOR_BYTES * len(stored.tensors)
        + _NODE_BYTES * len(stored.steps)
        + model_file()["code_bytes"][core]["op_bytes"] * len(stored.sbnn_ops)
    )


def _step(stored: StoredModel, number: int, live: int, core: str) -> StepCost:
    step = stored.steps[number]
    flash = sum(stored.tensors[tensor].constant_bytes for tensor in step.inputs)
    if step.op is None:
        return StepCost(step.name, step.name, None, live, 0, flash)
    cost = estimate_op(step.op, core)
    return StepCost(
        name=step.op.layer or step.name,
        kernel=kernel_of(step.op),
        instructions=cost.instructions,
        tensor_bytes=live,
        scratch_bytes=cost.scratch_bytes,
        flash_bytes=flash,
    )
