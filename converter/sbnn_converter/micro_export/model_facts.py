"""What a firmware project has to know of a .tflite file."""

from __future__ import annotations

import dataclasses

from sbnn_converter.errors import ConversionError
from sbnn_converter.micro_export.builtin_ops import adding_method
from sbnn_converter.tflite.flatbuffer import foreign_ops, read_stored_model
from sbnn_converter.tflite.micro_limits import micro_limit


@dataclasses.dataclass(frozen=True)
class OpAddition:
    """A call that adds one op to the resolver.

    Attributes:
      call: a C++ expression on ``resolver``.
      op: the op's name, for a comment.
    """

    call: str
    op: str


def op_additions(model: bytes) -> list[OpAddition]:
    """The calls that add the ops of ``model``, each once, in the order of their use.

    Raises:
      ConversionError: the model has ops that TensorFlow Lite Micro has not.
    """
    stored = read_stored_model(model)
    ours = [
        OpAddition(f"sbnn::Add{name.removeprefix('Sbnn')}(resolver)", name)
        for name in dict.fromkeys(op.name for op in stored.sbnn_ops)
    ]
    names = sorted(set(stored.other_ops))
    foreign = foreign_ops(model)
    if foreign:
        raise ConversionError(
            f"the file has {', '.join(foreign)}, which no runtime has: convert the model "
            "again, without the layers that need them"
        )
    missing = [name for name in names if adding_method(name) is None]
    if missing:
        raise ConversionError(
            f"TensorFlow Lite Micro has no kernels for {', '.join(missing)}: replace the "
            "layers that need them, or run the .tflite file on a host"
        )
    limit = micro_limit(model)
    if limit:
        raise ConversionError(
            f"TensorFlow Lite Micro cannot run {limit[0]} in this network: {limit[1]}; "
            "replace the layer that needs it (recurrent ones: unroll=True), or run the "
            ".tflite file on a host"
        )
    theirs = [OpAddition(f"resolver.{adding_method(name)}()", name) for name in names]
    return ours + theirs
