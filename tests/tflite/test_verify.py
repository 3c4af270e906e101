"""What would end a runtime's process is refused while the file is read, in words."""

import struct
from pathlib import Path

import flatbuffers
import numpy as np
import pytest

from mutations import offsets_of
from sbnn_converter.tflite import schema, verify
from sbnn_converter.tflite.damage import DamagedFile
from sbnn_converter.tflite.micro_limits import micro_limit
from sbnn_converter.tflite.model_file import read_model

GOLDEN = sorted((Path(__file__).parents[1] / "golden").rglob("*.tflite"))
CONV, ADD, RESHAPE, SOFTMAX = range(4)  # the ops of the network below, in their order
X, FILTER, BIAS, SUMS, Y, FLAT, ENDS = range(7)  # its tensors


def network():
    """int8: a convolution of 6x6x4, added to itself, flat, softmax; as the schema's object."""
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers = 3, [schema.BufferT()]
    constants = {FILTER: np.ones((3, 3, 3, 4), np.int8), BIAS: np.zeros(3, np.int32)}
    shapes = [(1, 6, 6, 4), (3, 3, 3, 4), (3,), (1, 3, 3, 3), (1, 3, 3, 3), (1, 27), (1, 27)]
    graph.tensors = []
    for index, shape in enumerate(shapes):
        tensor = schema.TensorT()
        tensor.name, tensor.shape = f"t{index}", np.array(shape, np.int32)
        tensor.type = 2 if index == BIAS else 9
        quantization = tensor.quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = np.array([0.1], np.float32), np.array([0])
        tensor.buffer = 0
        if index in constants:
            content = schema.BufferT()
            content.data = constants[index].view(np.uint8).ravel()
            tensor.buffer = len(model.buffers)
            model.buffers.append(content)
        graph.tensors.append(tensor)
    graph.tensors[ENDS].quantization.scale = np.array([1 / 256], np.float32)
    graph.operators, model.operatorCodes = [], []
    options = [schema.Conv2DOptionsT(), schema.AddOptionsT(), None, schema.SoftmaxOptionsT()]
    options[0].strideH = options[0].strideW = 2
    options[0].dilationHFactor = options[0].dilationWFactor = 1
    options[3].beta = 1.0
    for number, (builtin, kind, given, inputs, output) in enumerate(
        zip(
            (3, 0, 22, 25),
            (1, 11, 0, 9),
            options,
            ([X, FILTER, BIAS], [SUMS, SUMS], [Y], [FLAT]),
            (SUMS, Y, FLAT, ENDS),
        )
    ):
        operator, code = schema.OperatorT(), schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin
        code.version = 1
        operator.opcodeIndex, operator.inputs, operator.outputs = number, inputs, [output]
        operator.builtinOptionsType, operator.builtinOptions = kind, given
        graph.operators.append(operator)
        model.operatorCodes.append(code)
    graph.inputs, graph.outputs = [X], [ENDS]
    model.subgraphs = [graph]
    return model


def packed(model) -> bytes:
    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_the_network_is_whole():
    assert read_model(packed(network()))


def of_graph(**changes):
    return lambda model: vars(model.subgraphs[0]).update(changes)


def of_tensor(index, **changes):
    return lambda model: vars(model.subgraphs[0].tensors[index]).update(changes)


def of_scales(index, **changes):
    return lambda model: vars(model.subgraphs[0].tensors[index].quantization).update(changes)


def of_op(index, **changes):
    return lambda model: vars(model.subgraphs[0].operators[index]).update(changes)


def of_options(index, **changes):
    return lambda model: vars(model.subgraphs[0].operators[index].builtinOptions).update(changes)


def of_code(index, **changes):
    return lambda model: vars(model.operatorCodes[index]).update(changes)


def with_signature(model):
    signature, port = schema.SignatureDefT(), schema.TensorMapT()
    port.name, port.tensorIndex = b"x", 9999
    signature.signatureKey, signature.inputs, signature.outputs = b"s", [port], []
    model.signatureDefs = [signature]


def with_metadata(model):
    metadata = schema.MetadataT()
    metadata.name, metadata.buffer = b"m", 9999
    model.metadata = [metadata]


def with_distant_buffer(model):
    model.buffers[1].data, model.buffers[1].offset, model.buffers[1].size = None, 4000000, 108


