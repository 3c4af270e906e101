"""From a flatbuffer to a folder of C."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from sbnn_converter.errors import ConversionError
from sbnn_converter.export.network_name import DEFAULT_NAME, check_network_name
from sbnn_converter.memory.lifetimes import Buffer, lifetimes
from sbnn_converter.memory.placement import place
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.standalone import model_text
from sbnn_converter.standalone.call import Call, NotExportable
from sbnn_converter.standalone.kernel_files import needed_files
from sbnn_converter.standalone.numeric_calls import (
    is_view,
    numeric_call,
    supported_ops,
)
from sbnn_converter.standalone.sbnn_calls import sbnn_call
from sbnn_converter.tflite.damage import DamagedFile
from sbnn_converter.tflite.flatbuffer import (
    SbnnStep,
    StoredModel,
    StoredStep,
    StoredTensor,
    read_stored_model,
)

_SUPPORTED = f"the SBNN ops and, in int8 and float32, {', '.join(supported_ops())}"


@dataclasses.dataclass(frozen=True, repr=False)
class Export(ShortRepr):
    """A network as C text.

    Attributes:
      name: prefix of its names.
      network: what it was written from.
      ops: the ops that run, views left out.
      buffers, offsets: the memory plan: activations and scratch memory.
      ram_bytes: memory that a call works in on a 32-bit machine.
      work_bytes: the same in whole words of 8 bytes, and on a 64-bit machine.
      texts: path in the network's folder to content.
      kernels: the C sources that it needs, as paths below ``c_sources.root()``.
    """

    name: str
    network: StoredModel
    ops: tuple[StoredStep, ...]
    buffers: tuple[Buffer, ...]
    offsets: tuple[int, ...]
    ram_bytes: int
    work_bytes: tuple[int, int]
    texts: Mapping[str, str]
    kernels: tuple[str, ...]


def plan_export(model: bytes, *, name: str = DEFAULT_NAME) -> Export:
    """Writes a converted model as C text, and nothing to the disk.

    Args:
      model: the flatbuffer.
      name: prefix of the files and names.

    Raises:
      ConversionError: an op of the model has no C kernel (the message lists them all), or
        ``name`` is none.
      ValueError: the model is damaged.
    """
    check_network_name(name)
    network = read_stored_model(model)
    _check_ports(network)
    ops, calls = _calls(network)
    roots = _roots(network)
    places, constants, copies, buffers, offsets, ram = _place(network, ops, calls, roots)
    scratch = offsets[len(offsets) - len(calls) :]
    more = dict(constants)
    functions = [f for call in calls for f in call.functions]
    headers = sorted({h for call in calls for h in call.headers})
    kernels = needed_files(functions, headers)
    work_bytes = model_text.work_bytes(ram, calls)
    texts = {
        f"src/{name}.h": model_text.header_text(name, network, len(ops), ram, work_bytes),
        f"src/{name}.c": model_text.source_text(
            name, network, ops, calls, places, scratch, copies, ram
        ),
        f"src/{name}_constants.h": model_text.constants_text(name, calls, more),
    }
    return Export(
        name=name,
        network=network,
        ops=tuple(ops),
        buffers=tuple(buffers),
        offsets=tuple(offsets),
        ram_bytes=ram,
        work_bytes=work_bytes,
        texts=texts,
        kernels=tuple(kernels),
    )


def _check_ports(network: StoredModel) -> None:
    for tensor in (*network.inputs, *network.outputs):
        if tensor.element_type.c is None:
            raise ConversionError(
                f"standalone C has no type for '{tensor.name}', found "
                f"{tensor.type.lower()}, wanted float32, int8, uint8, int16 or int32"
            )
    for tensor in network.inputs:
        if tensor.shape[:1] != (1,):
            raise ConversionError(
                f"input '{tensor.name}' has shape {tensor.shape}, wanted a batch of 1: "
                "standalone C runs one sample a call; convert the model again"
            )


def _calls(network: StoredModel) -> tuple[list[StoredStep], list[Call]]:
    """The ops that run, with their C text.

    Raises:
      ConversionError: some have none; it lists them all.
    """
    ops, calls = [], []
    refused: dict[str, list[str]] = {}
    for op in network.steps:
        if is_view(op):
            continue
        try:
            calls.append(sbnn_call(op) if isinstance(op, SbnnStep) else numeric_call(op))
            ops.append(op)
        except NotExportable as error:
            refused.setdefault(f"{op.name} ({error})", []).append(str(op.number))
        except (
            AttributeError,
            IndexError,
            KeyError,
            TypeError,
            ZeroDivisionError,
        ) as error:
            # Options or tensors that the op must have are not there.
            raise DamagedFile(
                f"op {op.number}, {op.name}, is damaged ({type(error).__name__} while "
                "reading it); convert the model again"
            ) from error
    if refused:
        listed = "; ".join(
            f"{what}, op {' and '.join(numbers)}" for what, numbers in refused.items()
        )
        raise ConversionError(
            f"standalone C cannot run this network: {listed}. It runs {_SUPPORTED}; "
            "use --micro_dir and TensorFlow Lite Micro for anything else"
        )
    return ops, calls


def _roots(network: StoredModel) -> dict[int, StoredTensor]:
    """For the output of each op that is a mere view: the tensor that it looks at."""
    roots: dict[int, StoredTensor] = {}
    for op in network.steps:
        if is_view(op):
            seen = op.input(0)
            roots[op.outputs[0].index] = roots.get(seen.index, seen)
    return roots


def _place(
    network: StoredModel,
    ops: Sequence[StoredStep],
    calls: Sequence[Call],
    roots: Mapping[int, StoredTensor],
):
    """Finds a place for every tensor and for every op's scratch memory.

    Returns:
      Tensor index to C expression; definitions of constants; copies at the end
      (to, from, bytes); buffers and their offsets, scratch memory last; their size.
    """
    root = lambda tensor: roots.get(tensor.index, tensor)  # noqa: E731
    names = {
        tensor.index: argument
        for argument, tensor, written in model_text.parameters(network)
        if not written
    }
    copies = []
    for argument, tensor, written in model_text.parameters(network):
        if not written:
            continue
        source = root(tensor)
        if source.index in names or source.data is not None:
            copies.append((argument, source, tensor.bytes))
        else:
            names[source.index] = argument  # computed where the caller wants it
    uses = [[root(tensor) for tensor in call.places.values()] for call in calls]
    uses.append([source for _, source, _ in copies])
    constants: dict[str, str] = {}
    buffers, owners = [], []
    for tensor, steps in lifetimes(uses).items():
        if tensor.index in names:
            continue
        if tensor.data is not None:
            names[tensor.index], text = model_text.constant_tensor(tensor, tensor.data)
            constants[names[tensor.index]] = text
            continue
        owners.append(tensor.index)
        buffers.append(Buffer(tensor.bytes, *steps))
    buffers += [Buffer(c.scratch_bytes, step, step) for step, c in enumerate(calls)]
    offsets, size = place(buffers)
    for index, offset in zip(owners, offsets):
        names[index] = f"AT({offset})"
    places = {
        tensor.index: names[root(tensor).index] for call in calls for tensor in call.places.values()
    }
    lines = [(to, names[source.index], size) for to, source, size in copies]
    return places, constants, lines, buffers, offsets, size
