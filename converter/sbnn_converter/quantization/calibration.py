"""Which values the float tensors of a network take.

Calibration runs the float form of the converted network itself, SBNN ops
included, on the representative data and records minimum and maximum of every
float tensor between nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.emitter.emit import emit, is_float
from sbnn_converter.errors import ConversionError
from sbnn_converter.quantization.folding import is_absorbed
from sbnn_converter.quantization.scales import moves
from sbnn_converter.runtimes.interpreter import Interpreter


def calibrate(
    graph: g.Graph, dataset: Callable[[], Iterable[list[np.ndarray]]]
) -> dict[g.Node, tuple[float, float]]:
    """Finds the least and the largest value of every float tensor that wants a range.

    Args:
      graph: the network in its int8 form.
      dataset: the ``representative_dataset`` of TFLiteConverter: each call gives
        an iterable over samples, each a list with one array for each input, of
        of shape ``[1, ...]``.

    Raises:
      ConversionError: the dataset is empty or has the wrong shape.
    """
    watched = [
        n for n in graph.nodes() if is_float(n) and not is_absorbed(graph, n) and not moves(n)
    ]
    # A network's inputs are known as they are; the rest are outputs here.
    inner = [n for n in watched if not isinstance(n, g.Input)]
    interpreter = Interpreter(emit(g.Graph(graph.inputs, inner))) if inner else None

    lows = dict.fromkeys(watched, np.inf)
    highs = dict.fromkeys(watched, -np.inf)
    samples = 0
    for sample in dataset():
        arrays = _checked(graph, sample, samples)
        samples += 1
        values: list[tuple[g.Node, np.ndarray]] = list(zip(graph.inputs, arrays))
        if interpreter is not None:
            outputs = interpreter.predict(arrays)
            outputs = [outputs] if len(inner) == 1 else outputs
            values += zip(inner, outputs)
        for node, value in values:
            lows[node] = min(lows[node], float(value.min()))
            highs[node] = max(highs[node], float(value.max()))
    if samples == 0:
        raise ConversionError(
            "the representative dataset is empty: a hundred typical inputs are wanted"
        )
    return {n: (lows[n], highs[n]) for n in watched}


def _checked(graph: g.Graph, sample, index: int) -> list[np.ndarray]:
    arrays = list(sample.values()) if isinstance(sample, dict) else list(sample)
    if len(arrays) != len(graph.inputs):
        raise ConversionError(
            f"sample {index} of the representative dataset has {len(arrays)} arrays: "
            f"one for each of the model's {len(graph.inputs)} inputs is wanted"
        )
    arrays = [np.asarray(a, np.float32) for a in arrays]
    for array, node in zip(arrays, graph.inputs):
        if array.shape[1:] != node.shape or array.ndim == 0:
            raise ConversionError(
                f"sample {index} of the representative dataset has shape "
                f"{array.shape} for input '{node.name}': (1, "
                f"{', '.join(map(str, node.shape))}) is wanted"
            )
        if not np.isfinite(array).all():
            raise ConversionError(
                f"sample {index} of the representative dataset holds NaN or infinite "
                f"values for input '{node.name}'"
            )
    return arrays