def with_weights_elsewhere(model):
    group, buffer = schema.ExternalBufferGroupT(), schema.ExternalBufferT()
    group.name = b"weights.bin"
    model.externalBufferGroups, model.externalBuffers = [group], [buffer]


def that_runs_itself(model):
    of_code(RESHAPE, builtinCode=119, deprecatedBuiltinCode=119)(model)
    options = schema.WhileOptionsT()
    numbers = {name: number for number, name in schema.enumeration("BuiltinOptions").items()}
    kind = numbers["WhileOptions"]
    of_op(RESHAPE, builtinOptionsType=kind, builtinOptions=options)(model)


def reshaped(*sizes):
    options = schema.ReshapeOptionsT()
    options.newShape = np.array(sizes, np.int32)
    return of_op(RESHAPE, builtinOptionsType=17, builtinOptions=options)


def squeezed(*axes):
    options = schema.SqueezeOptionsT()
    options.squeezeDims = np.array(axes, np.int32)

    def change(model):
        of_code(RESHAPE, builtinCode=43, deprecatedBuiltinCode=43)(model)
        of_op(RESHAPE, builtinOptionsType=30, builtinOptions=options)(model)

    return change


def expanded(axis):
    def change(model):
        of_code(RESHAPE, builtinCode=70, deprecatedBuiltinCode=70)(model)
        content, tensor = schema.BufferT(), schema.TensorT()
        content.data = np.array([axis], np.int32).view(np.uint8)
        tensor.name, tensor.shape, tensor.type = "axis", np.array([1], np.int32), 2
        tensor.buffer = len(model.buffers)
        model.buffers.append(content)
        graph = model.subgraphs[0]
        graph.tensors.append(tensor)
        of_op(RESHAPE, inputs=[Y, len(graph.tensors) - 1])(model)

    return change


def quantizing_to_floats(model):
    of_code(RESHAPE, builtinCode=114, deprecatedBuiltinCode=114)(model)
    of_tensor(FLAT, shape=[1, 3, 3, 3], type=0)(model)
    of_op(SOFTMAX, inputs=[Y])(model)
    of_tensor(ENDS, shape=[1, 3, 3, 3])(model)


def with_a_large_bias(model):
    of_tensor(BIAS, type=4)(model)
    model.buffers[2].data = np.array([1, 2, 2**60], np.int64).view(np.uint8)


def without_an_input(builtin, count, place):
    def change(model):
        of_code(RESHAPE, builtinCode=builtin, deprecatedBuiltinCode=builtin)(model)
        inputs = [Y] * count
        inputs[place] = -1
        of_op(RESHAPE, inputs=inputs)(model)

    return change


def floats(*numbers):
    return np.array(numbers, np.float32)


