"""The kernels agree with their references on 64-bit ARM: plain ones, and those of hosts with
128-bit vectors, which are NEON there."""

import pytest

import aarch64
from host_program import KERNELS, NATIVE, REFERENCES, RUNTIME

pytestmark = pytest.mark.skipif(bool(aarch64.missing()), reason=aarch64.missing())

PROGRAMS = [
    "test_connections",
    "test_conv2d",
    "test_dense",
    "test_max_pool2d",
    "test_planes",
    "test_host",
]


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_kernels_give_the_references_results_on_aarch64(program, objects, tmp_path):
    folders = (KERNELS / "src", KERNELS / "host", RUNTIME / "host", RUNTIME / "ops")
    sources = [source for folder in folders for source in sorted(folder.glob("*.c"))]
    image = tmp_path / program
    sources = [NATIVE / f"{program}.c", *REFERENCES, *sources]
    aarch64.build(objects, image, sources, ["-DSBNN_FEW_CASES"])
    done = aarch64.run(image)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]
