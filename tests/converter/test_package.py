"""What `import sbnn_converter` shows before anything heavy is loaded."""

import ast
import importlib.metadata
import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from packaging.requirements import Requirement

import sbnn_converter
import sbnn_keras
from sbnn_converter.inspection import inspect_model
from sbnn_converter.standalone import plan_export
from sbnn_converter.tflite.flatbuffer import read_stored_model
from sbnn_keras.kernels import sparse_binary_kernels

ROOT = Path(__file__).parents[2]
FUNCTIONS = ["convert_keras_model", "export_c", "export_micro"]


def test_importing_it_loads_no_tensorflow():
    code = (
        "import sys, sbnn_converter; names = dir(sbnn_converter); "
        "assert set(sbnn_converter.__all__) <= set(names), names; "
        "sbnn_converter.export_c; sbnn_converter.export_micro; "
        "sbnn_converter.micro.Interpreter; sbnn_converter.Interpreter; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures_and_docstrings_are_the_functions_own(name):
    function = getattr(sbnn_converter, name)
    parameters = inspect.signature(function).parameters
    assert not any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    assert set(parameters) <= set(function.__doc__.replace(":", " ").split())
    for section in ("```python", "Args:", "Returns:", "Raises:"):
        assert section in function.__doc__
    # Editors do not run __getattr__: they read the imports for type checking.
    tree = ast.parse(Path(sbnn_converter.__file__).read_text())
    seen = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert name in seen and name in sbnn_converter.__all__


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'sbnn_converter' has no attribute 'x'"):
        _ = sbnn_converter.x


def test_both_packages_tell_the_installed_version():
    wanted = importlib.metadata.version("sbnn-keras")
    assert sbnn_keras.__version__ == sbnn_converter.__version__ == wanted


def wanted_by(distribution: importlib.metadata.Distribution, python: str) -> dict[str, str]:
    """What an installation of it brings on Linux, without extras: version ranges by name."""
    environment = {"python_version": python, "sys_platform": "linux", "extra": ""}
    found: dict[str, str] = {}
    for requirement in map(Requirement, distribution.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = requirement.name.replace("_", "-")
            found[name] = found.get(name, "") + str(requirement.specifier)
    return found


def test_the_second_name_is_the_same_package_without_keras_2(tmp_path):
    code = (
        "import sys; sys.path.insert(0, 'keras3'); import backend; "
        "print('MADE', backend.prepare_metadata_for_build_wheel(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (folder,) = tmp_path.glob("*.dist-info")
    light = importlib.metadata.PathDistribution(folder)
    whole = importlib.metadata.distribution("sbnn-keras")
    assert light.metadata["Name"] == "sbnn-keras3" and light.version == whole.version
    assert light.metadata["Requires-Python"] == whole.metadata["Requires-Python"]
    assert {e.name for e in light.entry_points} == {
        "sbnn-convert",
        "sbnn-export",
        "sbnn-inspect",
    }
    of_keras_2 = {"tf-keras", "larq", "tensorflow-model-optimization", "tflite-runtime"}
    for python in ("3.10", "3.13"):
        found = wanted_by(light, python)
        assert {"keras", "tensorflow", "absl-py", "ai-edge-litert"} < set(found)
        assert not of_keras_2 & set(found) and "<" not in found["numpy"]
    # The whole one has Keras 2 wherever NumPy 1 is to be had.
    assert of_keras_2 < set(wanted_by(whole, "3.10"))
    assert "<2" in wanted_by(whole, "3.12")["numpy"]
    assert not of_keras_2 & set(wanted_by(whole, "3.13"))
    assert "<" not in wanted_by(whole, "3.13")["numpy"]


def test_results_have_short_reprs():
    sparse = [sbnn_keras.SparseBinaryDense(8, name=f"dense_{i}") for i in range(7)]
    model = tf.keras.Sequential([tf.keras.Input((8,)), *sparse])
    flatbuffer = sbnn_converter.convert_keras_model(model)
    stored = read_stored_model(flatbuffer)
    results = [
        inspect_model(flatbuffer),
        *inspect_model(flatbuffer).layers,
        sbnn_converter.estimate_network(flatbuffer),
        stored,
        stored.sbnn_ops,
        plan_export(flatbuffer),
        stored.steps[0],
        stored.tensors[0],
        *sparse_binary_kernels(model),
    ]
    for result in results:
        text = repr(result)
        assert len(text) < 400 * (len(result) if isinstance(result, list) else 1), text
        assert "\n" not in text and "array(" not in text
    weights = inspect_model(flatbuffer)
    assert f"layers=<{len(weights.layers)} InspectedLayer>" in repr(weights)
    assert f"bytes={weights.bytes}" in repr(weights)


def test_a_short_repr_shows_short_collections_and_counts_long_ones():
    from sbnn_converter.micro_export.test_vector import TestVector

    vector = TestVector([np.zeros((3, 4), np.int8)], [np.zeros((3, 2), np.float32)] * 2)
    assert repr(vector) == "TestVector(inputs=<1 ndarray>, outputs=<2 ndarray>)"
