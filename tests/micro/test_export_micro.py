"""A folder written by --micro_dir builds everywhere and gives the delegate's answers."""

import json
import re
import subprocess

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from exported import (
    CORTEX_M,
    HEADERS,
    STATIC_MEMORY,
    ExportedInterpreter,
    compile_folder,
    has_tools,
    includes,
)
from networks import digits_net, pixels
from sbnn_converter.micro_export import export_micro
from sbnn_keras import SparseBinaryDense
from zoo import SHAPE, bi_real_net

NETWORKS = {
    "digits": digits_net,
    "digits_int8": digits_net,
    "shortcuts": lambda: bi_real_net("01"),
}
needs_compiler = pytest.mark.skipif(not has_tools("g++"), reason="not installed: g++")
needs_cross_compiler = pytest.mark.skipif(
    not has_tools("arm-none-eabi-g++"), reason="not installed: arm-none-eabi-g++"
)


def samples_for(name: str, rng, count: int) -> np.ndarray:
    if name == "digits_int8":
        return rng.integers(-128, 128, (count, 8, 8, 1), np.int8)
    return pixels(rng, count, SHAPE if name == "shortcuts" else (8, 8, 1))


@pytest.fixture(scope="module")
def models() -> dict[str, bytes]:
    rng = np.random.default_rng(2)
    int8 = dict(
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=lambda: ([x[None]] for x in pixels(rng, 50)),
    )
    return {
        name: sbnn_converter.convert_keras_model(
            network(), **(int8 if name == "digits_int8" else {})
        )
        for name, network in NETWORKS.items()
    }


@pytest.fixture(scope="module")
def folders(models, tmp_path_factory):
    root = tmp_path_factory.mktemp("exports")
    return {name: export_micro(model, root / name, name=name) for name, model in models.items()}


@needs_compiler
@pytest.mark.parametrize("name", NETWORKS)
def test_in_the_real_interpreter_1000_answers_are_the_delegates(
    name, folders, models, tmp_path, objects, rng
):
    exported = ExportedInterpreter(folders[name], name, tmp_path, objects)
    assert exported.model == models[name]
    x = samples_for(name, rng, 1000)
    wanted = sbnn_converter.Interpreter(models[name]).predict(x)
    found = exported.predict(x)
    if name == "shortcuts":  # its last layers are floats of TensorFlow Lite's own kernels
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    else:
        np.testing.assert_array_equal(found, wanted)


MISMATCH = "built with another TF_LITE_STATIC_MEMORY than TensorFlow Lite Micro"


@needs_compiler
def test_another_node_layout_than_the_interpreter_s_is_named(models, tmp_path, objects):
    folder = export_micro(models["digits"], tmp_path / "dynamic", name="dynamic")
    with pytest.raises(RuntimeError, match=f"SbnnConv2D: {MISMATCH}"):
        ExportedInterpreter(folder, "dynamic", tmp_path, objects, flags=("-O0",))


@needs_compiler
@pytest.mark.parametrize("defines, own, other", [((STATIC_MEMORY,), 3, 4), ((), 4, 3)])
def test_a_node_of_another_layout_and_a_full_arena_are_told_apart(
    folders, tmp_path, objects, defines, own, other
):
    flags = [*defines, f"-I{HEADERS}"]
    compiled = compile_folder(folders["digits"], objects, flags=flags, main=False)
    program = tmp_path / "node_layouts"
    subprocess.run(
        [
            "g++",
            "-std=c++17",
            *flags,
            *includes(folders["digits"]),
            HEADERS.parent / "node_layouts.cpp",
            *compiled,
            "-o",
            program,
        ],
        check=True,
    )

    def says(slot, full):
        command = [program, str(slot), str(full)]
        return subprocess.run(command, capture_output=True, text=True).stdout

    assert says(own, 0).startswith("SbnnDense: number of input tensors")
    assert says(own, 1) == "SbnnDense: the arena is too small"
    assert says(other, 0) == says(other, 1) == f"SbnnDense: {MISMATCH}"


