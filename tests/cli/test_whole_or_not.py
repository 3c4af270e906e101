"""Whatever goes wrong, outputs are whole or as they were."""

import errno
import os
import pty
import re
import signal
import subprocess
import tempfile

import pytest
import tensorflow as tf
from programs import assert_refused, command_line, environment
from sbnn_converter.files import write_atomically

from sbnn_keras import SparseBinaryDense


def disk_is_full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_space_for_the_output(sbnn_convert, digits, monkeypatch):
    old = digits.with_suffix(".tflite")
    old.write_bytes(b"precious")
    monkeypatch.setattr(os, "fsync", disk_is_full)
    result = sbnn_convert(digits)
    assert_refused(
        result, "cannot write", "digits.tflite", "No space left", "--output",
        folder=digits.parent, left=["digits.h5", "digits.tflite"],
    )  # fmt: skip
    assert old.read_bytes() == b"precious"


def test_no_space_for_temporary_files(sbnn_convert, digits, monkeypatch):
    def convert(converter):
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")

    monkeypatch.setattr(tf.lite.TFLiteConverter, "convert", convert)
    monkeypatch.setattr(
        tf.lite.TFLiteConverter, "from_concrete_functions",
        staticmethod(lambda *a: tf.lite.TFLiteConverter([])),
    )  # fmt: skip
    result = sbnn_convert(digits)
    assert_refused(result, "no space left", tempfile.gettempdir(), "TMPDIR",
                   folder=digits.parent, left=["digits.h5"])  # fmt: skip


def test_of_two_files_none_is_replaced_if_one_cannot_be(tmp_path):
    first, second = tmp_path / "a", tmp_path / "missing" / "b"
    first.write_bytes(b"old")
    with pytest.raises(OSError, match="cannot write '.*b'"):
        write_atomically({first: b"new", second: b"new"})
    assert first.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_an_existing_output_is_replaced_by_a_whole_one(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    before = path.stat().st_ino
    write_atomically({path: b"new"})
    assert path.read_bytes() == b"new"
    assert path.stat().st_ino != before  # another file took the name


@pytest.mark.parametrize("stage", ["loading TensorFlow", "fusing layers"])
def test_an_interrupt_in_the_middle(tmp_path, stage):
    source = tmp_path / "net.h5"
    tf.keras.Sequential(
        [tf.keras.Input((512,)), *(SparseBinaryDense(512) for _ in range(8))]
    ).save(source)
    (tmp_path / "net.tflite").write_bytes(b"precious")
    # Someone watches: only then is progress shown, and tells when to interrupt.
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        command_line("sbnn-convert", source, "--report", tmp_path / "r.html"),
        stdout=end, stderr=end, env={**environment(), "TERM": "xterm", "COLUMNS": "200"},
        # A shell starts background jobs with the interrupt ignored, for good.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    os.close(end)
    shown = read_until(terminal, stage)
    process.send_signal(signal.SIGINT)
    shown += read_until(terminal, None)
    assert process.wait() == 130
    assert "sbnn-convert: error: interrupted; nothing was written" in shown
    assert "Traceback" not in shown
    assert sorted(os.listdir(tmp_path)) == ["net.h5", "net.tflite"]
    assert (tmp_path / "net.tflite").read_bytes() == b"precious"


def read_until(terminal: int, wanted: str | None) -> str:
    """What is shown until ``wanted`` is, without the terminal's control codes."""
    shown = ""
    while wanted is None or wanted not in shown:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side has gone
            break
        if not part:
            break
        shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", part.decode(errors="replace"))
    assert wanted is None or wanted in shown, shown
    return shown
