"""The delegate library for 64-bit ARM, entered as TensorFlow Lite enters it, answers as on the
machine that recorded the answers. `make aarch64-check` runs it in TensorFlow Lite itself."""

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

import aarch64
from host_program import RUNTIME
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import StoredModel, is_ours, read_stored_model

pytestmark = pytest.mark.skipif(bool(aarch64.missing()), reason=aarch64.missing())

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "version_1"
# Those of SBNN ops alone.
FILES = sorted(
    path
    for path in GOLDEN.glob("*.tflite")
    if all(is_ours(step.name) for step in read_stored_model(path.read_bytes()).steps)
)
# TensorFlow Lite's numbers of types.
TYPES = {"FLOAT32": 1, "INT32": 2, "INT16": 7, "INT8": 9}


def numbers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def listed(values) -> bytes:
    return numbers(len(values), *values)


def graph(content: bytes, model: StoredModel, x: np.ndarray) -> bytes:
    """What delegate_host.c reads: the network, and the input ``x`` of one sample."""
    stored = schema.Model.GetRootAsModel(content, 0).Subgraphs(0)
    parts = [numbers(len(model.tensors))]
    for tensor in model.tensors:
        parts += [numbers(TYPES[tensor.type]), listed(tensor.shape)]
        constant = tensor.content
        parts += [numbers(-1)] if constant is None else [numbers(len(constant)), bytes(constant)]
    parts += [numbers(len(model.steps))]
    for step in model.steps:
        options = bytes(stored.Operators(step.number).CustomOptionsAsNumpy())
        parts += [numbers(len(step.name)), step.name.encode(), numbers(len(options)), options]
        parts += [listed([t.index for t in ends]) for ends in (step.inputs, step.outputs)]
    parts += [numbers(model.inputs[0].index, model.outputs[0].index), x.tobytes()]
    return b"".join(parts)


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return aarch64.delegate_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def host(tmp_path_factory, objects) -> Path:
    image = tmp_path_factory.mktemp("host") / "delegate_host"
    aarch64.build(objects, image, [HERE / "delegate_host.c"], ["-D_DEFAULT_SOURCE"])
    return image


def test_the_library_shows_the_two_functions_that_runtimes_look_for(library):
    command = ["aarch64-linux-gnu-nm", "-D", "--defined-only", library]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert sorted(line.split()[-1] for line in listed.splitlines()) == [
        "tflite_plugin_create_delegate",
        "tflite_plugin_destroy_delegate",
    ]


@pytest.fixture
def answers(library, host, tmp_path):
    """A function that runs a file on samples ``[count, ...]``, one by one, and returns its
    outputs ``[count, bytes]``."""

    def run(content: bytes, samples: np.ndarray) -> np.ndarray:
        model = read_stored_model(content)
        found = []
        for x in samples:
            (tmp_path / "graph").write_bytes(graph(content, model, x))
            done = aarch64.run(host, library, tmp_path / "graph")
            assert done.returncode == 0, done.stderr.decode()
            found.append(np.frombuffer(done.stdout, np.uint8))
        return np.array(found)

    return run


def as_bytes(outputs: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(outputs).view(np.uint8).reshape(len(outputs), -1)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_file_answers_as_it_was_recorded(file, answers):
    recorded = np.load(file.with_suffix(".npz"))
    found = answers(file.read_bytes(), recorded["inputs"])
    np.testing.assert_array_equal(found, as_bytes(recorded["outputs"]))


@pytest.mark.slow
@pytest.mark.parametrize("network", ["mlp", "residual"])
def test_signs_several_bits_and_streams_answer_as_on_this_machine(network, answers, rng):
    import sbnn_converter
    import small_networks

    model = getattr(small_networks, network)()
    content = sbnn_converter.convert_keras_model(model)
    x = (rng.integers(-16, 17, (5, *model.input_shape[1:])) / 16).astype(np.float32)
    here = sbnn_converter.Interpreter(content).predict(x)
    np.testing.assert_array_equal(answers(content, x), as_bytes(here))


def test_programs_in_c_and_cpp_link_the_delegate_by_its_header(tmp_path):
    """As a static library, whose two functions they call themselves."""
    for compiler, name in (("gcc", "user.c"), ("g++", "user.cpp")):
        source = tmp_path / name
        source.write_text(
            '#include "sbnn_delegate.h"\n'
            "int main(void) {\n"
            "  struct TfLiteDelegate* made = tflite_plugin_create_delegate(NULL, NULL, 0, NULL);\n"
            "  tflite_plugin_destroy_delegate(made);\n"
            "  return 0;\n"
            "}\n"
        )
        warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        command = [compiler, *warnings, f"-I{RUNTIME / 'tflite'}", "-fsyntax-only", source]
        subprocess.run(command, check=True)