@needs_cross_compiler
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m33"])
def test_it_builds_for_cortex_m_without_constructors_or_libraries(core, folders, objects):
    folder = folders["shortcuts"]
    compiled = compile_folder(folder, objects, "arm-none-eabi-", [*CORTEX_M, f"-mcpu={core}"])
    table = subprocess.run(
        ["arm-none-eabi-nm", "-C", *compiled], check=True, capture_output=True, text=True
    ).stdout
    assert "sbnn_invoke_op" in table
    for unwanted in (
        "_GLOBAL__sub",
        "guard variable",
        "typeinfo",
        "__cxa",
        "operator new",
        "malloc",
    ):
        assert unwanted not in table


def test_the_resolver_registers_exactly_the_ops_of_the_model(folders, models):
    from sbnn_converter.tflite.flatbuffer import read_stored_model

    for name, folder in folders.items():
        text = (folder / name / "src" / name / "ops.h").read_text()
        calls = re.findall(r"if \((\S+)\(\S*\) != kTfLiteOk\)", text)
        stored = read_stored_model(models[name])
        count = len({op.name for op in stored.sbnn_ops}) + len(set(stored.other_ops))
        assert len(calls) == len(set(calls)) == count
        assert f"kOpCount = {count};" in text
    assert {"sbnn::AddConv2D", "resolver.AddAdd", "resolver.AddSoftmax"} <= set(calls)


def test_the_arena_holds_the_model_and_little_more(folders, models):
    for name, folder in folders.items():
        text = (folder / name / "src" / name / "model.h").read_text()
        size = int(re.search(r"kArenaBytes = (\d+)", text)[1])
        sbnn_converter.micro.Interpreter(models[name], arena_size=size)
        with pytest.raises(RuntimeError, match="does not fit an arena"):
            sbnn_converter.micro.Interpreter(models[name], arena_size=size - 128)


def test_the_stack_stands_beside_the_arena_and_in_zephyr_s_configuration(folders):
    readme = (folders["digits"] / "digits" / "README.md").read_text()
    assert re.search(r"tensor arena.*\n.*stack.* 1,752 bytes", readme)
    assert "CONFIG_MAIN_STACK_SIZE=4096" in readme
    assert (
        "kStackBytes = 4096;"
        in (folders["digits"] / "digits" / "src" / "digits" / "model.h").read_text()
    )


def test_samples_become_the_test_vector(models, tmp_path, rng):
    samples = pixels(rng, 3)
    folder = export_micro(models["digits_int8"], tmp_path / "out", name="m", samples=samples)
    text = (folder / "m" / "src" / "m" / "test_vector.cpp").read_text()
    arrays = {
        name: np.array([int(n) for n in body.replace("\n", "").split(",") if n.strip()])
        for name, body in re.findall(r"(k\w+)\[\] = \{(.*?)\};", text, re.S)
    }
    interpreter = sbnn_converter.micro.Interpreter(models["digits_int8"])
    (detail,) = interpreter.input_details
    scale = detail["quantization_parameters"]["scales"][0]
    zero = detail["quantization_parameters"]["zero_points"][0]
    quantized = arrays["kInput0"].reshape(samples.shape).astype(np.int8)
    assert np.abs((quantized - np.float64(zero)) * scale - samples).max() <= scale
    wanted = interpreter.predict(quantized)
    np.testing.assert_array_equal(arrays["kOutput0"].reshape(wanted.shape), wanted)
    assert "kTestSamples = 3;" in (folder / "m" / "src" / "m" / "test_vector.h").read_text()


