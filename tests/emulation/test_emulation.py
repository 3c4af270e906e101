"""Programs run on emulated cores and tell what they did."""

import pytest

from sbnn_converter import emulation
from sbnn_converter.export import c_sources

PROGRAM = """
#include "startup.h"
static volatile uint32_t table[16] = {1, 2, 3};
static volatile float half = 0.5f;
static __attribute__((noinline)) uint32_t deep(void) {
  volatile uint8_t taken[1000];
  for (int i = 0; i < 1000; ++i) taken[i] = 7;
  return taken[500];
}
int main(void) {
  bench_paint_stack();
  bench_start();
  const uint32_t seven = deep();
  const uint32_t part = bench_now();
  const uint32_t all = bench_stop();
  bench_report("sum", table[0] + table[1] + table[2] + seven);
  bench_report("float", (uint32_t)(half * 10.0f));
  bench_report("instructions", part);
  bench_report("ordered", part <= all ? 1u : 0u);
  bench_report("stack", bench_stack_used());
#ifdef FAULT
  *(volatile uint32_t*)(uintptr_t)FAULT = 1u;
#endif
  return STATUS;
}
"""
needs_tools = {
    core.name: pytest.mark.skipif(
        bool(emulation.missing_tools(core)),
        reason=f"not installed: {emulation.missing_tools(core)}",
    )
    for core in emulation.CORES.values()
}
CORES = [
    pytest.param(core, marks=needs_tools[name], id=name) for name, core in emulation.CORES.items()
]


def compiled(core, folder, *defines, **limits):
    source = folder / "main.c"
    source.write_text(PROGRAM)
    image = folder / "main.elf"
    emulation.compile_program(core, [source], image, defines=defines, **limits)
    return image


@pytest.mark.parametrize("core", CORES)
def test_a_program_runs_counts_and_exits(core, tmp_path):
    image = compiled(core, tmp_path, "STATUS=5")
    done = emulation.run(core, image)
    assert done.status == 5
    assert done.numbers["sum"] == 13
    assert done.numbers["float"] == 5
    # 1000 turns of a loop of a few instructions.
    assert 2900 < done.numbers["instructions"] < 12000
    assert done.numbers["ordered"] == 1
    assert 1000 <= done.numbers["stack"] < 1100
    assert emulation.run(core, image).numbers == done.numbers
    assert emulation.image_size(core, image).ram >= 64


@pytest.mark.parametrize("core", CORES)
def test_a_fault_ends_the_program(core, tmp_path):
    image = compiled(core, tmp_path, "STATUS=0", "FAULT=0xF0000000")
    assert emulation.run(core, image).status == 3


@needs_tools["cortex-m4"]
def test_what_does_not_fit_is_refused_by_the_linker(tmp_path):
    core = emulation.CORES["cortex-m4"]
    with pytest.raises(emulation.CompilationError, match="RAM"):
        compiled(core, tmp_path, "STATUS=0", ram_bytes=32)
    with pytest.raises(emulation.CompilationError, match="CODE"):
        compiled(core, tmp_path, "STATUS=0", code_bytes=128)


def test_missing_tools_are_named_with_their_packages(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(emulation.MissingTools, match="apt-get install") as error:
        emulation.require_tools(emulation.CORES["cortex-m4"])
    assert "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm" in str(error.value)
    with pytest.raises(emulation.MissingTools, match="qemu-system-misc"):
        emulation.require_tools(emulation.CORES["rv32imac"])


def test_c_sources_are_found_read_and_copied(tmp_path):
    assert "kernels/src/conv2d_bits.c" in c_sources.kernel_sources()
    assert "kernels/src/inline.h" in c_sources.kernel_inner_headers()
    header = "kernels/include/sbnn/planes.h"
    assert header in c_sources.kernel_headers()
    assert "runtime/ops/op.c" in c_sources.runtime_files("ops")
    with pytest.raises(FileNotFoundError, match="runtime/none"):
        c_sources.runtime_files("none")
    (copied,) = c_sources.copy({header: "inc/planes.h"}, tmp_path)
    assert copied == tmp_path / "inc" / "planes.h"
    assert copied.read_text() == c_sources.read(header)
