"""Build systems take in what exports write: each is stood in for by what it does with a
library, and told of mistakes by its own rules."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import sbnn_converter
from exported import HEADERS, has_tools
from networks import stir
from small_networks import mlp, residual

STATIC_MEMORY = "-DTF_LITE_STATIC_MEMORY"
LIBRARIES = {"sbnn": (), "sbnn_tflm": ("sbnn",), "micro_net": ("sbnn_tflm",), "plain": ("sbnn",)}
needs_cmake = pytest.mark.skipif(not has_tools("cmake", "g++"), reason="not installed: cmake, g++")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A network in standalone C and one for TensorFlow Lite Micro."""
    folder = tmp_path_factory.mktemp("descriptors") / "networks"
    sbnn_converter.export_c(
        sbnn_converter.convert_keras_model(stir(residual())), folder, name="plain"
    )
    model = sbnn_converter.convert_keras_model(stir(mlp()))
    sbnn_converter.export_micro(model, folder, name="micro_net")
    return folder


def run(*command, **how) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sources(folder, *libraries) -> set:
    return {
        path
        for library in libraries
        for path in (folder / library / "src").rglob("*")
        if path.suffix in (".c", ".cpp")
    }


@pytest.mark.parametrize("name, depends", LIBRARIES.items())
def test_arduino_and_platformio(name, depends, folder):
    library = folder / name
    lines = (library / "library.properties").read_text().splitlines()
    arduino = dict(line.split("=", 1) for line in lines)
    # What Arduino's specification asks of a library of its 1.5 format.
    needed = "name version author maintainer sentence paragraph category url architectures"
    assert set(needed.split()) <= set(arduino) and all(arduino.values())
    assert re.fullmatch(r"[A-Za-z0-9][\w .-]{0,62}", arduino["name"]) and arduino["name"] == name
    assert re.fullmatch(r"\d+\.\d+\.\d+", arduino["version"])
    assert arduino["category"] == "Data Processing"
    assert tuple(filter(None, arduino.get("depends", "").split(", "))) == depends
    # The folder is found by a header right below src, and compiled as a whole.
    assert (library / "src" / arduino["includes"]).is_file()
    assert not {"utility", "extras"} & {path.name for path in library.iterdir()}
    for sketch in library.glob("examples/*/*"):
        assert sketch.name == f"{sketch.parent.name}.ino"
    # A library is found by the headers that the code names: one of each that it depends on.
    text = "".join(p.read_text() for p in library.glob("src/**/*") if p.is_file())
    for other in depends:
        assert f'#include "{other}.h"' in text
    platformio = json.loads((library / "library.json").read_text())
    assert (library / platformio["build"]["srcDir"] / platformio["headers"]).is_file()
    assert platformio["license"] == "Apache-2.0"
    assert tuple(d["name"] for d in platformio.get("dependencies", ())) == depends
    # Layouts of structs are for whoever builds TensorFlow Lite Micro to say.
    assert "STATIC_MEMORY" not in json.dumps(platformio) + "".join(lines)


IDF = """
set(ESP_PLATFORM 1)
set(COMPONENT_LIB component)
function(idf_component_register)
  cmake_parse_arguments(A "" "" "SRCS;INCLUDE_DIRS;REQUIRES" ${ARGN})
  foreach(file ${A_SRCS} ${A_INCLUDE_DIRS})
    if(NOT IS_ABSOLUTE ${file})
      set(file ${COMPONENT}/${file})
    endif()
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "${file} is missing")
    endif()
    message(STATUS "takes ${file}")
  endforeach()
  message(STATUS "requires ${A_REQUIRES}")
endfunction()
function(target_compile_options target)
endfunction()
include(${COMPONENT}/CMakeLists.txt)
"""


@pytest.mark.skipif(not has_tools("cmake"), reason="not installed: cmake")
@pytest.mark.parametrize(
    "name, libraries, requires",
    [
        ("sbnn", ["sbnn"], ""),
        ("sbnn_tflm", ["sbnn_tflm"], "sbnn;esp-tflite-micro"),
        ("plain", ["plain"], "sbnn"),
        ("micro_net", ["micro_net"], "sbnn_tflm"),
        (".", list(LIBRARIES), "esp-tflite-micro"),
    ],
)
def test_esp_idf_gets_a_component_of_each_library_and_of_all(
    name, libraries, requires, folder, tmp_path
):
    (tmp_path / "check.cmake").write_text(IDF)
    component = folder if name == "." else folder / name
    said = run("cmake", f"-DCOMPONENT={component}", "-P", tmp_path / "check.cmake")
    taken = set(re.findall(r"takes (.*\.(?:c|cpp))\n", said))
    assert taken == {str(path) for path in sources(folder, *libraries)}
    assert set(re.findall(r"takes (.*)\n", said)) - taken == {
        str(folder / library / "src") for library in libraries
    }
    assert f"requires {requires}\n" in said
    manifest = yaml.safe_load((component / "idf_component.yml").read_text())
    uses_tflm = "esp-tflite-micro" in requires
    assert ("espressif/esp-tflite-micro" in manifest.get("dependencies", {})) == uses_tflm
    assert manifest["license"] == "Apache-2.0"


