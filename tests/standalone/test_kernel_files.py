"""The files that an export takes along define all that they call: the linker says so."""

import shutil
import subprocess

import pytest

from host_program import COMPILER
from sbnn_converter.export import c_sources
from sbnn_converter.standalone.kernel_files import needed_files


@pytest.mark.parametrize(
    "kernel",
    [
        "sbnn_conv2d_bits",
        "sbnn_conv2d_int8",
        "sbnn_conv2d_float",
        "sbnn_dense_streamed",
        "sbnn_dense_sliced",
        "sbnn_dense_int8",
        "sbnn_max_pool2d_bits",
        "sbnn_quantize",
        "sbnn_dequantize",
        "sbnn_max_pool2d_planes",
        "sbnn_average_pool2d",
        "sbnn_quantize_planes",
        "sbnn_dequantize_planes",
        "sbnn_add_planes",
    ],
)
def test_each_kernel_links_alone(kernel, objects, tmp_path):
    if not shutil.which("gcc"):
        pytest.skip("not installed: gcc")
    sources = [c_sources.root() / path for path in needed_files([kernel], [])]
    parts = objects.compile([*COMPILER, "-O1", "-fPIC"], [p for p in sources if p.suffix == ".c"])
    subprocess.run(["gcc", "-shared", "-Wl,-z,defs", *parts, "-o", tmp_path / "k.so"], check=True)
