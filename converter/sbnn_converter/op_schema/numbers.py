"""The number of every option, in files that hold numbers instead of names.

A number is never given to another option: readers skip those that they do not know. The
kernels' side is ``runtime/ops/option_numbers.h``.
"""

NUMBERS: dict[str, int] = {
    name: number
    for number, name in enumerate(
        (
            "version",
            "in_planes",
            "out_planes",
            "connections",
            "code",
            "code_parameter",
            "alpha_steps",
            "domain_shift",
            "has_signs",
            "output_shift",
            "stream",
            "in_height",
            "in_width",
            "in_channels",
            "out_height",
            "out_width",
            "out_channels",
            "kernel_height",
            "kernel_width",
            "stride_height",
            "stride_width",
            "dilation_height",
            "dilation_width",
            "pad_top",
            "pad_left",
            "pad_value",
            "groups",
            "band_bytes",
            "in_zero_point",
            "units",
            "planes",
            "positions",
            "channels",
            "pool_height",
            "pool_width",
            "height",
            "width",
            "plus",
            "minus",
            "other_planes",
            "most_connections",
            "tap_major",
        ),
        start=1,
    )
}
