"""Asks weights of the package for the accuracy that their card promises.

    python benchmarks/accuracy/evaluate.py --network SoundNet --weights spoken_digits \
        --data spoken_digits.npz

builds the network, converts it, and answers the whole test set in Keras, TFLite and
TensorFlow Lite Micro. The exit status is 1 where the accuracy is not the card's, or a runtime
answers differently.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from sources import check  # noqa: E402

_NETWORK = flags.DEFINE_string("network", None, "Such as SoundNet.", required=True)
_WEIGHTS = flags.DEFINE_string("weights", None, "Such as spoken_digits.", required=True)
_DATA = flags.DEFINE_string("data", None, "What they were trained on, as of train.py.")


def main(_):
    check("data", _DATA.value)
    import data

    import sbnn_converter
    from sbnn_keras import applications

    try:
        card = applications.card(_NETWORK.value, _WEIGHTS.value)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    model = getattr(applications, _NETWORK.value)(weights=_WEIGHTS.value, **card["arguments"])
    _, _, x_test, y_test = data.load(_DATA.value, card["run"].split("-")[0])
    x = data.pixels(x_test).numpy()
    converted = sbnn_converter.convert_keras_model(model)
    answers = {
        "Keras": model.predict(x, batch_size=500, verbose=0),
        "TFLite": sbnn_converter.Interpreter(converted).predict(x),
        "TFLM": sbnn_converter.micro.Interpreter(converted).predict(x),
    }
    classes = {name: found.argmax(1) for name, found in answers.items()}
    for name, found in classes.items():
        differing = (found != classes["Keras"]).sum()
        print(f"{name}: {(found == y_test).mean():.2%}, {differing} other than Keras's")
    print(f"card: {card['accuracy']:.2%}")
    agree = all((found == classes["Keras"]).all() for found in classes.values())
    sys.exit(not agree or round(float((classes["Keras"] == y_test).mean()), 5) != card["accuracy"])


if __name__ == "__main__":
    app.run(main)
