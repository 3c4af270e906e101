"""The argument `weights` of networks: what is in the package, and whether it fits."""

import functools
import inspect
import io
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sbnn_keras.applications import cards, stored_weights

_P = ParamSpec("_P")
_Model = TypeVar("_Model")  # of Keras 2 or 3, which must not be looked up before one is meant
# Arguments on cards that answers do not depend on.
_FREE = ("latent_bound",)
_SEQUENCES = ("input_shape", "units")
_OF_TOP = ("classes", "input_shape")


def takes_weights(network: Callable[_P, _Model]) -> Callable[_P, _Model]:
    """Lets a function that builds a network load the `weights` that it is asked for.

    Args:
        network: builds the untrained network; of its arguments `weights` is for this
            decorator.
    """
    signature = inspect.signature(network)

    @functools.wraps(network)
    def with_weights(*args: _P.args, **kwargs: _P.kwargs) -> _Model:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        name = given.arguments["weights"]
        if name is None:
            return network(*args, **kwargs)
        _check(network.__name__, name, given.arguments)
        model = network(*args, **kwargs)
        _load(model, network.__name__, name, given.arguments["input_shape"])
        return model

    return with_weights


def _check(network: str, name: str, given: dict) -> None:
    """Raises ValueError unless the weights are of a network with these arguments."""
    card = cards.card(network, name)
    if given["connections"] is not None:
        raise ValueError(
            f"Wrong `connections`: found {given['connections']!r}, wanted none: the weights "
            f"{name!r} bring their own, {card['connections']:.2%}."
        )
    found, wanted = _comparable(given), _comparable(card["arguments"])
    for argument in wanted:
        if argument in _FREE or (argument in _OF_TOP and not given["include_top"]):
            continue
        if found[argument] != wanted[argument]:
            way_out = ", or include_top=False" if argument in _OF_TOP else ""
            raise ValueError(
                f"Wrong `{argument}`: found {given[argument]!r}, wanted "
                f"{card['arguments'][argument]!r} as in the weights {name!r} of "
                f"{network}{way_out}."
            )


def _comparable(arguments: dict) -> dict:
    found = {
        key: tuple(value) if key in _SEQUENCES and hasattr(value, "__iter__") else value
        for key, value in arguments.items()
    }
    return {**found, "first_domain": found["first_domain"] or found["domain"]}


def _load(model, network: str, name: str, input_shape) -> None:
    try:
        stored_weights.load(model, io.BytesIO(cards.file_of(network, name, "npz")))
    except ValueError as error:
        # All but the shape has been compared.
        raise ValueError(
            f"Wrong `input_shape`: found {input_shape!r}, wanted one whose layers fit the "
            f"weights {name!r}: {error}"
        ) from error
