"""What the kernels say that an int8 convolution takes, against figures worked out by hand."""

import numpy as np
import pytest

from sbnn_converter.cost_model.estimate import cores, estimate_op
from sbnn_converter.forms.bands import bands_of
from sbnn_converter.native.plan import plan_op
from sbnn_converter.tflite.flatbuffer import StoredOp, StoredTensor


def convolution(domain: tuple[int, int], **options: int) -> StoredOp:
    """3x3, same padding, 40x20x3 pixels to four channels of bits, all of it connected."""
    code = np.full(-(-4 * 27 // 32), -1, np.int32)
    code[-1] = ~0 << 20  # 108 ones, then zeros
    sides = {"in_height": 40, "in_width": 20, "out_height": 40, "out_width": 20}
    ones = ["stride_height", "stride_width", "dilation_height", "dilation_width", "groups"]
    alpha_steps, domain_shift = domain
    return StoredOp(
        "SbnnConv2D",
        {
            "version": 1,
            **sides,
            **dict.fromkeys([*ones, "pad_top", "pad_left"], 1),
            "in_channels": 3,
            "out_channels": 4,
            "kernel_height": 3,
            "kernel_width": 3,
            "pad_value": 0,
            "in_zero_point": 0,
            "connections": 108,
            "code": 0,
            "code_parameter": 0,
            "alpha_steps": alpha_steps,
            "domain_shift": domain_shift,
            **options,
        },
        [code, np.zeros(4, np.int32), np.zeros(1, np.int32)],
        StoredTensor("x", "INT8", (1, 40, 20, 3)),
        StoredTensor("y", "INT32", (1, 4, 25)),
    )


@pytest.mark.parametrize("rows_of_a_pass", [3, 5, 42])
def test_an_int8_convolution_is_cut_into_bands_of_what_fits(rows_of_a_pass):
    # A row of a channel: 16 words for 32 columns, and two more for the taps beside them.
    op = convolution((0, 0), band_bytes=4 * 3 * 18 * rows_of_a_pass)
    plan = plan_op(op)
    passes = -(-40 // (rows_of_a_pass - 2))
    assert plan.row_words == 18
    assert (plan.passes, plan.rows) == (passes, passes * rows_of_a_pass)
    assert plan.strips == 40  # a row of 20 columns each


def signed_convolution(**options: int) -> StoredOp:
    """The same with signs, of which every second one is -1."""
    op = convolution((0, 0), version=2, has_signs=1, **options)
    signs = np.full(-(-108 // 32), 0x55555555, np.int32)
    signs[-1] &= (1 << 108 % 32) - 1
    op.constants[0] = np.append(op.constants[0], signs)
    return op


@pytest.mark.parametrize("rows_of_a_pass", [5, 42])
def test_the_opposites_of_pixels_take_as_much_memory_again(rows_of_a_pass):
    op = signed_convolution(band_bytes=2 * 4 * 3 * 18 * rows_of_a_pass)
    plan = plan_op(op)
    passes = -(-40 // (rows_of_a_pass - 2))
    assert (plan.passes, plan.rows) == (passes, passes * rows_of_a_pass)


@pytest.mark.parametrize("op", [convolution((0, 0)), signed_convolution()], ids=["0/1", "signed"])
def test_the_fastest_band_is_the_whole_image(op):
    fastest, *others = bands_of(op, "cortex-m4")
    assert plan_op(op, band_bytes=fastest.bytes).passes == 1
    assert others and fastest.scratch_bytes == plan_op(op, band_bytes=2**31 - 1).scratch_bytes


@pytest.mark.parametrize("core", cores())
def test_signs_cost_something_and_less_than_as_many_connections(core):
    plain, signed = (estimate_op(op, core) for op in (convolution((0, 0)), signed_convolution()))
    assert plain.instructions < signed.instructions < 2 * plain.instructions
    assert plain.scratch_bytes < signed.scratch_bytes


@pytest.mark.parametrize(
    ("domain", "enough"), [((0, 0), True), ((-1, 1), True), ((4, 0), False), ((-4, 0), True)]
)
def test_lanes_of_16_bits_are_used_where_every_sum_fits(domain, enough):
    # 27 pixels of at most 255, each times the weight in steps: below 2^15 steps of a
    # connection, or not.
    alpha_steps, shift = domain
    fits = 255 * 27 * abs(2**shift + alpha_steps) < 2**15 * 2**shift
    assert fits == enough
    assert plan_op(convolution(domain)).lanes == enough
