"""A folder written by --micro_dir builds everywhere and gives the delegate's answers."""

import json
import re
import subprocess

import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
import yaml
from exported import CORTEX_M, HEADERS, ExportedInterpreter, compile_folder, has_tools
from networks import digits_net, pixels
from sbnn_converter.micro_export import export_micro
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


def inputs(name: str, rng, count: int) -> np.ndarray:
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
def test_in_the_real_interpreter_1000_answers_are_the_delegates(name, folders, models, tmp_path, rng):
    exported = ExportedInterpreter(folders[name], name, tmp_path / "build")
    assert exported.model == models[name]
    x = inputs(name, rng, 1000)
    wanted = sbnn_converter.Interpreter(models[name]).predict(x)
    found = exported.predict(x)
    if name == "shortcuts":  # its last layers are floats of TensorFlow Lite's own kernels
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    else:
        np.testing.assert_array_equal(found, wanted)


@needs_cross_compiler
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m33"])
def test_it_builds_for_cortex_m_without_constructors_or_libraries(core, folders, tmp_path):
    folder = folders["shortcuts"]
    objects = compile_folder(
        folder, tmp_path / core, "arm-none-eabi-", [*CORTEX_M, f"-mcpu={core}"]
    )
    table = subprocess.run(
        ["arm-none-eabi-nm", "-C", *objects], check=True, capture_output=True, text=True
    ).stdout
    assert "sbnn_invoke_op" in table
    for unwanted in ("_GLOBAL__sub", "guard variable", "typeinfo", "__cxa", "operator new", "malloc"):
        assert unwanted not in table


def test_the_resolver_registers_exactly_the_ops_of_the_model(folders, models):
    from sbnn_converter.tflite.flatbuffer import read_stored_model

    for name, folder in folders.items():
        text = (folder / "src" / name / "ops.h").read_text()
        calls = re.findall(r"if \((\S+)\(\S*\) != kTfLiteOk\)", text)
        stored = read_stored_model(models[name])
        count = len({op.name for op in stored.sbnn_ops}) + len(set(stored.other_ops))
        assert len(calls) == len(set(calls)) == count
        assert f"kOpCount = {count};" in text
    assert {"sbnn::AddConv2D", "resolver.AddAdd", "resolver.AddSoftmax"} <= set(calls)


def test_the_arena_holds_the_model_and_little_more(folders, models):
    for name, folder in folders.items():
        text = (folder / "src" / name / "model.h").read_text()
        size = int(re.search(r"kArenaBytes = (\d+)", text)[1])
        sbnn_converter.micro.Interpreter(models[name], arena_size=size)
        with pytest.raises(RuntimeError, match="does not fit an arena"):
            sbnn_converter.micro.Interpreter(models[name], arena_size=size - 128)


def test_samples_become_the_test_vector(models, tmp_path, rng):
    samples = pixels(rng, 3)
    folder = export_micro(models["digits_int8"], tmp_path / "out", name="m", samples=samples)
    text = (folder / "src" / "m" / "test_vector.cpp").read_text()
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
    assert "kTestSamples = 3;" in (folder / "src" / "m" / "test_vector.h").read_text()


def test_descriptors_are_read_by_their_formats_parsers_and_name_files_that_exist(folders):
    folder = folders["digits"]
    platformio = json.loads((folder / "library.json").read_text())
    assert (folder / platformio["build"]["srcDir"] / platformio["headers"]).is_file()
    arduino = dict(
        line.split("=", 1) for line in (folder / "library.properties").read_text().splitlines()
    )
    needed = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category",
              "url", "architectures"}  # fmt: skip
    assert needed <= set(arduino)
    assert (folder / "src" / arduino["includes"]).is_file()
    (sketch,) = folder.glob("examples/*/*.ino")
    assert sketch.stem == sketch.parent.name  # Arduino insists
    idf = yaml.safe_load((folder / "idf_component.yml").read_text())
    assert "espressif/esp-tflite-micro" in idf["dependencies"]
    zephyr = yaml.safe_load((folder / "zephyr" / "module.yml").read_text())
    assert (folder / zephyr["build"]["cmake"] / "CMakeLists.txt").is_file()
    assert (folder / zephyr["build"]["kconfig"]).is_file()
    for descriptor in ("CMakeLists.txt", "zephyr/CMakeLists.txt"):
        text = (folder / descriptor).read_text()
        listed = re.findall(r"^\s+(?:\.\./)?(src/\S+)$", text, re.M)
        assert sorted(listed) == sorted(
            path.relative_to(folder).as_posix()
            for path in folder.glob("src/**/*")
            if path.suffix in (".c", ".cpp")
        )


@pytest.mark.skipif(not has_tools("cmake", "g++"), reason="not installed: cmake, g++")
def test_cmake_configures_and_builds_the_library(folders, tmp_path):
    run = lambda *command: subprocess.run(  # noqa: E731
        command, check=True, capture_output=True, text=True
    )
    run("cmake", "-S", folders["digits"], "-B", tmp_path, f"-DTFLM_DIR={HEADERS}", "-DTFLM_INCLUDES=")
    run("cmake", "--build", tmp_path)
    assert (tmp_path / "libdigits.a").is_file()


@pytest.mark.skipif(not has_tools("cmake"), reason="not installed: cmake")
@pytest.mark.parametrize("system", ["esp-idf", "zephyr"])
def test_component_systems_get_a_well_formed_description(system, folders, tmp_path):
    # Their functions, as they are called: the arguments and that the files exist.
    folder = folders["digits"]
    script = tmp_path / "check.cmake"
    stand_ins = {
        "esp-idf": """
            set(ESP_PLATFORM 1)
            set(COMPONENT_LIB component)
            function(idf_component_register)
              cmake_parse_arguments(A "" "" "SRCS;INCLUDE_DIRS;REQUIRES" ${ARGN})
              foreach(file ${A_SRCS} ${A_INCLUDE_DIRS})
                if(NOT EXISTS ${ROOT}/${file})
                  message(FATAL_ERROR "${file} is missing")
                endif()
              endforeach()
              message(STATUS "requires ${A_REQUIRES}")
            endfunction()
            function(target_compile_options target)
            endfunction()
            include(${ROOT}/CMakeLists.txt)""",
        "zephyr": """
            set(CONFIG_DIGITS y)
            function(zephyr_library_named name)
              message(STATUS "library ${name}")
            endfunction()
            function(zephyr_include_directories folder)
            endfunction()
            function(zephyr_library_compile_options)
            endfunction()
            function(zephyr_library_sources)
              foreach(file ${ARGN})
                if(NOT EXISTS ${ROOT}/zephyr/${file})
                  message(FATAL_ERROR "${file} is missing")
                endif()
              endforeach()
            endfunction()
            include(${ROOT}/zephyr/CMakeLists.txt)""",
    }
    script.write_text(stand_ins[system])
    done = subprocess.run(
        ["cmake", f"-DROOT={folder}", "-P", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    wanted = {"esp-idf": "requires esp-tflite-micro", "zephyr": "library digits"}
    assert wanted[system] in done.stdout
