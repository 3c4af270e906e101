"""Where the instructions of a network go, op by op, on an emulated core."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from sbnn_converter import emulation
from sbnn_converter.cost_model import timing
from sbnn_converter.cost_model.cycles import op_cycles
from sbnn_converter.cost_model.estimate import cores, counted_core
from sbnn_converter.cost_model.features import kernel_of
from sbnn_converter.cost_model.numeric_estimate import numeric_cycles
from sbnn_converter.cost_model.numeric_features import numeric_features
from sbnn_converter.cost_model.timing import Cycles
from sbnn_converter.emulation.profile_cells import (
    memory_words,
    profile_cells,
    profile_titles,
    title_words,
    total_cells,
)
from sbnn_converter.emulation.trial import KernelObjects, try_on
from sbnn_converter.html_repr import html_line, html_table
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.standalone.export import plan_export
from sbnn_converter.tflite.flatbuffer import SbnnStep, StoredModel, StoredStep, StoredTensor
from sbnn_converter.tflite.model_file import read_model

# The cores that networks are profiled for.
PROFILED = tuple(sorted({*emulation.CORES, *cores()}))


@dataclasses.dataclass(frozen=True)
class OpProfile:
    """One op.

    Attributes:
      label: the Keras layer, or the kind of op.
      op: its name in the file.
      instructions: what it takes.
      cycles: what these take on the core, estimated within bounds; None on cores that no
        table of cycles is known for.
    """

    label: str
    op: str
    instructions: int
    cycles: Cycles | None


@dataclasses.dataclass(frozen=True, repr=False)
class Profile(ShortRepr):
    """A network on a core, as standalone C.

    Attributes:
      core: name of the core.
      ops: in the order in which they run.
      instructions: of the whole network.
      flash_bytes: code and constants of a whole program, startup included.
      ram_bytes: its variables: activations, scratch memory, inputs and outputs.
      stack_bytes: the stack that it takes.
      wait_states: what ``cycles`` wait for a word of flash.
    """

    core: str
    ops: tuple[OpProfile, ...]
    instructions: int
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    wait_states: int = 0

    @property
    def cycles(self) -> Cycles | None:
        """Of all ops whose cycles are known; None where none are."""
        known = [op.cycles for op in self.ops if op.cycles is not None]
        return sum(known, Cycles()) if known else None

    @property
    def without_cycles(self) -> list[str]:
        """The other ops, each kind once."""
        return list(dict.fromkeys(op.op for op in self.ops if op.cycles is None))

    def _repr_html_(self) -> str:
        """What notebooks show."""
        titles, rows, total = profile_titles(self), profile_cells(self), total_cells(self)
        table = html_table(titles, rows, total, title_words(self), ("kind",))
        return f"{table}\n{html_line(memory_words(self))}"

    def as_dict(self) -> dict:
        """The same as plain lists and dictionaries, for JSON; cycles are whole numbers."""
        ops = [dataclasses.asdict(op) | {"cycles": _rounded(op.cycles)} for op in self.ops]
        return dataclasses.asdict(self) | {"cycles": _rounded(self.cycles), "ops": ops}


def profile(
    model: bytes | str | os.PathLike,
    core: str = "cortex-m4",
    samples: Sequence[np.ndarray] | np.ndarray | None = None,
    *,
    wait_states: int = 0,
    kernels: KernelObjects | None = None,
) -> Profile:
    """Counts instructions op by op in QEMU, and estimates their cycles.

    Counts repeat exactly. Cycles are those counts times what an average instruction of the
    kernel takes on the core.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      core: one of ``PROFILED``. A Cortex-M0+, which QEMU has no board for, runs the code of
        an M0; its cycles are its own. Those of an M55, which runs vectors, are not known.
      samples: an array ``[n, ...]`` for each input in its type, of which the first sample
        is run; ``None`` takes a random one.
      wait_states: cycles that a word of flash takes longer than one, for the cycles.
      kernels: where compiled kernels are kept for further calls; by default those of one
        process are.

    Raises:
      ValueError: an unknown core, or samples that do not fit.
      ConversionError: the network cannot be standalone C; the message lists what stands
        in the way.
      emulation.MissingTools: compiler or emulator are not installed.
    """
    if core not in PROFILED:
        raise ValueError(f"found core '{core}', wanted one of {', '.join(PROFILED)}")
    emulated = emulation.CORES.get(core) or emulation.CORES[counted_core(core)]
    export = plan_export(read_model(model))
    if samples is None:
        inputs = random_inputs(export.network)
    else:
        given = [samples] if isinstance(samples, np.ndarray) else list(samples)
        if len(given) != len(export.network.inputs):
            raise ValueError(
                f"found samples for {len(given)} inputs, the model has {len(export.network.inputs)}"
            )
        inputs = [array[:1] for array in given]
    trial = try_on(export, emulated, inputs, kernels=kernels)
    return Profile(
        core=core,
        ops=tuple(
            OpProfile(op.label, op.name, count, _cycles(op, count, core, wait_states))
            for op, count in zip(export.ops, trial.by_op)
        ),
        instructions=trial.instructions,
        flash_bytes=trial.flash_bytes,
        ram_bytes=trial.ram_bytes,
        stack_bytes=trial.stack_bytes,
        wait_states=wait_states,
    )


def _rounded(cycles: Cycles | None) -> dict[str, int] | None:
    if cycles is None:
        return None
    return {name: round(value) for name, value in dataclasses.asdict(cycles).items()}


def _cycles(op: StoredStep, instructions: int, core: str, wait_states: int) -> Cycles | None:
    if core not in timing.COUNTED:
        return None
    if isinstance(op, SbnnStep):
        return op_cycles(kernel_of(op.sbnn), instructions, core, wait_states)
    return numeric_cycles(numeric_features(op)[0], instructions, core, wait_states)


def random_inputs(network: StoredModel, count: int = 1) -> list[np.ndarray]:
    """Random samples ``[count, ...]`` for each input, always the same ones."""
    rng = np.random.default_rng(0)
    return [_random(rng, tensor, count) for tensor in network.inputs]


def _random(rng: np.random.Generator, tensor: StoredTensor, count: int) -> np.ndarray:
    shape = (count, *tensor.shape[1:])
    if tensor.type == "FLOAT32":
        return rng.random(shape, np.float32)
    dtype = np.dtype(tensor.type.lower())
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
