"""Where the instructions of a network go, op by op, on an emulated core."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from sbnn_converter import emulation
from sbnn_converter.emulation.trial import KernelObjects, try_on
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.standalone.export import plan_export
from sbnn_converter.tflite.flatbuffer import StoredModel, StoredTensor
from sbnn_converter.tflite.model_file import read_model


@dataclasses.dataclass(frozen=True)
class OpProfile:
    """One op.

    Attributes:
      label: the Keras layer, or the kind of op.
      op: its name in the file.
      instructions: what it takes.
    """

    label: str
    op: str
    instructions: int


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
    """

    core: str
    ops: tuple[OpProfile, ...]
    instructions: int
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int

    def as_dict(self) -> dict:
        """The same as plain lists and dictionaries, for JSON."""
        return dataclasses.asdict(self) | {"ops": [dataclasses.asdict(o) for o in self.ops]}


def profile(
    model: bytes | str | os.PathLike,
    core: str = "cortex-m4",
    samples: Sequence[np.ndarray] | np.ndarray | None = None,
    *,
    kernels: KernelObjects | None = None,
) -> Profile:
    """Counts instructions op by op in QEMU.

    Counts repeat exactly. They are instructions, not cycles: flash wait states and
    instructions of several cycles come on top.

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      core: one of ``emulation.CORES``.
      samples: an array ``[n, ...]`` for each input in its type, of which the first sample
        is run; ``None`` takes a random one.
      kernels: where compiled kernels are kept for further calls; by default those of one
        process are.

    Raises:
      ValueError: an unknown core, or samples that do not fit.
      ConversionError: the network cannot be standalone C; the message lists what stands
        in the way.
      emulation.MissingTools: compiler or emulator are not installed.
    """
    if core not in emulation.CORES:
        raise ValueError(f"found core '{core}', wanted one of {', '.join(emulation.CORES)}")
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
    trial = try_on(export, emulation.CORES[core], inputs, kernels=kernels)
    return Profile(
        core=core,
        ops=tuple(
            OpProfile(op.label, op.name, count) for op, count in zip(export.ops, trial.by_op)
        ),
        instructions=trial.instructions,
        flash_bytes=trial.flash_bytes,
        ram_bytes=trial.ram_bytes,
        stack_bytes=trial.stack_bytes,
    )


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
