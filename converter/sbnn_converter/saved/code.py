"""Code in a saved Keras model, found in its configuration without running it.

Keras builds layers from a configuration in JSON. It unpacks Python byte code from it
(Lambda layers, functions in cell wrappers), imports modules that it names, and calls
functions by their names, with arguments from the file. What comes from Keras, Larq or
sbnn_keras themselves is no stranger's; all else is named here.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sbnn_converter.errors import ConversionError

_PACKAGES = (
    "keras",
    "tf_keras",
    "larq",
    "sbnn_keras",
    "tensorflow_model_optimization",
    "builtins",
    "tensorflow.python.framework",
    "tensorflow.python.ops",
)
# Where functions may come from that a layer calls, as an activation or an initializer.
_FUNCTION_MODULES = frozenset(
    "builtins activations initializers regularizers constraints losses metrics quantizers "
    "math gen_nn_ops nn_ops nn gen_math_ops math_ops special_math_ops".split()
)
# TensorFlow functions in a Keras graph, called with arguments from the file: those that
# compute. Others read and write files, load libraries or call Python.
_TF_NAMESPACES_WHOLE = frozenset(
    "math nn linalg image signal strings bitwise quantization sparse ragged random".split()
)
_TF_NAMESPACES = frozenset(
    "debugging dtypes sets audio __operators__ keras.backend keras.activations".split()
)
_TF_ACTING = frozenset(
    "py_function numpy_function py_func load_library load_op_library print Print "
    "load_file_system_library import_graph_def write_file".split()
)


def refuse_code(path: Path, configurations: Sequence[Mapping[str, Any]]) -> None:
    """Refuses a saved model that would run code while it is loaded.

    Args:
      path: the model, for the message.
      configurations: what Keras builds its layers from.

    Raises:
      ConversionError: there is code; the message names the layers.
    """
    found: dict[str, None] = {}
    for configuration in configurations:
        # Losses and metrics of the outermost model are not loaded.
        roots = {
            key: value
            for key, value in configuration.items()
            if key not in ("compile_config", "training_config")
        }
        found.update(dict.fromkeys(_code_in(roots, "")))
    if found:
        listed = list(found)
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        raise ConversionError(
            f"'{path}' holds code that would run on this machine: "
            f"{', '.join(listed[:3])}{more}; nothing was loaded: give --trust_code if you "
            "know where the file comes from, or use layers of Keras, Larq or sbnn_keras, or "
            "convert in Python with sbnn_converter.convert_keras_model(model)"
        )


def _code_in(value: Any, layer: str) -> Iterator[str]:
    """Phrases for the code in ``value``, which belongs to ``layer``."""
    if isinstance(value, list):
        for item in value:
            yield from _code_in(item, layer)
    if not isinstance(value, dict):
        return
    inner = value.get("config")
    for place in (value, inner):
        if isinstance(place, dict) and isinstance(place.get("name"), str):
            layer = place["name"]
    phrase = _own_code(value, inner, layer)
    if phrase:
        yield phrase
        return
    for item in value.values():
        yield from _code_in(item, layer)


def _own_code(value: dict, inner: Any, layer: str) -> str | None:
    kind = value.get("class_name")
    name = kind.split(">")[-1] if isinstance(kind, str) else ""
    if name.split(".")[-1] == "Lambda":
        return f"Lambda layer '{layer}'"
    if name == "__lambda__" or _unpacks(value):
        return f"a Python function in layer '{layer}'"
    if name == "TensorFlowOpLayer":  # of TensorFlow 2.3 and before: any op whatever
        return f"a TensorFlow op in layer '{layer}'"
    if name in ("TFOpLambda", "SlicingOpLambda", "ClassMethod") and isinstance(inner, dict):
        called = str(inner.get("function") or inner.get("cls_symbol") or "")
        if not _computes(called):
            return f"a call of tf.{called} in layer '{layer}'"
    module = value.get("module")
    if name and isinstance(module, str):
        return _imported(name, inner, module, layer)
    return None


def _unpacks(value: dict) -> bool:
    return any(str(key).endswith("_type") and kind == "lambda" for key, kind in value.items())


def _computes(function: str) -> bool:
    namespace, _, name = function.removeprefix("compat.v1.").rpartition(".")
    if not namespace:
        return name not in _TF_ACTING
    return namespace in _TF_NAMESPACES or namespace.split(".")[0] in _TF_NAMESPACES_WHOLE


def _imported(name: str, inner: Any, module: str, layer: str) -> str | None:
    """What Keras would look up in ``module``, if that is no known package."""
    wanted = str(inner) if name == "function" else name
    phrase = f"'{wanted}' of module '{module}' in layer '{layer}'"
    in_package = any(module == p or module.startswith(f"{p}.") for p in _PACKAGES)
    if name != "function":
        return None if in_package and "." not in wanted else phrase
    if "." in wanted or (module == "builtins" and hasattr(builtins, wanted)):
        return phrase
    return None if in_package and module.split(".")[-1] in _FUNCTION_MODULES else phrase
