"""Makes `tf.keras` be Keras 2 (the `tf_keras` package), in either import order.

Larq is written for Keras 2, while TensorFlow 2.16 and later hand out Keras 3
unless `TF_USE_LEGACY_KERAS=1` is set before TensorFlow is imported. TensorFlow
resolves `tf.keras` lazily, on first use. So there are three cases:

1. TensorFlow is not imported yet: set the variable.
2. TensorFlow is imported, `tf.keras` is untouched: set the variable, which the
   lazy loader reads again, and lead `import tensorflow.keras...` to tf_keras.
3. `tf.keras` is Keras 3 already: layers of the two cannot be mixed; raise.
"""

import importlib.util
import os
import sys
from pathlib import Path

from sbnn_keras.front import is_installed, tf_keras_is_keras_3

_WAY_OUT = (
    "Import sbnn_keras.keras2 before the first use of tf.keras, or set the environment "
    "variable TF_USE_LEGACY_KERAS=1; or take the layers of Keras 3, sbnn_keras.keras3."
)


def use_keras_2() -> None:
    """Points `tf.keras` to Keras 2.

    Raises:
        ImportError: Keras 3 has been loaded as `tf.keras` already, or the
            packages `tf_keras` and `larq` are missing.
    """
    tf_keras = importlib.util.find_spec("tf_keras")
    missing = [name for name in ("tf_keras", "larq") if not is_installed(name)]
    if tf_keras is None or missing:
        raise ImportError(_not_installed(missing))
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and tf_keras_is_keras_3():
        raise ImportError(
            "sbnn_keras.keras2 needs Keras 2, but tf.keras is Keras 3 in this process already. "
            + _WAY_OUT
        )
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    if tensorflow is not None:
        package = Path(tf_keras.submodule_search_locations[0])
        _lead_imports_to(tensorflow, package / "api" / "_v2")


def _not_installed(missing: list[str]) -> str:
    names = " and ".join(missing)
    way_out = f"pip install {' '.join(missing)}"
    if sys.version_info >= (3, 13):  # Larq wants NumPy 1, which has no wheels for it
        way_out = "Python 3.10 to 3.12, for which pip install sbnn-keras brings them"
    return (
        f"sbnn_keras.keras2 needs Keras 2 and Larq: found no package {names}, wanted {way_out}; "
        "or use Keras 3 (SBNN_KERAS=3)."
    )


def _lead_imports_to(tensorflow, folder: Path) -> None:
    """Makes `import tensorflow.keras` find `folder`/keras before Keras 3."""
    tensorflow.__path__ = [str(folder), *tensorflow.__path__]
