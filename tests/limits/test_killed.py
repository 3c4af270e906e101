"""A kill in front of any step leaves outputs whole."""

from killed import every_step


def test_a_kill_in_front_of_any_step_leaves_whole_outputs(tmp_path):
    findings = list(every_step(tmp_path))
    assert len(findings) == 6
    assert all(finding.is_ok for finding in findings), "\n".join(map(str, findings))
