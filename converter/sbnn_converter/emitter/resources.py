"""What layers hold besides variables: lookup tables, mostly.

TFLiteConverter would write them into a file of its own beside the model, or lose them.
"""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.alone import described, trace_alone
from sbnn_converter.errors import ConversionError


def check_resources(concrete, graph: g.Graph) -> None:
    """Refuses layers with a table.

    Args:
      concrete: the traced network.
      graph: what was traced.

    Raises:
      ConversionError: there is such a layer.
    """
    if not _has_table(concrete):
        return
    layers = [n for n in graph.nodes() if isinstance(n, g.KerasLayer)]
    where = next((described(n) for n in layers if _has_table(trace_alone(n))), "the network")
    raise ConversionError(
        f"{where} looks values up in a table that a .tflite file does not hold: do in "
        "front of the network what the layer does"
    )


def _has_table(concrete) -> bool:
    variables = {id(v.handle) for v in concrete.graph.variables}
    return any(
        outside.dtype == tf.resource and id(outside) not in variables
        for outside, _ in concrete.graph.captures
    )
