"""What TensorFlow Lite Micro has the op for and yet does not run."""

from __future__ import annotations

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import reading_flatbuffer
from sbnn_converter.tflite.flatbuffer import op_name

# Ops of which it asks for axes while it prepares, with the input that holds them.
_AXES = {
    **dict.fromkeys(["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "ARG_MAX", "ARG_MIN"], 1),
    **dict.fromkeys(["EXPAND_DIMS", "TRANSPOSE", "PAD", "PADV2", "MIRROR_PAD"], 1),
    "SPLIT": 0,
    "SPLIT_V": 2,
}
_MOST_RANK = 6  # of which its kernels keep the sizes; they end the process at more


def micro_limit(model: bytes) -> tuple[str, str] | None:
    """The first op of ``model`` that TensorFlow Lite Micro would crash in, or run
    otherwise than TensorFlow Lite does.

    Returns:
      The op's name and the reason; None if there is none.

    Raises:
      DamagedFile: the flatbuffer cannot be read.
    """
    with reading_flatbuffer():
        root = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
        names = _op_names(model)
        has_loops = len(root.subgraphs) > 1
        for graph in root.subgraphs:
            for operator in graph.operators or ():
                name = names[operator.opcodeIndex]
                reason = _limit(graph, operator, name, root.buffers, has_loops)
                if reason:
                    return name, reason
    return None


def _limit(graph, operator, name: str, buffers, has_loops: bool) -> str | None:
    written = [graph.tensors[t] for t in operator.outputs]
    read = [graph.tensors[t] for t in operator.inputs if t >= 0]
    rank = max((len(t.shape) for t in (*read, *written) if t.shape is not None), default=0)
    if rank > _MOST_RANK:
        return f"it has a tensor of {rank} axes, wanted {_MOST_RANK} at most"
    # An open batch is one sample there; in a loop the first axis may be time.
    if any(_is_open(tensor, from_axis=0 if has_loops else 1) for tensor in written):
        return "the shape of what it writes is known only while it runs"
    if name in _AXES and not _is_constant(graph, operator.inputs[_AXES[name]], buffers):
        return "its axes or paddings are computed"
    if name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
        function = getattr(operator.builtinOptions, "fusedActivationFunction", 0)
        if function != schema.ActivationFunctionType.TANH:
            return "it has another activation than the hyperbolic tangent"
    if name == "RESIZE_NEAREST_NEIGHBOR" and operator.builtinOptions.halfPixelCenters:
        read, out = graph.tensors[operator.inputs[0]].shape, written[0].shape
        if any(big % small for big, small in zip(out[1:3], read[1:3])):
            return "it takes other pixels, unless the image grows by a whole factor"
    return None


def _is_constant(graph, index: int, buffers) -> bool:
    data = buffers[graph.tensors[index].buffer].data
    return data is not None and len(data) > 0


def _is_open(tensor, from_axis: int) -> bool:
    signature = tensor.shapeSignature
    unranked = not tensor.hasRank and (tensor.shape is None or not len(tensor.shape))
    return unranked or (signature is not None and any(d < 0 for d in signature[from_axis:]))


def _op_names(model: bytes) -> list[str]:
    root = schema.Model.GetRootAsModel(model, 0)
    return [op_name(root.OperatorCodes(i)) for i in range(root.OperatorCodesLength())]
