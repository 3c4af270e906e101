"""Programs on disks without room: one line, and nothing half written."""

from pathlib import Path

import pytest

from full_disks import full_output, may_mount, sweep

MODEL = Path(__file__).parents[1] / "golden" / "version_1" / "image.tflite"


def test_a_full_standard_output_is_one_line():
    finding = full_output("sbnn-inspect", [MODEL])
    assert finding.is_ok, finding


def test_an_export_on_a_full_disk(tmp_path):
    if not may_mount(tmp_path / "try"):
        pytest.skip("no file system may be mounted here")
    finding = sweep(tmp_path, "sbnn-export", (MODEL, "--c_dir", "OUT"), "pages")
    assert finding.is_ok and not finding.figures.startswith("0 "), finding
