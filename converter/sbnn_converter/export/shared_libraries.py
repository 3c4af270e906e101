"""The libraries that all exported networks of a firmware share: the kernels, and their
registrations for TensorFlow Lite Micro.

They hold all kernels, whatever a network needs, so that they are the same for all; what
nobody calls is left out by the linker. Another version of them has another identity,
which networks ask for when they are compiled.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from sbnn_converter.export import c_sources
from sbnn_converter.export.library import TEMPLATES, Library
from sbnn_converter.export.templates import fill
from sbnn_converter.version import __version__

KERNELS, TFLM = "sbnn", "sbnn_tflm"
_TRUST = """\
# Where the model is part of the firmware, it need not be checked at each start.
option(SBNN_TRUSTED_MODELS "Start without reading the weights" OFF)
list(APPEND sbnn_tflm_OPTIONS $<$<BOOL:${SBNN_TRUSTED_MODELS}>:-DSBNN_TRUSTED_MODELS>)
"""


def shared_libraries(with_tflm: bool) -> list[Library]:
    """The kernels, and for TensorFlow Lite Micro their registrations."""
    return [kernel_library(), *([tflm_library()] if with_tflm else [])]


def required(needs_tflm: bool) -> tuple[str, ...]:
    """What a network calls."""
    return (TFLM,) if needs_tflm else (KERNELS,)


def exported_path(path: str) -> str:
    """Where a C source lies in its library's folder; ``path`` is below ``c_sources.root()``."""
    for ours, theirs in (("kernels/include/", ""), ("kernels/", "kernels/"), ("runtime/", "")):
        if path.startswith(ours):
            return f"src/{theirs}{path.removeprefix(ours)}"
    raise ValueError(f"'{path}' is no source of kernels or runtime")


def version_header() -> str:
    """``sbnn.h``, which says what kernels these are."""
    return fill(TEMPLATES / "sbnn.h", _identity())


def version_check(name: str) -> str:
    """What makes a network refuse other kernels than those it was written for."""
    return fill(TEMPLATES / "version_check.h.in", {"name": name, **_identity()})


def sources_id() -> str:
    """The identity of all sources that are shared, as a C number."""
    return _identity()["sources_id"]


@functools.cache
def kernel_library() -> Library:
    """The kernels, with the ops around them in standalone C."""
    paths = [*c_sources.kernel_headers(), *c_sources.kernel_sources()]
    paths += [*c_sources.kernel_inner_headers(), *c_sources.runtime_files("c")]
    files = {exported_path(path): c_sources.read(path).encode() for path in paths}
    return Library(
        name=KERNELS,
        about="The kernels of sparse binary neural networks, written by sbnn-keras.",
        files=files | {"src/sbnn.h": version_header().encode()},
        is_shared=True,
    )


@functools.cache
def tflm_library() -> Library:
    """Ops and their registrations for TensorFlow Lite Micro."""
    files = {}
    for path in c_sources.runtime_files("ops"):
        files[exported_path(path)] = path
    for path in ("micro_op.h", "micro_op.c", "sbnn_ops.h"):
        files[f"src/micro/{path}"] = f"runtime/micro/{path}"
    # Arduino has known .cpp for longer than .cc.
    files["src/micro/sbnn_ops.cpp"] = "runtime/micro/sbnn_ops.cc"
    contents = {target: c_sources.read(path).encode() for target, path in files.items()}
    umbrella = fill(TEMPLATES / "sbnn_tflm.h", _identity()).encode()
    return Library(
        name=TFLM,
        about="The ops of sparse binary neural networks for TensorFlow Lite Micro.",
        files=contents | {"src/sbnn_tflm.h": umbrella},
        requires=(KERNELS,),
        needs_tflm=True,
        is_shared=True,
        options=_TRUST,
        cmake=(TEMPLATES / "tflm.cmake").read_text(),
    )


@functools.cache
def _identity() -> dict[str, str]:
    paths = [*c_sources.kernel_headers(), *c_sources.kernel_sources()]
    paths += c_sources.kernel_inner_headers()
    paths += [path for name in ("c", "ops", "micro") for path in c_sources.runtime_files(name)]
    digest = hashlib.sha256()
    for path in paths:
        text = c_sources.read(path)
        digest.update(f"{Path(path).name}\0{len(text)}\0{text}\0".encode())
    return {"version": __version__, "sources_id": f"0x{digest.hexdigest()[:8]}u"}