@pytest.mark.parametrize(
    "change, words",
    [
        (of_graph(outputs=[-1]), "an output of the network is tensor -1 of 7"),
        (of_graph(outputs=[9999]), "an output of the network is tensor 9999 of 7"),
        (of_graph(inputs=[-1]), "an input of the network is tensor -1 of 7"),
        (of_graph(inputs=[9999]), "an input of the network is tensor 9999 of 7"),
        (of_op(ADD, inputs=[SUMS, ENDS]), "ADD: it reads tensor 6 .* nothing before it writes"),
        (of_op(ADD, inputs=[SUMS, -1]), "ADD: an input is left out"),
        (of_op(ADD, inputs=[SUMS]), "ADD: found 1 inputs, wanted 2"),
        (of_op(CONV, inputs=[X, -1, BIAS]), "CONV_2D: an input is left out"),
        (of_op(CONV, inputs=[X]), "CONV_2D: found 1 inputs, wanted 3"),
        (of_op(CONV, inputs=[X, FILTER]), "CONV_2D: found 2 inputs, wanted 3"),
        (of_op(ADD, outputs=[SUMS]), "ADD: it writes tensor 3 .* not its own"),
        (of_op(ADD, outputs=[FILTER]), "ADD: the output is a constant"),
        (of_op(ADD, outputs=[]), "ADD: found 0 outputs, wanted 1"),
        (of_op(ADD, opcodeIndex=77), "an op is code 77 of 4"),
        (of_code(ADD, builtinCode=30, deprecatedBuiltinCode=30), "SKIP_GRAM: an op that no"),
        (of_code(ADD, customCode=b"Mine"), "Mine: it has the number 0"),
        (of_tensor(X, buffer=99), "buffer 99 of 3"),
        (of_tensor(X, shape=[1, -6, 6, 4]), "tensor 0 't0': it has an impossible shape"),
        (of_tensor(X, shape=[1, 2**16, 2**16, 4]), "tensor 0 't0': it has an impossible shape"),
        (of_tensor(X, shape=[1] * 9), "found 9 axes"),
        (of_tensor(X, shapeSignature=[1, 2]), "its signature"),
        (of_tensor(FILTER, shape=[3, 3, 3, 40]), "found 108 bytes .* wanted 1080"),
        (of_tensor(FILTER, type=0), "found 108 bytes .* wanted 432"),
        (of_tensor(SUMS, shape=[1, 30, 3, 3]), "CONV_2D: it writes the shape"),
        (of_tensor(Y, shape=[1, 3, 3, 30]), "ADD: it writes the shape"),
        (of_tensor(FLAT, shape=[1, 270]), "RESHAPE"),
        (reshaped(1, 9, 3), "RESHAPE: it writes the shape .1, 27., wanted .1, 9, 3."),
        (reshaped(*[27] * 44), r"RESHAPE: it writes the shape"),
        (reshaped(-1, -1), "RESHAPE: the new shape"),
        (reshaped(-1, 5), r"RESHAPE: \[1, 3, 3, 3\] as \[-1, 5\]"),
        (squeezed(1), r"SQUEEZE: \[1, 3, 3, 3\] without axes \[1\]"),
        (squeezed(0), r"SQUEEZE: it writes the shape \[1, 27\], wanted \[3, 3, 3\]"),
        (expanded(7), r"EXPAND_DIMS: axis 7 of 5"),
        (expanded(0), r"EXPAND_DIMS: it writes the shape \[1, 27\], wanted \[1, 1, 3, 3, 3\]"),
        (of_op(RESHAPE, inputs=[Y, X]), "RESHAPE: input 1 is INT8, wanted whole numbers"),
        (of_tensor(Y, type=0), "ADD: found INT8, FLOAT32 in one op"),
        (quantizing_to_floats, "QUANTIZE: it writes FLOAT32, wanted whole numbers"),
        (with_a_large_bias, "CONV_2D: a bias beyond 47 bits"),
        (without_an_input(44, 24, 2), "UNIDIRECTIONAL_SEQUENCE_LSTM: an input is left out"),
        (without_an_input(44, 24, 12), "UNIDIRECTIONAL_SEQUENCE_LSTM: an input is left out"),
        (without_an_input(52, 48, 35), "BIDIRECTIONAL_SEQUENCE_LSTM: an input is left out"),
        (without_an_input(46, 12, 4), "BIDIRECTIONAL_SEQUENCE_RNN: an input is left out"),
        (without_an_input(27, 5, 4), "SVDF: an input is left out"),
        (of_tensor(X, sparsity=schema.SparsityParametersT()), "sparse form"),
        (of_scales(Y, scale=floats(np.nan)), "tensor 4 't4': found a scale"),
        (of_scales(Y, scale=floats(0)), "tensor 4 't4': found a scale"),
        (of_scales(Y, scale=floats(1, 2)), "found 2 scales along axis 0"),
        (of_scales(Y, zeroPoint=np.array([0, 0])), "found 2 zero points for 1 scales"),
        (of_scales(Y, zeroPoint=np.array([1000])), "zero point outside of -128 to 127"),
        (of_scales(FILTER, scale=floats(1, 1, 1), quantizedDimension=9), "scales along axis 9"),
        (of_scales(Y, scale=floats(1e-9)), "ADD: its scales make a factor"),
        (of_scales(SUMS, scale=floats(2e-14)), "CONV_2D: its scales make a factor"),
        (of_scales(Y, scale=floats(), zeroPoint=np.array([], np.int64)), "ADD: .* no scale"),
        (of_options(CONV, strideW=0), "CONV_2D: a window, stride"),
        (of_options(CONV, dilationHFactor=-1), "CONV_2D: a window, stride"),
        (of_options(CONV, padding=7), "Conv2DOptions.Padding is 7"),
        (of_options(ADD, fusedActivationFunction=99), "FusedActivationFunction is 99"),
        (of_op(CONV, builtinOptions=None, builtinOptionsType=0), "CONV_2D: its options"),
        (of_options(SOFTMAX, beta=0.0), "SOFTMAX: its factor is 0"),
        (with_signature, "a signature's 'x' is tensor 9999"),
        (with_metadata, "metadata 'm' is buffer 9999"),
        (with_distant_buffer, "a buffer ends at byte 4000108"),
        (with_weights_elsewhere, "its weights lie in other files"),
        (of_op(ADD, largeCustomOptionsOffset=9999999), "an op's options end outside"),
        (that_runs_itself, r"graphs \[0\] run one another without end"),
        (lambda model: vars(model).update(subgraphs=[]), "holds no graph"),
        (lambda model: vars(model).update(buffers=None), "Model lacks Buffers"),
    ],
)
def test_what_does_not_fit_together_is_named(change, words):
    model = network()
    change(model)
    with pytest.raises(DamagedFile, match=words) as caught:
        read_model(packed(model))
    assert len(str(caught.value).splitlines()) == 1


