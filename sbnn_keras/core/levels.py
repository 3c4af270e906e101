"""Activations of k bits: the odd whole numbers from -(2^k - 1) to 2^k - 1.

x = sum over i of 2^i s_i with every s_i = ±1, so that sums over them are sums over k
binary inputs, shifted. Levels are `step` apart on the input's side; one bit is the
sign.
"""

from sbnn_keras.core.arguments import is_whole

# For inputs of mean 0 and variance 1, which batch normalization gives: the steps of
# least squared error (Max, "Quantizing for minimum distortion", 1960), rounded. One
# bit has no use for a step but in its gradient, which is that of "ste_sign".
_STEPS = {1: 1.0, 2: 1.0, 3: 0.6, 4: 0.33}


def check_bits(bits) -> int:
    """Returns `bits` as an int, or raises a ValueError if it is not 1, 2, 3 or 4."""
    if not is_whole(bits) or bits not in _STEPS:
        raise ValueError(
            f"Wrong `bits`: found {bits!r}, wanted a whole number from {min(_STEPS)} to "
            f"{max(_STEPS)}."
        )
    return int(bits)


def default_step(bits: int) -> float:
    """Distance of two thresholds where nothing else is said."""
    return _STEPS[bits]


def nearest_level(x, step, bits: int, ops):
    """The odd whole number nearest to 2 x / step; halfway between two, the upper one.

    Args:
        x: tensor of any framework.
        step: distance of two thresholds, above 0, a number or tensor of its type.
        bits: how many bits hold a level.
        ops: the framework's namespace, such as `tensorflow`.
    """
    half = float(2 ** (bits - 1))
    return 2.0 * ops.minimum(ops.maximum(ops.floor(x / step), -half), half - 1.0) + 1.0


def level_exponent(bits: int) -> int:
    """Levels of normalized inputs times 2**exponent have about unit variance."""
    return 1 - bits
