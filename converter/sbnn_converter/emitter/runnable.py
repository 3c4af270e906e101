"""Whether runtimes can run a file, before it is handed out."""

from __future__ import annotations

from sbnn_converter import graph as g
from sbnn_converter.emitter.alone import (
    convert_alone,
    described,
    first_layer_where,
)
from sbnn_converter.errors import ConversionError, first_line
from sbnn_converter.runtimes.interpreter import Interpreter


def check_runnable(model: bytes, graph: g.Graph) -> None:
    """Opens a finished file as its users will.

    Args:
      model: the flatbuffer; the only custom ops in it are ours.
      graph: what it was made of.

    Raises:
      ConversionError: the runtime on this machine refuses it; the message names the
        layer, if that is one of those that TFLiteConverter has converted.
    """
    reason = _refusal(model)
    if reason is None:
        return
    node = first_layer_where(graph, lambda alone: _refusal(alone) is not None)
    if node is None:
        raise ConversionError(f"{reason}; nothing was written: please report it")
    raise ConversionError(
        f"{described(node)} is nothing that TensorFlow Lite runs: {_refusal(convert_alone(node))}; "
        "replace it by other layers"
    )


def _refusal(model: bytes | Exception) -> str | None:
    if isinstance(model, Exception):
        return first_line(model)
    try:
        Interpreter(model)
    except RuntimeError as error:
        return str(error)
    return None
