"""Exact choice of the largest latent weights."""

import numpy as np
import pytest
import tensorflow as tf

from choice import first_of
from sbnn_keras import selection
from sbnn_keras.selection import choose_largest


def largest_by_sorting(values: np.ndarray, count: int) -> np.ndarray:
    """Reference: a sort, of equal ones by multiples of the golden ratio."""
    chosen = np.zeros(values.size, np.int8)
    chosen[first_of(values.ravel())[:count]] = 1
    return chosen.reshape(values.shape)


def latents(kind: str) -> np.ndarray:
    rng = np.random.default_rng(7)
    values = rng.normal(size=(13, 5, 4)).astype(np.float32)
    return {
        "spread": values,
        "piled up at the clipping bound": np.clip(3 * values, -1, 1),
        "all equal": np.full_like(values, 0.25),
        "zeros of both signs": np.where(values > 0, 0.0, -0.0).astype(np.float32),
        "huge": values * np.float32(1e38),
    }[kind]


KINDS = [
    "spread",
    "piled up at the clipping bound",
    "all equal",
    "zeros of both signs",
    "huge",
]


@pytest.mark.parametrize("count", [0, 1, 7, 100, 259, 260])
@pytest.mark.parametrize("kind", KINDS)
def test_marks_exactly_the_largest(kind, count):
    values = latents(kind)
    mask, threshold = choose_largest(tf.constant(values), tf.constant(count))
    np.testing.assert_array_equal(mask.numpy(), largest_by_sorting(values, count))
    expected = np.inf if count == 0 else np.sort(values.ravel())[-count]
    assert threshold.numpy() == expected


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
def test_a_part_of_a_piled_up_kernel_is_taken_from_everywhere(share):
    shape = (3, 3, 64, 48)
    rng = np.random.default_rng(0)
    saturated = (rng.random(shape) < 0.3).astype(np.float32)  # the others are below
    count = int(share * saturated.sum())
    mask, threshold = choose_largest(tf.constant(saturated), tf.constant(count))
    mask = mask.numpy()
    assert threshold == 1 and mask.sum() == count and (saturated[mask] == 1).all()
    for axes in ((2, 3), (0, 1, 3), (0, 1, 2)):  # by tap, by input, by output
        of_each = mask.sum(axes)
        wanted = count / of_each.size
        assert np.abs(of_each - wanted).max() <= 6 * np.sqrt(wanted) + 1


@pytest.mark.parametrize("spread", [1e-6, 0.3, 1e30])
def test_marks_the_largest_where_many_are_nearly_equal(spread):
    """Large kernels hold values that differ in their last bits alone."""
    rng = np.random.default_rng(3)
    values = rng.normal(0.5, spread, 200_000).astype(np.float32)
    for count in (1, 999, 10_000, 100_001, 199_999):
        mask, threshold = choose_largest(tf.constant(values), tf.constant(count))
        np.testing.assert_array_equal(mask.numpy(), largest_by_sorting(values, count))
        assert threshold.numpy() == np.sort(values)[-count]


def test_compiled_by_xla_it_chooses_the_same():
    choose = tf.function(choose_largest, jit_compile=True)
    for kind in KINDS:
        values = latents(kind)
        mask, _ = choose(tf.constant(values), tf.constant(100))
        np.testing.assert_array_equal(mask.numpy(), largest_by_sorting(values, 100))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_float_types_keep_the_count(dtype):
    values = tf.cast(tf.random.stateless_uniform([1000], [1, 2], -1, 1), dtype)
    mask, _ = choose_largest(values, 123)
    assert mask.numpy().sum() == 123


def test_kernels_of_all_shapes_share_one_trace():
    traced = []

    @tf.function(autograph=False)
    def choose(*kernels):
        return [choose_largest(kernel, tf.constant(3)) for kernel in kernels]

    def kernels(*shapes):
        return [tf.reshape(tf.range(float(np.prod(shape))), shape) for shape in shapes]

    for shapes in ([(4, 5), (3, 3, 2, 6)], [(7,), (2, 9)], [(1, 8)]):
        for (mask, threshold), kernel in zip(choose(*kernels(*shapes)), kernels(*shapes)):
            wanted = kernel.numpy() >= np.sort(kernel, axis=None)[-3]
            np.testing.assert_array_equal(mask, wanted)
            assert threshold == kernel.numpy()[wanted].min()
        traced.append(selection._choose_in_row.experimental_get_tracing_count())
    assert traced[0] == traced[-1]
