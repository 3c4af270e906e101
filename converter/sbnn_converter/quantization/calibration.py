"""Which values the float tensors of a network take.

Calibration runs the float form of the converted network itself, SBNN ops
included, on the representative data and records minimum and maximum of every
float tensor between nodes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.emitter.emit import emit, is_float
from sbnn_converter.quantization.folding import is_absorbed
from sbnn_converter.quantization.representative import checked_samples
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
    samples = checked_samples(graph, dataset)
    first = next(samples)  # bad data is told before anything takes long
    # A network's inputs are known as they are; the rest are outputs here.
    inner = [n for n in watched if not isinstance(n, g.Input)]
    interpreter = Interpreter(emit(g.Graph(graph.inputs, inner))) if inner else None

    lows = dict.fromkeys(watched, np.inf)
    highs = dict.fromkeys(watched, -np.inf)
    for arrays in itertools.chain([first], samples):
        # Not every input is quantized: some hold whole numbers, some nobody reads.
        values: list[tuple[g.Node, np.ndarray]] = [
            (n, array) for n, array in zip(graph.inputs, arrays) if n in lows
        ]
        if interpreter is not None:
            outputs = interpreter.predict(arrays)
            outputs = [outputs] if len(inner) == 1 else outputs
            values += zip(inner, outputs)
        for node, value in values:
            lows[node] = min(lows[node], float(value.min()))
            highs[node] = max(highs[node], float(value.max()))
    return {n: (lows[n], highs[n]) for n in watched}
