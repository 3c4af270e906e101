"""What a converted network takes on a microcontroller: flash, RAM and instructions.

Everything is known before anything is built: sizes come from the file and from the
kernels' own planning, instructions from the cost model.
"""

from __future__ import annotations

import dataclasses
import os

from sbnn_converter.cost_model.cells import (
    OP_TITLES,
    WAY_TITLES,
    numeric_words,
    op_cells,
    total_cells,
    unknown_words,
    way_cells,
)
from sbnn_converter.cost_model.estimate import (
    DEFAULT_CORE,
    check_core,
    counted_core,
    estimate_op,
)
from sbnn_converter.cost_model.features import kernel_of
from sbnn_converter.cost_model.measured import measured
from sbnn_converter.cost_model.numeric_estimate import estimate_numeric, runs_in_c
from sbnn_converter.cost_model.stack import micro_stack_bytes, plain_c_stack_bytes
from sbnn_converter.cost_model.timing import Cycles
from sbnn_converter.errors import ConversionError
from sbnn_converter.html_repr import html_line, html_table
from sbnn_converter.memory.lifetimes import aligned, live_bytes
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.standalone import Export, plan_export
from sbnn_converter.standalone.numeric_calls import is_view
from sbnn_converter.tflite.flatbuffer import (
    SbnnStep,
    StoredModel,
    StoredStep,
    read_stored_model,
)
from sbnn_converter.tflite.model_file import read_model

# TensorFlow Lite Micro on a 32-bit core keeps this much of each tensor and node
# (TfLiteEvalTensor; TfLiteNode with its registration and lists of tensors).
_TENSOR_BYTES = 12
_NODE_BYTES = 64
_INTERPRETER_BYTES = 512

# What the names of kernels begin with that run TensorFlow Lite's own ops.
NUMERIC = "TFLite "
VIEW = "view"


@dataclasses.dataclass(frozen=True)
class StepCost:
    """One op of the network.

    Attributes:
      name: the Keras layer, where the file tells it, else the op.
      kernel: what runs it, such as ``"conv2d bits"``, ``"TFLite conv2d int8"`` for an op
        of TensorFlow Lite's own, or ``"view"``; the op's own name where no cost is known.
      instructions: of one run; None where no cost is known.
      cycles: likewise, within bounds.
      tensor_bytes: all tensors alive while it runs.
      scratch_bytes: what it takes beside them.
      flash_bytes: its constants.
    """

    name: str
    kernel: str
    instructions: int | None
    cycles: Cycles | None
    tensor_bytes: int
    scratch_bytes: int
    flash_bytes: int

    @property
    def is_numeric(self) -> bool:
        """Whether it is TensorFlow Lite's own, and its cost that of a kernel of plain C."""
        return self.kernel.startswith(NUMERIC)

    @property
    def ram_bytes(self) -> int:
        """What must be there while it runs."""
        return self.tensor_bytes + aligned(self.scratch_bytes)


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to run the network.

    Attributes:
      name: ``"plain C"`` or ``"TensorFlow Lite Micro"``.
      flash: what it takes there, by part.
      ram: likewise.
      beside: what comes on top and is not known here.
    """

    name: str
    flash: dict[str, int]
    ram: dict[str, int]
    beside: str

    @property
    def flash_bytes(self) -> int:
        return sum(self.flash.values())

    @property
    def ram_bytes(self) -> int:
        return sum(self.ram.values())


@dataclasses.dataclass(frozen=True, repr=False)
class NetworkCost(ShortRepr):
    """A network on one core.

    Attributes:
      core: its name.
      steps: the ops in the order in which they run.
      ways: how it can be run, the smallest first. A network with ops that have no C
        kernel has only TensorFlow Lite Micro.
    """

    core: str
    steps: list[StepCost]
    ways: list[Way]

    @property
    def instructions(self) -> int:
        """Of all ops whose cost is known."""
        return sum(step.instructions or 0 for step in self.steps)

    @property
    def cycles(self) -> Cycles:
        """Likewise."""
        return sum((step.cycles for step in self.steps if step.cycles), Cycles())

    @property
    def unknown(self) -> list[str]:
        """Ops without a known cost."""
        return list(dict.fromkeys(s.kernel for s in self.steps if s.instructions is None))

    @property
    def numeric(self) -> list[str]:
        """TensorFlow Lite's own ops whose cost is that of plain C."""
        return list(dict.fromkeys(step.name for step in self.steps if step.is_numeric))

    @property
    def ram_bytes(self) -> int:
        """Tensors and scratch memory at the peak."""
        return max((step.ram_bytes for step in self.steps), default=0)

    @property
    def constant_bytes(self) -> int:
        """Weights, thresholds and scales."""
        return sum(step.flash_bytes for step in self.steps)

    def _repr_html_(self) -> str:
        """What notebooks show: a table of the ops, and one of the ways to run them."""
        title = f"estimated for {self.core}"
        ways = [way_cells(way) for way in self.ways]
        return "\n".join(
            [
                html_table(OP_TITLES, op_cells(self), total_cells(self), title, ("kernel",)),
                html_table(WAY_TITLES, ways, words=WAY_TITLES[3:]),
                *map(html_line, filter(None, [numeric_words(self), unknown_words(self)])),
            ]
        )

    def way(self, name: str) -> Way | None:
        """The way of this name, if the network can be run so."""
        return next((way for way in self.ways if way.name == name), None)


