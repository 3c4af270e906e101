"""What a network may be called in C: its name stands in every file and symbol."""

from __future__ import annotations

import re

from sbnn_converter.errors import ConversionError

DEFAULT_NAME = "model"
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_RESERVED = {
    "a word of C or C++": """
        alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t
        char16_t char32_t class co_await co_return co_yield compl concept const const_cast
        consteval constexpr constinit continue decltype default delete do double dynamic_cast
        else enum explicit export extern false final float for friend goto if import inline
        int long module mutable namespace new noexcept not not_eq nullptr operator or or_eq
        override private protected public register reinterpret_cast requires restrict return
        short signed sizeof static static_assert static_cast struct switch template this
        thread_local throw true try typedef typeid typename typeof typeof_unqual union
        unsigned using virtual void volatile wchar_t while xor xor_eq
    """,
    # The network's header would stand in front of it on the include path.
    "a header of C, of the system or of Arduino": """
        arduino assert complex ctype errno fenv float inttypes iso646 limits locale malloc
        math memory new setjmp signal stdalign stdarg stdatomic stdbit stdbool stdckdint
        stddef stdint stdio stdlib stdnoreturn string strings tensorflowlite tgmath threads
        time uchar unistd wchar wctype
    """,
    "taken by the C library, a compiler or a build system": """
        all app arm clean depend edit_cache help install kernel kernels linux
        main memcmp memcpy memmove memset micro ops package package_source rebuild_cache
        std tensorflow test tflite tflm unix zephyr zephyr_interface
    """,
    "the name of a device on Windows": """
        aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9
        lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
    """,
}
_WANTED = (
    "wanted a C identifier of letters, digits and underscores, a letter first, such as 'digits'"
)


def check_network_name(name: str) -> str:
    """``name``, if files, macros, functions and namespaces can be called so.

    Raises:
      ConversionError: they cannot; the message says why.
    """
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        raise ConversionError(f"{name!r} is no name for a network: {_WANTED}")
    reason = _reserved(name)
    if reason:
        raise ConversionError(f"'{name}' is no name for a network: it is {reason}; {_WANTED}")
    return name


def network_name(text: str) -> str:
    """``text``, such as the name of a file, made into one for a network."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)
    if not _IDENTIFIER.fullmatch(name) or _reserved(name):
        name = f"model_{name}".rstrip("_")
    return name


def _reserved(name: str) -> str | None:
    small = name.lower()  # macros are in capitals, and file systems may not care
    if small.startswith("sbnn"):
        return "kept for the kernels, as all that begins with 'sbnn'"
    for reason, words in _RESERVED.items():
        if small in words.split():
            return reason
    return None