# What Zephyr's functions of these names do, and its interface library of a board's flags.
ZEPHYR = """
cmake_minimum_required(VERSION 3.20)
project(firmware C CXX)
add_library(zephyr_interface INTERFACE)
target_compile_definitions(zephyr_interface INTERFACE BOARD_FLAG)
file(WRITE ${{CMAKE_CURRENT_BINARY_DIR}}/empty.cpp "")
file(WRITE ${{CMAKE_CURRENT_BINARY_DIR}}/app.c "int main(void) {{ return 0; }}")
add_library(..__modules__lib__tflite-micro STATIC ${{CMAKE_CURRENT_BINARY_DIR}}/empty.cpp)
target_compile_definitions(..__modules__lib__tflite-micro PRIVATE {define})
set_property(GLOBAL APPEND PROPERTY ZEPHYR_LIBS ..__modules__lib__tflite-micro)
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${{name}})
  add_library(${{name}} STATIC)
  target_link_libraries(${{name}} PUBLIC zephyr_interface)
  set_property(GLOBAL APPEND PROPERTY OUR_LIBS ${{name}})
endmacro()
macro(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${{ARGN}})
endmacro()
macro(zephyr_library_sources)
  target_sources(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endmacro()
macro(zephyr_library_compile_options)
  target_compile_options(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endmacro()
target_include_directories(zephyr_interface INTERFACE {headers})
foreach(name {chosen})
  set(CONFIG_${{name}} y)
endforeach()
{rest}
"""


def commands(build) -> dict[str, list[str]]:
    """Source to the words of the command that compiles it."""
    listed = json.loads((build / "compile_commands.json").read_text())
    return {c["file"]: c["command"].split() for c in listed if "/src/" in c["file"]}


def configure(text: str, folder, *arguments) -> dict[str, list[str]]:
    (folder / "CMakeLists.txt").write_text(text)
    options = ["-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *arguments]
    run("cmake", "-S", folder, "-B", folder / "build", *options)
    return commands(folder / "build")


@needs_cmake
@pytest.mark.parametrize("own", [True, False])
def test_zephyr_builds_the_folder_as_a_module(own, folder, tmp_path):
    module = yaml.safe_load((folder / "zephyr" / "module.yml").read_text())
    assert (folder / module["build"]["kconfig"]).is_file()
    kconfig = (folder / module["build"]["kconfig"]).read_text()
    assert re.findall(r"^config (\w+)", kconfig, re.M) == [n.upper() for n in LIBRARIES]
    selects = re.findall(r"config (\w+)(?:\n\t.*)*?\n\tselect (\w+)", kconfig)
    assert selects == [("SBNN_TFLM", "SBNN"), ("MICRO_NET", "SBNN_TFLM"), ("PLAIN", "SBNN")]
    text = ZEPHYR.format(
        define="TF_LITE_STATIC_MEMORY" if own else "OTHER",
        headers=HEADERS,
        chosen=" ".join(name.upper() for name in LIBRARIES),
        rest=f"add_subdirectory({folder / module['build']['cmake']} a)\n"
        "get_property(libraries GLOBAL PROPERTY OUR_LIBS)\n"
        "add_executable(app ${CMAKE_CURRENT_BINARY_DIR}/app.c)\n"
        "target_link_libraries(app PRIVATE -Wl,--whole-archive ${libraries}\n"
        "  -Wl,--no-whole-archive -Wl,--unresolved-symbols=ignore-all)\n",
    )
    for trusted in ("OFF", "ON"):
        found = configure(text, tmp_path, f"-DSBNN_TRUSTED_MODELS={trusted}")
        assert set(found) == {str(path) for path in sources(folder, *LIBRARIES)}
        for file, words in found.items():
            assert "-DBOARD_FLAG" in words and "-ffp-contract=off" in words
            if file.endswith(".cpp"):
                assert (STATIC_MEMORY in words) == own, file
        (checks,) = [words for file, words in found.items() if file.endswith("/ops/weights.c")]
        assert ("-DSBNN_TRUSTED_MODELS" in checks) == (trusted == "ON")
    if own:  # as Zephyr links: whole archives
        run("cmake", "--build", tmp_path / "build", "--target", "app")


@needs_cmake
@pytest.mark.parametrize("inner", [".", "plain"])
def test_cmake_takes_the_flags_of_a_zephyr_application(inner, folder, tmp_path):
    text = ZEPHYR.format(
        define="TF_LITE_STATIC_MEMORY",
        headers=HEADERS,
        chosen="",
        rest=f"add_subdirectory({folder / inner} networks)\n"
        "add_executable(app ${CMAKE_CURRENT_BINARY_DIR}/app.c)\n"
        "target_link_libraries(app PRIVATE plain)\n",
    )
    found = configure(text, tmp_path, "-DTFLM_TARGET=..__modules__lib__tflite-micro")
    libraries = LIBRARIES if inner == "." else ("sbnn", "plain")
    assert set(found) == {str(path) for path in sources(folder, *libraries)}
    assert all("-DBOARD_FLAG" in words for words in found.values())


@needs_cmake
def test_cmake_takes_two_folders_with_the_same_kernels(folder, tmp_path):
    model = sbnn_converter.convert_keras_model(stir(mlp()))
    sbnn_converter.export_c(model, tmp_path / "more", name="other")
    text = (
        "cmake_minimum_required(VERSION 3.16)\nproject(firmware C CXX)\n"
        f"add_subdirectory({folder / 'plain'} a)\nadd_subdirectory({tmp_path / 'more'} b)\n"
        "add_executable(app app.c)\ntarget_link_libraries(app PRIVATE plain other)\n"
    )
    (tmp_path / "app.c").touch()
    found = configure(text, tmp_path)
    assert {Path(file).stem for file in found} >= {"dense", "plain", "other"}
    assert len([file for file in found if file.endswith("/dense.c")]) == 1
