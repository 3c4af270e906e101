"""Hot kernels and weights lie where a project's linker script puts them, and run there."""

import subprocess
from pathlib import Path

import pytest

import sbnn_converter
from sbnn_converter import emulation

CORE = emulation.CORES["cortex-m4"]
MISSING = emulation.missing_tools(CORE)
GOLDEN = Path(__file__).parents[1] / "golden" / "version_1"
RAM, EXTERNAL = 0x20300000, 0x21000000
PLACES = ('SBNN_HOT_SECTION=".hot"', 'SBNN_CONSTANTS_SECTION=".weights"')
# Code that runs in RAM and comes from flash; weights in another memory.
SCRIPT = f"""
SECTIONS {{
  .hot {RAM:#x} : AT(0x00300000) {{
    hot_start = .;
    *(.hot)
    hot_end = .;
  }}
  hot_load = LOADADDR(.hot);
  .weights {EXTERNAL:#x} : AT({EXTERNAL:#x}) {{ KEEP(*(.weights)) }}
}}
INSERT AFTER .bss;
"""
MAIN = """
#include <string.h>
#include "model_test_vector.h"
extern char hot_start[], hot_end[], hot_load[];
static uint64_t work[model_work_bytes / 8];
int main(void) {
  memcpy(hot_start, hot_load, (size_t)(hot_end - hot_start));
  return model_self_test(work);
}
"""


@pytest.fixture(params=["image", "signs", "dense_sliced"])
def folder(request, tmp_path):
    sbnn_converter.export_c(GOLDEN / f"{request.param}.tflite", tmp_path / "c")
    (tmp_path / "main.c").write_text(MAIN)
    (tmp_path / "places.ld").write_text(SCRIPT)
    return tmp_path


def build(folder: Path, *defines: str) -> Path:
    image = folder / "image.elf"
    own = [f"-I{folder}/c/model/src", f"-I{folder}/c/sbnn/src"]
    emulation.compile_program(
        CORE,
        [folder / "main.c", *folder.glob("c/*/src/**/*.c")],
        image,
        defines=defines,
        flags=(*emulation.FLAGS, *own, "-T", str(folder / "places.ld")),
    )
    return image


def symbols(image: Path) -> dict[str, int]:
    listed = subprocess.run(
        ["arm-none-eabi-nm", image], check=True, capture_output=True, text=True
    ).stdout
    parts = (line.split() for line in listed.splitlines())
    return {p[2]: int(p[0], 16) for p in parts if len(p) == 3}


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")
def test_kernels_run_in_ram_on_weights_in_another_memory(folder):
    image = build(folder, *PLACES)
    assert emulation.run(CORE, image).status == 0
    found = symbols(image)
    assert found["hot_end"] - found["hot_start"] > 300
    hot = {name for name, at in found.items() if found["hot_start"] <= at < found["hot_end"]}
    assert {"sbnn_sum_words_thumb2", "sbnn_unslice"} <= hot  # assembler and C
    words = [at for name, at in found.items() if name.endswith("kernel_words")]
    assert words and all(EXTERNAL <= at < EXTERNAL + 2**20 for at in words)


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")
def test_without_macros_nothing_lies_elsewhere(tmp_path):
    sbnn_converter.export_c(GOLDEN / "image.tflite", tmp_path / "c")
    (tmp_path / "main.c").write_text(MAIN)
    (tmp_path / "places.ld").write_text(SCRIPT)
    image = build(tmp_path)
    assert emulation.run(CORE, image).status == 0
    found = symbols(image)
    assert found["hot_start"] == found["hot_end"]