@needs_compiler
def test_recurrent_states_begin_anew_with_every_sample(folders, tmp_path):
    x = tf.keras.Input((4, 3))
    model = tf.keras.Model(x, SparseBinaryDense(2, connections=0.5)(tf.keras.layers.LSTM(3)(x)))
    samples = np.ones((2, 4, 3), np.float32)
    converted = sbnn_converter.convert_keras_model(model)
    folder = export_micro(converted, tmp_path / "m", name="m", samples=samples)
    sketch = next(folder.glob("*/examples/*/*.ino")).read_text()
    for text, call in [
        ((folder / "m" / "main.cpp").read_text(), "interpreter.Reset()"),
        (sketch, "interpreter->Reset()"),
    ]:
        assert text.index(call) < text.index("memcpy(interpreter") < text.index("Invoke()")
    assert "interpreter.Reset();" in (folder / "m" / "README.md").read_text()
    command = ["g++", "-std=c++17", "-fsyntax-only", "-I", HEADERS, *includes(folder)]
    subprocess.run([*command, folder / "m" / "main.cpp"], check=True)
    for file in ("main.cpp", "README.md"):  # where there are no states
        assert "Reset" not in (folders["digits"] / "digits" / file).read_text()


TFLM_TARGETS = {  # how a project may say it, and whether it does
    "": None,
    "target_compile_definitions(tflm PRIVATE TF_LITE_STATIC_MEMORY)": True,
    "target_compile_definitions(tflm PUBLIC TF_LITE_STATIC_MEMORY=1)": True,
    "target_compile_options(tflm PRIVATE -DTF_LITE_STATIC_MEMORY)": True,
    "target_compile_definitions(tflm PRIVATE OTHER)": False,
}


def compile_commands(project, tmp_path, *arguments: str) -> list[dict]:
    """Those of the export's own sources, as a CMake project configures them."""
    subprocess.run(
        [
            "cmake",
            "-S",
            project,
            "-B",
            tmp_path / "build",
            "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
            *arguments,
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    commands = json.loads((tmp_path / "build" / "compile_commands.json").read_text())
    return [c for c in commands if "/src/" in c["file"]]


def defines_static_memory(project, tmp_path, *arguments: str) -> bool:
    """Whether all C++ sources of our library below ``project`` are compiled with it."""
    commands = compile_commands(project, tmp_path, *arguments)
    ours = [c for c in commands if c["file"].endswith(".cpp")]
    assert len(ours) == 3  # model, test vector, registrations
    (found,) = {bool({STATIC_MEMORY, f"{STATIC_MEMORY}=1"} & {*c["command"].split()}) for c in ours}
    return found


def assert_trust_is_asked_for(project, tmp_path):
    """Checks what the ops check unless ``SBNN_TRUSTED_MODELS`` is given."""
    for given, wanted in (("OFF", False), ("ON", True)):
        commands = compile_commands(project, tmp_path, f"-DSBNN_TRUSTED_MODELS={given}")
        (checks,) = [c for c in commands if c["file"].endswith("/ops/weights.c")]
        assert ("-DSBNN_TRUSTED_MODELS" in checks["command"].split()) == wanted


@pytest.mark.skipif(not has_tools("cmake", "g++"), reason="not installed: cmake, g++")
@pytest.mark.parametrize("says", TFLM_TARGETS)
def test_cmake_takes_the_layout_from_tflm(says, folders, tmp_path):
    (tmp_path / "tflm.cpp").write_text("")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(firmware C CXX)\n"
        f"add_library(tflm STATIC tflm.cpp)\n{says}\n"
        f"add_subdirectory({folders['digits']} digits)\n"
    )
    if TFLM_TARGETS[says] is None:  # a checkout: its makefile always defines it
        assert defines_static_memory(tmp_path, tmp_path)
        assert not defines_static_memory(tmp_path, tmp_path, "-DTFLM_STATIC_MEMORY=OFF")
    else:
        found = defines_static_memory(tmp_path, tmp_path, "-DTFLM_TARGET=tflm")
        assert found == TFLM_TARGETS[says]
    assert_trust_is_asked_for(tmp_path, tmp_path)