def test_the_schema_of_the_oldest_tensorflow_has_fewer_names(monkeypatch):
    if not hasattr(schema, "ExternalBufferT"):
        pytest.skip("this is the oldest TensorFlow")
    whole, elsewhere = packed(network()), network()
    with_weights_elsewhere(elsewhere)
    elsewhere = packed(elsewhere)
    for name in [name for name in vars(schema.Model) if name.startswith("ExternalBuffer")]:
        monkeypatch.delattr(schema.Model, name)
    read_model(whole)
    with pytest.raises(DamagedFile, match="its weights lie in other files"):
        read_model(elsewhere)


def test_micro_has_six_axes():
    for rank in (6, 7):
        model = network()
        of_tensor(Y, shape=[1] * (rank - 4) + [1, 3, 3, 3])(model)
        of_tensor(SUMS, shape=[1] * (rank - 4) + [1, 3, 3, 3])(model)
        limit = micro_limit(packed(model))
        assert (limit is None) == (rank == 6), limit
        assert limit is None or "of 7 axes, wanted 6 at most" in limit[1]


def test_micro_has_constant_axes():
    for axes in (X, Y):  # of which neither is
        model = network()
        of_code(RESHAPE, builtinCode=40, deprecatedBuiltinCode=40)(model)
        of_op(RESHAPE, inputs=[Y, axes])(model)
        limit = micro_limit(packed(model))
        assert limit == ("MEAN", "its axes or paddings are computed")


def test_micro_has_lstms_of_one_activation():
    model = network()
    of_code(RESHAPE, builtinCode=44, deprecatedBuiltinCode=44)(model)
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    of_op(RESHAPE, builtinOptionsType=71, builtinOptions=options)(model)
    for activation, reason in ((0, "another activation"), (4, None)):
        options.fusedActivationFunction = activation
        limit = micro_limit(packed(model))
        assert (limit is None) == (reason is None)
        assert limit is None or reason in limit[1]


@pytest.mark.parametrize("path", GOLDEN[:2], ids=lambda path: path.stem)
def test_every_offset_that_leaves_the_file_is_refused(path):
    whole = path.read_bytes()
    places = offsets_of(whole)
    assert len(places) > 100
    for at in places:
        for wrong in (0, len(whole), 2**31 - 1, 2**32 - 1):
            content = bytearray(whole)
            struct.pack_into("<I", content, at, wrong)
            with pytest.raises(ValueError, match="damaged|TFL3"):
                read_model(bytes(content))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_no_part_of_a_file_is_a_file(path):
    whole = path.read_bytes()
    assert read_model(whole) == whole
    for size in range(0, len(whole) - 8, 61):
        with pytest.raises(ValueError):
            read_model(whole[:size])


def test_vectors_over_one_another_take_no_time():
    # Tables that are pointed to from many places, each with as many of its own.
    content = bytearray(packed(network()))
    content += struct.pack("<I", 40000) + b"\x04\0\0\0" * 40000
    at = next(iter(offsets_of(packed(network()))))
    struct.pack_into("<I", content, at, len(content) - 160004 - at)
    with pytest.raises(DamagedFile):
        read_model(bytes(content))


def test_what_has_passed_is_not_looked_at_again_and_what_has_not_is(monkeypatch):
    whole = packed(network())
    read_model(whole)
    with monkeypatch.context() as patched:
        patched.setattr(verify, "check_structure", pytest.fail)
        assert read_model(bytearray(whole)) == whole
    damaged = bytes(whole[:-61])
    for _ in range(2):
        with pytest.raises(ValueError):
            read_model(damaged)
