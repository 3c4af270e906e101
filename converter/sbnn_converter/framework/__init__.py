"""What Keras 2 with Larq and Keras 3 call differently, under one face.

All else of the converter asks ``tf.keras``, which is the one or the other in a process, and
``face`` for what they do not have in common. Keras 2 is taken where it and Larq are installed
and ``tf.keras`` is not Keras 3 yet: models of Keras 3 are then moved into its layers. Everywhere
else models of Keras 3 are read as they are.
"""

from __future__ import annotations

import importlib
from typing import Any

from sbnn_keras.front import is_installed, tf_keras_is_keras_3

IS_KERAS_2 = not tf_keras_is_keras_3() and is_installed("tf_keras") and is_installed("larq")
_name = "keras_2" if IS_KERAS_2 else "keras_3"

#: ``keras_2`` or ``keras_3``; both have the same functions.
face: Any = importlib.import_module(f"{__name__}.{_name}")
