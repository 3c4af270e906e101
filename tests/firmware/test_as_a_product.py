"""Standalone C in a firmware project: the caller's memory, profiling, strict compilers."""

import ctypes
import shutil
import subprocess
import threading

import numpy as np
import pytest

import sbnn_converter
from networks import stir
from on_host import OnHost
from sbnn_converter.export.shared_libraries import exported_path
from sbnn_converter.standalone import plan_export
from small_networks import residual

STRICT = "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef -Wpedantic -Werror".split()
MACROS = ["-DMODEL_PROFILE", "-DMODEL_CHECK", "-DMODEL_NO_STATIC_MEMORY"]


@pytest.fixture(scope="module")
def model():
    return sbnn_converter.convert_keras_model(stir(residual()))


@pytest.fixture(scope="module")
def samples():
    return (np.random.default_rng(4).integers(0, 17, (8, 8, 8, 4)) / 16).astype(np.float32)


@pytest.fixture(scope="module")
def folder(model, samples, tmp_path_factory):
    folder = tmp_path_factory.mktemp("product") / "c"
    sbnn_converter.export_c(model, folder, samples=samples[:2])
    return folder


def includes(folder):
    return [f"-I{folder}/model/src", f"-I{folder}/sbnn/src"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c11", "c17", "c2x"])
def test_strict_compilers_have_nothing_to_say(compiler, standard, folder):
    if not shutil.which(compiler):
        pytest.skip(f"not installed: {compiler}")
    command = [compiler, f"-std={standard}", *STRICT, "-fsyntax-only", *includes(folder)]
    own = [*folder.glob("model/src/*.c"), folder / "model" / "main.c"]
    subprocess.run([*command, *own], check=True)
    subprocess.run([*command, *MACROS, *own], check=True)
    if (compiler, standard) in (("gcc", "c99"), ("clang", "c2x")):  # the oldest, the newest
        subprocess.run([*command, *folder.glob("sbnn/src/**/*.c")], check=True)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c++11", "c++14", "c++17", "c++20"])
def test_headers_are_cplusplus(compiler, standard, folder, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"not installed: {compiler}")
    (tmp_path / "main.cpp").write_text(
        '#include "model_test_vector.h"\n'
        "static uint64_t work[model_work_bytes / 8];\n"
        "int main() { return model_self_test(work); }\n"
    )
    command = [compiler, f"-std={standard}", *STRICT, "-fsyntax-only", *includes(folder)]
    subprocess.run([*command, tmp_path / "main.cpp"], check=True)


def test_calls_in_memory_of_their_own_run_at_the_same_time(model, folder, samples, objects):
    export = plan_export(model)
    invoke = OnHost(export, folder, objects)._library.model_invoke_in
    wanted = sbnn_converter.micro.Interpreter(model).predict(samples)
    size = export.work_bytes[1] // 8
    found = np.zeros_like(wanted)

    def run(first):
        work = np.full(size + 2, 0xA5A5A5A5A5A5A5A5, np.uint64)
        for _ in range(50):
            for i in range(first, len(samples), 4):
                places = work[1:], samples[i], found[i]
                assert invoke(*(ctypes.c_void_p(a.ctypes.data) for a in places)) == 0
        assert work[0] == work[-1] == 0xA5A5A5A5A5A5A5A5  # no more than was asked for

    threads = [threading.Thread(target=run, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found, wanted)


def test_memory_that_will_not_do_is_refused(model, folder, samples, objects):
    export = plan_export(model)
    library = OnHost(export, folder, objects)._library
    work = np.zeros(export.work_bytes[1] // 8 + 1, np.uint64)
    x, y = samples[0], np.zeros(5, np.float32)
    pointer = lambda a, offset=0: ctypes.c_void_p(a.ctypes.data + offset)  # noqa: E731
    assert library.model_invoke_in(pointer(work), pointer(x), pointer(y)) == 0
    for arguments in (
        (None, pointer(x), pointer(y)),
        (pointer(work, 4), pointer(x), pointer(y)),
        (pointer(work), None, pointer(y)),
        (pointer(work), pointer(x), None),
    ):
        assert library.model_invoke_in(*arguments) == -1
    assert library.model_invoke(pointer(x), None) == -1


def test_nothing_but_the_static_memory_is_ever_written(model, folder, objects):
    """Which is what makes a network re-entrant: neither kernels nor it keep anything."""
    export = plan_export(model)
    kernels = [folder / "sbnn" / exported_path(p) for p in export.kernels if p.endswith(".c")]
    command = ["gcc", "-std=c99", "-O2", "-fno-pie", *includes(folder)]
    command += ["-DMODEL_NO_STATIC_MEMORY"]
    compiled = objects.compile(command, [folder / "model" / "src" / "model.c", *kernels])
    table = subprocess.run(["nm", *compiled], check=True, capture_output=True, text=True).stdout
    kinds = {line.split()[-2] for line in table.splitlines() if len(line.split()) > 1}
    assert "T" in kinds and not kinds & set("BbDdCcSsGg")


def test_a_program_is_told_of_each_op(model, folder, samples, tmp_path, objects):
    export = plan_export(model)
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "model_test_vector.h"\n'
        "static uint64_t work[model_work_bytes / 8];\n"
        'void model_after_op(int op) { printf("%d %s\\n", op, model_op_name(op)); }\n'
        "int main(void) { return model_self_test(work) + MODEL_OPS - "
        f"{len(export.ops)}; }}\n"
    )
    kernels = [folder / "sbnn" / exported_path(p) for p in export.kernels if p.endswith(".c")]
    sources = [tmp_path / "main.c", *folder.glob("model/src/*.c"), *kernels]
    command = ["gcc", "-std=c99", "-O2", *includes(folder), "-DMODEL_PROFILE"]
    compiled = objects.compile(command, sources)
    subprocess.run(["gcc", *compiled, "-o", tmp_path / "main"], check=True)
    said = subprocess.run([tmp_path / "main"], check=True, capture_output=True, text=True).stdout
    names = [f"{i} {op.label}" for i, op in enumerate(export.ops)]
    assert said.splitlines() == 2 * names


# What Arduino puts in front of a sketch, as far as the exported one needs it.
ARDUINO = """
#include <stdint.h>
#include <stdio.h>
#include <time.h>
struct Console {
  void begin(unsigned long) {}
  void print(const char* text) { fputs(text, stdout); }
  void print(unsigned long number) { printf("%lu", number); }
  void println(const char* text) { puts(text); }
};
static Console Serial;
static inline void delay(unsigned long) {}
static inline unsigned long micros() { return (unsigned long)clock(); }
"""


def test_the_arduino_sketch_tells_whether_the_network_passes(model, folder, tmp_path, objects):
    (sketch,) = folder.glob("model/examples/*/*.ino")
    (tmp_path / "Arduino.h").write_text(ARDUINO)
    (tmp_path / "sketch.cpp").write_text(
        f'#include "Arduino.h"\n{sketch.read_text()}\n'
        "int main() {\n  setup();\n  loop();\n  return 0;\n}\n"
    )
    own = [*includes(folder), f"-I{tmp_path}"]
    warned = [flag for flag in STRICT if flag != "-Wundef"]
    compiled = objects.compile(["g++", "-std=c++11", *warned, *own], [tmp_path / "sketch.cpp"])
    kernels = [path for path in plan_export(model).kernels if path.endswith(".c")]
    sources = [folder / "sbnn" / exported_path(path) for path in kernels]
    sources += folder.glob("model/src/*.c")
    compiled += objects.compile(["gcc", "-std=c99", "-O2", *includes(folder)], sources)
    subprocess.run(["g++", *compiled, "-o", tmp_path / "sketch"], check=True)
    done = subprocess.run([tmp_path / "sketch"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("model: PASS, ") and "bytes of stack" in done.stdout
