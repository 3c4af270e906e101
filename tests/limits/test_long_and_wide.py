"""The checks that take long by hand, small: they hold, and keep working."""

import importlib

import pytest

SMALL = {
    "long_runs": dict(count=1000),
    "eight_threads": dict(rounds=3),
    "deep_networks": dict(layers=20, blocks=4),
    "wide_layers": dict(units=256, channels=64),
    "large_batches": dict(count=200),
}


@pytest.mark.parametrize("name", SMALL)
def test_limits_hold(name, tmp_path):
    findings = list(importlib.import_module(name).check(tmp_path / "in", **SMALL[name]))
    assert findings
    assert all(finding.is_ok for finding in findings), "\n".join(map(str, findings))
