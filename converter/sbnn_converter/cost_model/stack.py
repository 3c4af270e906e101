"""The stack that a network takes: the most that was measured in QEMU.

Plain C by kernel, on Cortex-M0 to M33 (they differ by 80 bytes at most) and on a Cortex-M55,
whose sums of planes keep vectors there, painted in front of the call (``emulation.trial``).
TensorFlow Lite Micro as a whole, interpreter and kernels, on a Cortex-M4: ``make tflm-check``
prints it. On a core whose kernels take more, it takes as much more. ``docs/tflm.md`` and
``docs/standalone-c.md`` have the tables.
"""

from __future__ import annotations

from collections.abc import Iterable

MICRO_STACK_BYTES = 1_752
# What an RTOS should give the thread that runs the interpreter: the same with room for
# the program's own calls and for interrupts.
ADVISED_STACK_BYTES = 4_096

_KERNELS = {
    "conv2d bits": 1_376,
    "dense sliced": 920,
    "conv2d int8": 588,
    "average_pool2d": 560,
    "max_pool2d planes": 520,
    "dense bits": 440,
}
_OTHERS = 400
_ON_CORE = {"cortex-m55": {"conv2d bits": 1_936}}


def plain_c_stack_bytes(kernels: Iterable[str], core: str) -> int:
    """The stack of a call of ``<name>_invoke`` that runs these kernels on ``core``."""
    known = _KERNELS | _ON_CORE.get(core, {})
    return max((known.get(kernel, _OTHERS) for kernel in kernels), default=_OTHERS)


def micro_stack_bytes(core: str) -> int:
    """The stack of a call of TensorFlow Lite Micro's interpreter on ``core``."""
    more = (taken - _KERNELS[kernel] for kernel, taken in _ON_CORE.get(core, {}).items())
    return MICRO_STACK_BYTES + max(more, default=0)
