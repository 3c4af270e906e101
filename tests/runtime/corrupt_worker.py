"""Opens and runs a model again and again, each time with something broken in it.

    corrupt_worker.py RUNTIME SEED COUNT MODEL...

Breaks options, constants, shapes, types and the wiring of the SBNN ops, in a process of
its own: a crash is then one failed test. Prints for each model counts, and the first
refusal that does not name an op where it should.
"""

from __future__ import annotations

import json
import sys

import numpy as np

import sbnn_converter
from sbnn_converter.tflite import schema

STRANGE = [0, 1, -1, 2, 31, 32, 33, 255, 65536, 2**30, 2**31 - 1, -(2**31), 7]


class Editor:
    """Changes a flatbuffer in place."""

    def __init__(self, model: bytes, rng: np.random.Generator):
        self.content = bytearray(model)
        self.rng = rng
        root = schema.Model.GetRootAsModel(self.content, 0)
        graph = root.Subgraphs(0)
        operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
        names = [root.OperatorCodes(o.OpcodeIndex()).CustomCode() or b"" for o in operators]
        self.root, self.graph = root, graph
        self.operator = operators[
            rng.choice([i for i, name in enumerate(names) if name.startswith(b"Sbnn")])
        ]

    def tensors(self, constants: bool):
        read = [self.graph.Tensors(int(i)) for i in self.operator.InputsAsNumpy()]
        written = [self.graph.Tensors(int(i)) for i in self.operator.OutputsAsNumpy()]
        has_data = [self.root.Buffers(tensor.Buffer()).DataLength() > 0 for tensor in read]
        found = [tensor for tensor, has in zip(read, has_data) if has == constants]
        return found if constants else found + written

    def options(self) -> bool:
        options = self.operator.CustomOptionsAsNumpy()
        for _ in range(self.rng.integers(1, 4)):
            options[self.rng.integers(len(options))] = self.rng.integers(256)
        return True

    def option_values(self) -> bool:
        # Values and their types stand behind the names.
        options = self.operator.CustomOptionsAsNumpy()
        at = self.rng.integers(len(options) // 2, len(options))
        options[at] = self.rng.choice([0, 1, 2, 3, 4, 255, 128, 127])
        return True

    def constant(self) -> bool:
        tensors = self.tensors(constants=True)
        if not tensors:
            return self.options()
        tensor = tensors[self.rng.integers(len(tensors))]
        data = self.root.Buffers(tensor.Buffer()).DataAsNumpy()
        if self.rng.integers(4) == 0:
            data[:] = self.rng.integers(0, 256, len(data))
        else:
            data[self.rng.integers(len(data))] ^= 1 << self.rng.integers(8)
        return True

    def shape(self) -> bool:
        tensors = self.tensors(constants=bool(self.rng.integers(2))) or self.tensors(False)
        shape = tensors[self.rng.integers(len(tensors))].ShapeAsNumpy()
        at = self.rng.integers(len(shape))
        shape[at] = self.rng.choice([*STRANGE, int(shape[at]) + 1, int(shape[at]) - 1])
        return False

    def type(self) -> bool:
        tensor = self.tensors(constants=bool(self.rng.integers(2)))
        for one in tensor:
            at = one._tab.Offset(6)  # its type; float32 is not stored
            if at:
                self.content[one._tab.Pos + at] = self.rng.choice([0, 1, 2, 3, 4, 7, 9, 10])
        return False

    def wiring(self) -> bool:
        wires = self.operator.InputsAsNumpy()
        if self.rng.integers(3) == 0:
            wires = self.operator.OutputsAsNumpy()
        count = self.graph.TensorsLength()
        wires[self.rng.integers(len(wires))] = self.rng.choice(
            [-1, int(self.rng.integers(count)), count, 2**31 - 1, -(2**31)]
        )
        return False


WAYS = [
    Editor.options,
    Editor.option_values,
    Editor.constant,
    Editor.shape,
    Editor.type,
    Editor.wiring,
]


def break_model(path: str, runtime: str, seed: int, count: int) -> None:
    with open(path, "rb") as file:
        model = file.read()
    rng = np.random.default_rng(seed)
    opener = {"host": sbnn_converter.Interpreter, "micro": sbnn_converter.micro.Interpreter}[
        runtime
    ]
    refused, ran, unnamed = 0, 0, None
    for _ in range(count):
        editor = Editor(model, rng)
        ours = WAYS[rng.integers(len(WAYS))](editor)
        try:
            interpreter = opener(bytes(editor.content))
            inputs = [
                np.zeros([1, *detail["shape"][1:]], detail["dtype"])
                for detail in interpreter.input_details
            ]
            interpreter.predict(inputs if len(inputs) != 1 else inputs[0])
            ran += 1
        except (RuntimeError, ValueError) as error:
            refused += 1
            if ours and "Sbnn" not in str(error):
                unnamed = unnamed or str(error)
    print(json.dumps({"refused": refused, "ran": ran, "unnamed": unnamed}))


if __name__ == "__main__":
    for name in sys.argv[4:]:
        break_model(name, sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
