"""What makes the exported folder easy to build: CMake, make, and a README."""

from __future__ import annotations

from collections.abc import Sequence

from sbnn_converter.standalone import model_text
from sbnn_converter.standalone.call import c_name
from sbnn_converter.tflite.flatbuffer import StoredModel

# Kernels rely on IEEE arithmetic as written.
_FLAGS = "-std=c99 -Os -ffp-contract=off -ffunction-sections -fdata-sections"


def texts(name: str, network: StoredModel, ram_bytes: int, kernels: Sequence[str]):
    """File name to content."""
    sources = [f"{name}.c", *(path for path in kernels if path.endswith(".c"))]
    return {
        "CMakeLists.txt": _cmake(name, sources),
        f"{name}.mk": _make(name, sources),
        "README.md": _readme(name, network, ram_bytes, sources),
    }


def _cmake(name: str, sources: Sequence[str]) -> str:
    listed = "\n  ".join(sources)
    return f"""\
# add_subdirectory(this folder), then target_link_libraries(firmware {name}).
cmake_minimum_required(VERSION 3.13)
project({name} C)
add_library({name} STATIC
  {listed})
target_include_directories({name}
  PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}}
  PRIVATE ${{CMAKE_CURRENT_SOURCE_DIR}}/kernels/include
          ${{CMAKE_CURRENT_SOURCE_DIR}}/runtime)
set_target_properties({name} PROPERTIES C_STANDARD 99)
target_compile_options({name} PRIVATE -ffp-contract=off -ffunction-sections -fdata-sections)
"""


def _make(name: str, sources: Sequence[str]) -> str:
    listed = " \\\n  ".join(f"$({name}_DIR){source}" for source in sources)
    return f"""\
# include {name}.mk; then compile $({name}_SOURCES) with $({name}_CFLAGS).
{name}_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
{name}_SOURCES := \\
  {listed}
{name}_CFLAGS := {_FLAGS} \\
  -I$({name}_DIR) -I$({name}_DIR)kernels/include -I$({name}_DIR)runtime
"""


def _readme(name: str, network: StoredModel, ram_bytes: int, sources: Sequence[str]) -> str:
    rows = "\n".join(
        f"| `{argument}` | `{c_name(tensor.type)}` | "
        f"{' x '.join(str(d) for d in tensor.shape[1:]) or 1} | "
        + (f"{tensor.scale:.9g}, {tensor.zero} |" if len(tensor.scales) else "- |")
        for argument, tensor, _ in model_text.parameters(network)
    )
    return f"""\
# `{name}`: a neural network in C99

Written by `sbnn-convert`; do not edit, convert again. One call runs one sample:

```c
#include "{name}.h"

{model_text.signature(name, network)};
```

| argument | type | shape | scale, zero point |
| --- | --- | --- | --- |
{rows}

Images lie channels last. The call works in {ram_bytes:,} bytes of static memory (32-bit
machine) beside the stack, allocates nothing, and needs `memcpy` and `memset` alone of the C
library. Weights are constants and stay in flash. Inputs and outputs are the caller's and must
not overlap.

## Build

CMake: `add_subdirectory` this folder and link `{name}`. make: `include {name}.mk`. By hand:

```sh
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb {_FLAGS} \\
  -I. -Ikernels/include -Iruntime -c {" ".join(sources[:1])} kernels/src/*.c{
        " runtime/c/*.c" if any(s.startswith("runtime") for s in sources) else ""
    }
```

Link with `-Wl,--gc-sections`. `-ffp-contract=off` keeps float results the same on cores that
can multiply and add in one step.
"""