PLAIN_C = "plain C"
MICRO = "TensorFlow Lite Micro"


def estimate_network(
    model: bytes | str | os.PathLike, core: str = DEFAULT_CORE, *, wait_states: int = 0
) -> NetworkCost:
    """Estimates what a converted model takes.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      core: one of ``cores()``.
      wait_states: cycles that a word of flash takes longer than one, for the cycles.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: the core is unknown, or the file is damaged or no .tflite file.
    """
    check_core(core)
    model = read_model(model)
    stored = read_stored_model(model)
    export = _export(model)
    steps = [
        _step(step, live, core, wait_states, export is not None or runs_in_c(step))
        for step, live in zip(stored.steps, live_bytes(stored), strict=True)
    ]
    cost = NetworkCost(core, steps, [])
    ways = (
        [_micro(stored, cost)] if export is None else [_plain_c(export, cost), _micro(stored, cost)]
    )
    return dataclasses.replace(cost, ways=ways)


def _export(model: bytes) -> Export | None:
    try:
        return plan_export(model)
    except ConversionError:
        return None


def _plain_c(export: Export, cost: NetworkCost) -> Way:
    sizes = measured()["code_bytes"][counted_core(cost.core)]["sources"]
    code = sum(sizes.get(path, 0) for path in export.kernels)
    # Inputs and outputs are the caller's, unless the plan has a place for them.
    ports = sum(t.bytes for t in (*export.network.inputs, *export.network.outputs))
    return Way(
        PLAIN_C,
        {"constants": cost.constant_bytes, "kernels": code},
        {
            "peak": export.ram_bytes,
            "input, output": ports,
            "stack": plain_c_stack_bytes((step.kernel for step in cost.steps), cost.core),
        },
        "",
    )


def _micro(stored: StoredModel, cost: NetworkCost) -> Way:
    code = measured()["code_bytes"][counted_core(cost.core)]
    paths = {path for op in stored.sbnn_ops for path in code["ops"][op.name]}
    return Way(
        MICRO,
        {"file": stored.bytes, "SBNN ops": sum(code["sources"][path] for path in paths)},
        {
            "peak": cost.ram_bytes,
            "bookkeeping": bookkeeping_bytes(stored, cost.core),
            "stack": micro_stack_bytes(cost.core),
        },
        "its own code",
    )


def bookkeeping_bytes(stored: StoredModel, core: str = DEFAULT_CORE) -> int:
    """What TensorFlow Lite Micro keeps beside the tensors of a network, about."""
    return (
        _INTERPRETER_BYTES
        + _TENSOR_BYTES * len(stored.tensors)
        + _NODE_BYTES * len(stored.steps)
        + measured()["code_bytes"][counted_core(core)]["op_bytes"] * len(stored.sbnn_ops)
    )


def _step(step: StoredStep, live: int, core: str, wait_states: int, is_known: bool) -> StepCost:
    """An op's cost; ``is_known``: it is ours, a view, or has a kernel of plain C."""
    name, kernel = step.label, step.name
    flash = sum(tensor.constant_bytes for tensor in step.present_inputs)
    if isinstance(step, SbnnStep):
        kernel, cost = kernel_of(step.sbnn), estimate_op(step.sbnn, core, wait_states)
    elif is_view(step):
        return StepCost(name, VIEW, 0, Cycles(), live, 0, flash)
    elif is_known:
        kernel, cost = estimate_numeric(step, core, wait_states)
        kernel = NUMERIC + kernel
    else:
        return StepCost(name, kernel, None, None, live, 0, flash)
    return StepCost(
        name=name,
        kernel=kernel,
        instructions=cost.instructions,
        cycles=cost.cycles,
        tensor_bytes=live,
        scratch_bytes=cost.scratch_bytes,
        flash_bytes=flash,
    )
