"""Cards of the trained weights in this package: where they come from, what they reach.

Of each there are two files, `NETWORK-NAME.npz` and a card, `NETWORK-NAME.json`.
"""

import json
from importlib import resources

_FOLDER = resources.files("sbnn_keras.applications") / "weights"


def names(network: str) -> list[str]:
    """The `weights` that a network of `sbnn_keras.applications` takes.

    Args:
        network: name of its function, such as `"SoundNet"`.
    """
    return [name for other, name in all_weights() if other == network]


def all_weights() -> list[tuple[str, str]]:
    """(network, name) of all weights, in the order of the alphabet."""
    cards = [file.name[:-5] for file in _FOLDER.iterdir() if file.name.endswith(".json")]
    return [(network, name) for network, _, name in (c.partition("-") for c in sorted(cards))]


def card(network: str, weights: str) -> dict:
    """What trained weights are and what they reach.

    ```python
    sbnn_keras.applications.card("SoundNet", "spoken_digits")["accuracy"]
    ```

    Args:
        network: name of the function that takes them, such as `"SoundNet"`.
        weights: their name, such as `"spoken_digits"`.

    Returns:
        `data` and `inputs` that they were trained on; `command`, `recipe`, `seed` and
        `commit` of the training; `arguments` of the network; `accuracy` on `test_samples`;
        `model_bytes` of the .tflite file with int8 inputs and outputs; `instructions` and
        `ram_bytes` of a Cortex-M4 for one sample, up to the logits, in standalone C; and more.

    Raises:
        ValueError: there are no such weights.
    """
    check_names(network, weights)
    return json.loads(file_of(network, weights, "json"))


def file_of(network: str, weights: str, ending: str) -> bytes:
    """Contents of one of both files."""
    return (_FOLDER / f"{network}-{weights}.{ending}").read_bytes()


def check_names(network: str, weights: str) -> None:
    """Raises ValueError unless there are such weights."""
    known = names(network)
    if not known:
        there = sorted({other for other, _ in all_weights()})
        raise ValueError(f"No `weights` for {network!r} in the package: found some for {there}.")
    if not isinstance(weights, str) or weights not in known:
        raise ValueError(
            f"Wrong `weights`: found {weights!r}, wanted None or one of {known} for {network}."
        )
