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

import sbnn_converter
import sbnn_keras
from sbnn_converter.inspection import inspect_model
from sbnn_converter.standalone import plan_export
from sbnn_converter.tflite.flatbuffer import read_stored_model
from sbnn_keras.kernels import sparse_binary_kernels

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
    for section in ("Example::", "Args:", "Returns:", "Raises:"):
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
