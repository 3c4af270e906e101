"""The README's first steps where the package is installed: trains, converts, inspects, predicts.

    python tests/packaging/first_script.py README.md

The script is the README's own first one; the pictures are made up.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import sbnn_converter


def pictures(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Ten noisy patterns of 28x28 pixels in [0, 1], and which of them each one is."""
    rng = np.random.default_rng(0)
    patterns = rng.random((10, 28, 28)) > 0.7
    labels = rng.integers(0, 10, count)
    noise = rng.random((count, 28, 28)) > 0.9
    return (patterns[labels] ^ noise).astype("float32"), labels


script = re.findall(r"```python\n(.*?)```", Path(sys.argv[1]).read_text(), re.DOTALL)[0]
x_train, y_train = pictures(1000)
with tempfile.TemporaryDirectory() as folder:
    names = {"x_train": x_train, "y_train": y_train}
    text = script.replace('"model.h5"', repr(f"{folder}/model.h5"))
    exec(compile(text, "README.md", "exec"), names)
    answer = names["model"].predict(x_train, verbose=0)
    programs = Path(sys.executable).parent
    for command in (
        [programs / "sbnn-convert", "model.h5", "-o", "model.tflite", "--verify", "100"],
        [programs / "sbnn-inspect", "model.tflite"],
    ):
        subprocess.run(command, cwd=folder, check=True)
    found = sbnn_converter.Interpreter(f"{folder}/model.tflite").predict(x_train)
np.testing.assert_allclose(found, answer, rtol=0, atol=1e-5)
accuracy = np.mean(found.argmax(1) == y_train)
assert accuracy > 0.9, accuracy
print(f"{len(x_train)} predictions as Keras's; {accuracy:.1%} of the training pictures are right")
