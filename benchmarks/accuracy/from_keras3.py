"""What `train_keras3.py` leaves, for the programs that work with Keras 2."""

import json
from pathlib import Path

import sbnn_keras


def read(folder: Path):
    """The trained model, moved to Keras 2, and one dict an epoch.

    Args:
      folder: of the run.
    """
    path = folder / "model.keras"
    if not path.exists():
        raise SystemExit(f"--work: there is no {path}; train it with train_keras3.py first")
    import keras

    model = keras.models.load_model(path, compile=False)
    return sbnn_keras.to_keras_2(model), json.loads((folder / "history.json").read_text())
