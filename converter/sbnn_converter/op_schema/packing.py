"""An op's options as the bytes of a file, and back.

Version 1 holds them as a FlexBuffers map from names to numbers, version 2 as a blob of
numbered options, in about a fifth of the bytes. Readers take either (``docs/format.md``,
``runtime/ops/options.c``).
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

from flatbuffers import flexbuffers

from sbnn_converter.op_schema.numbers import NUMBERS

_NAMES = {number: name for name, number in NUMBERS.items()}
_MOST_BYTES = 5  # of a packed number, 7 bits each
_TOO_MANY_BYTES = 4096  # of an op's options, as in runtime/ops/options.h


def pack(options: Mapping[str, int]) -> bytes:
    """The bytes that a file has for an op's options, in the form of their ``version``.

    Names that no op has are only possible in a map.
    """
    if options.get("version", 1) < 2 or not options.keys() <= NUMBERS.keys():
        return bytes(flexbuffers.Dumps(dict(options)))
    return pack_numbered(options)


def pack_numbered(options: Mapping[str, int]) -> bytes:
    """The form of version 2 whatever the version is: kernels read either, and it is packed
    in a tenth of the time. Names that no op has are left out, as kernels do not ask for them.

    Raises:
      ValueError: an option is no whole number.
    """
    row = bytearray()
    for name, value in options.items():
        if name not in NUMBERS:
            continue
        if not isinstance(value, Integral):
            raise ValueError(f"option '{name}' is {value!r}, wanted a whole number")
        row.append(NUMBERS[name])
        row += _packed(2 * value if value >= 0 else -2 * value - 1)
    return bytes(flexbuffers.Dumps(bytes(row)))


def unpack(content: bytes) -> dict[str, int]:
    """The options that ``content`` holds; numbers that no option has are left out.

    Raises:
      ValueError: it holds neither form.
    """
    if len(content) >= _TOO_MANY_BYTES:
        raise ValueError(
            f"found {len(content)} bytes of options, wanted fewer than {_TOO_MANY_BYTES}"
        )
    try:
        root = flexbuffers.GetRoot(bytearray(content))
        if root.IsMap:
            # The library's own way of reading also follows maps in maps, however many.
            keys, values = root.AsMap.Keys, root.AsMap.Values
            return {keys[i].AsKey: _value(values[i]) for i in range(len(keys))}
        found = bytes(root.AsBlob) if root.IsBlob else None
    except Exception as error:  # whatever wrong bytes lead the library to
        raise ValueError(f"the options are damaged ({type(error).__name__})") from error
    if found is None:
        raise ValueError("the options are neither a map nor a blob")
    options, row = {}, iter(found)
    for number in row:
        packed = _unpacked(row)
        if number in _NAMES:
            options[_NAMES[number]] = -(packed // 2) - 1 if packed % 2 else packed // 2
    return options


def _value(found: flexbuffers.Ref):
    """A whole number; None for what no option is."""
    if found.IsBool:
        return found.AsBool
    return found.AsInt if found.IsInt else None


def _packed(number: int) -> bytes:
    low = bytearray()
    while number >= 0x80:
        low.append(number % 0x80 | 0x80)
        number //= 0x80
    return bytes([*low, number])


def _unpacked(row) -> int:
    number = 0
    for place, byte in zip(range(_MOST_BYTES), row):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number
    raise ValueError("a packed number of the options has no end")
