"""A few damaged files through every runtime and tool; thousands by hand (fuzz_files.py)."""

from pathlib import Path

import pytest

from fuzz_files import fuzz

GOLDEN = sorted((Path(__file__).parents[1] / "golden").rglob("*.tflite"))


@pytest.mark.slow  # loads every runtime, and TensorFlow
def test_damaged_files_are_refused_or_run(tmp_path):
    result = fuzz(range(120), GOLDEN, tmp_path)
    assert result["files"] == 120
    engines = result["engines"]
    assert not any("fault" in counts for counts in engines.values()), list(tmp_path.rglob("*.txt"))
    assert engines["read_model"]["refused"] > 60
    assert all(engines[name].get("ran", 0) > 2 for name in ("micro", "inspect"))
    assert sum(engines["export_c"].values()) > 2
