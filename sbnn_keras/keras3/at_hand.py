"""Whether Keras 3 and its backend can be imported; if not, one line says what is missing."""

import importlib

_BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def check_keras_3() -> None:
    """Imports Keras 3.

    Raises:
        ImportError: it is not installed or older, or its backend is none of ours or missing.
    """
    try:
        import keras
    except ImportError as error:
        if error.name in _BACKENDS.values():
            raise ImportError(
                f"sbnn_keras.keras3 needs the backend that KERAS_BACKEND names: found {error}, "
                f"wanted `pip install {error.name}`, or KERAS_BACKEND as another of tensorflow, "
                "jax and torch."
            ) from error
        raise ImportError(
            f"sbnn_keras.keras3 needs Keras 3 and a backend: found {error}, wanted `pip install "
            "sbnn-keras3`; KERAS_BACKEND chooses among tensorflow, jax and torch."
        ) from error
    except ValueError as error:  # an unknown backend
        raise ImportError(f"sbnn_keras.keras3: {_unknown(str(error))}") from error
    if not keras.__version__.startswith("3."):
        raise ImportError(
            f"sbnn_keras.keras3 needs Keras 3: found keras {keras.__version__}, wanted "
            "`pip install 'keras>=3.5'`."
        )
    backend = keras.backend.backend()
    if backend not in _BACKENDS:
        raise ImportError(f"sbnn_keras.keras3: {_unknown(repr(backend))}")
    importlib.import_module(_BACKENDS[backend])


def _unknown(found: str) -> str:
    return (
        f"unknown backend of Keras: found {found}, wanted KERAS_BACKEND=tensorflow, jax or torch."
    )
