"""A kill in front of any step leaves outputs whole; killed trainings go on."""

import random

from killed import every_step, training


def test_a_kill_in_front_of_any_step_leaves_whole_outputs(tmp_path):
    findings = list(every_step(tmp_path))
    assert len(findings) == 6
    assert all(finding.is_ok for finding in findings), "\n".join(map(str, findings))


def test_a_killed_training_ends_in_the_same_weights(tmp_path):
    finding = training(tmp_path, "keras", 4, random.Random(0))
    assert finding.is_ok, finding
