"""Quantized weights as kernels: what comes of them is what they were, in the cheapest form."""

from types import SimpleNamespace

import numpy as np
import pytest

from sbnn_converter.errors import ConversionError
from sbnn_converter.importer.kernels import import_kernel


def weights_of(kernel) -> np.ndarray:
    """What a kernel stands for, output channel first (``BinaryKernel``)."""
    steps = kernel.connections + kernel.alpha_steps / 2.0**kernel.domain_shift
    return kernel.factor.reshape(-1, *[1] * (steps.ndim - 1)) * steps


def imported(values, domain="signed", shape=(3, 2)):
    """The kernel of columns of weights, a column an output channel."""
    columns = np.array(values, np.float32)
    values = columns.reshape(*shape, columns.shape[-1])
    kernel = import_kernel("k", values, SimpleNamespace(domain=domain))
    np.testing.assert_allclose(weights_of(kernel), np.moveaxis(values, -1, 0), rtol=1e-6)
    return kernel


def columns(*channels):
    return np.transpose(channels)


MIXED = [1, 0, -1, 0, 1, -1]
ADDS, SUBTRACTS = [0, 0, 1, 0, 1, 0], [0, 0, -1, 0, -1, 0]
EMPTY, ALL, NONE_AT_REST = 6 * [0], 6 * [1], [1, -1, -1, 1, 1, 1]


@pytest.mark.parametrize("domain", ["signed", None])  # None: any other quantizer
@pytest.mark.parametrize(
    "channels",
    [
        [MIXED],
        [MIXED, ADDS, SUBTRACTS, EMPTY, ALL, NONE_AT_REST],
        [np.multiply(MIXED, 0.3), np.multiply(MIXED, 7), SUBTRACTS],
        [ADDS, NONE_AT_REST],
    ],
)
def test_weights_of_three_values_have_signs(channels, domain):
    values = columns(*channels)
    kernel = imported(values, domain)
    assert (kernel.alpha_steps, kernel.domain_shift) == (0, 0)
    assert kernel.connections.dtype == np.int8 and (kernel.connections < 0).any()
    assert np.count_nonzero(kernel.connections) == np.count_nonzero(values)
    # What channels answer to inputs of ones, and the most that any answers to signs.
    np.testing.assert_allclose(kernel.weight_sums * kernel.factor, values.sum(0), atol=1e-6)
    assert kernel.largest_sum == np.count_nonzero(values, axis=0).max()


@pytest.mark.parametrize(
    "channels", [[ADDS], [SUBTRACTS], [ADDS, np.multiply(SUBTRACTS, 3), EMPTY], [EMPTY], [ALL]]
)
def test_channels_of_one_sign_need_none(channels):
    values = columns(*channels)
    kernel = imported(values)
    assert (kernel.alpha_steps, kernel.domain_shift) == (0, 0)
    assert kernel.connections.min() >= 0
    assert np.count_nonzero(kernel.connections) == np.count_nonzero(values)


@pytest.mark.parametrize("domain", ["01", "general", "signed", None])
def test_weights_plus_and_minus_one_are_no_connections_with_signs(domain):
    kernel = imported(columns(NONE_AT_REST, np.multiply(NONE_AT_REST, 2), EMPTY), domain)
    assert (kernel.alpha_steps, kernel.domain_shift) == (-1, 1)
    assert kernel.connections.min() == 0


def test_a_learnt_ratio_keeps_its_connections():
    """The general domain at the end of its range: the weights at rest are -1."""
    kernel = imported(columns(SUBTRACTS), "general")
    assert (kernel.alpha_steps, kernel.domain_shift) == (-1, 0)
    assert np.count_nonzero(kernel.connections) == 4


@pytest.mark.parametrize(
    "channels, words",
    [
        ([[1, 0, -2, 0, 1, 1]], "3 different weights"),
        ([[1, 2, 3, 4, 5, 6]], "6 different weights"),
        ([[1, 0, -1, 0.5, 0, 0]], "4 different weights"),
        ([[1, 2, 1, 2, 1, 2], MIXED], "3 different weights"),
        ([[1, 2, 1, 2, 1, 2], ADDS], "ratio differs from channel to channel"),
    ],
)
def test_other_weights_are_refused(channels, words):
    with pytest.raises(ConversionError, match=f"layer 'k' has .*{words}"):
        imported(columns(*channels))
