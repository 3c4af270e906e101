"""Whatever goes wrong, outputs are whole or as they were."""

import errno
import importlib
import itertools
import os
import pty
import re
import signal
import subprocess
import tempfile

import pytest
import tensorflow as tf

from programs import assert_refused, command_line, environment
from sbnn_converter.export import outputs as outputs_module
from sbnn_converter.export.exchange import exchange
from sbnn_converter.export.folder import folder_output
from sbnn_converter.export.outputs import Output, write_all
from sbnn_keras import SparseBinaryDense


def disk_is_full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_space_for_the_output(sbnn_convert, digits, monkeypatch):
    old = digits.with_suffix(".tflite")
    old.write_bytes(b"precious")
    monkeypatch.setattr(os, "fsync", disk_is_full)
    result = sbnn_convert(digits)
    assert_refused(
        result,
        "cannot write",
        "digits.tflite",
        "No space left",
        "--output",
        folder=digits.parent,
        left=["digits.h5", "digits.tflite"],
    )
    assert old.read_bytes() == b"precious"


def test_no_space_for_temporary_files(sbnn_convert, digits, monkeypatch):
    def convert(converter):
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")

    monkeypatch.setattr(tf.lite.TFLiteConverter, "convert", convert)
    monkeypatch.setattr(
        tf.lite.TFLiteConverter,
        "from_concrete_functions",
        staticmethod(lambda *a: tf.lite.TFLiteConverter([])),
    )
    result = sbnn_convert(digits)
    assert_refused(
        result,
        "no space left",
        tempfile.gettempdir(),
        "TMPDIR",
        folder=digits.parent,
        left=["digits.h5"],
    )


def test_no_space_for_the_module_that_tfliteconverter_saves(sbnn_convert, digits, monkeypatch):
    # TFLiteConverter tells nobody, and converts something else.
    def save(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")

    saving = importlib.import_module("tensorflow.python.saved_model.save")
    monkeypatch.setattr(saving, "save", save)
    monkeypatch.setattr(tf.saved_model, "save", save)
    result = sbnn_convert(digits)
    words = "no space left", tempfile.gettempdir(), "TMPDIR"
    assert_refused(result, *words, folder=digits.parent, left=["digits.h5"])


def outputs_over_old_ones(folder) -> tuple[list[Output], dict[str, bytes]]:
    """A file and two folders of which one stands there already, as does the file; and
    all that stands there."""
    (folder / "a").write_bytes(b"old")
    write_all([folder_output(folder / "c", {"x/y.c": b"old"}, "--c_dir")])
    outputs = [
        Output(folder / "a", b"new", "--output"),
        Output(folder / "r", b"new", "--report"),
        folder_output(folder / "c", {"x/y.c": b"new", "z.c": b""}, "--c_dir"),
        folder_output(folder / "m", {"m.h": b"new"}, "--micro_dir"),
    ]
    return outputs, everything(folder)


def everything(folder) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def failing_at(number, function):
    """``function`` for a disk that is full at its call of this number."""
    calls = itertools.count()

    def failing(*arguments, **options):
        if next(calls) == number:
            disk_is_full()
        return function(*arguments, **options)

    return failing


@pytest.fixture
def no_exchange(monkeypatch):
    """A system that cannot exchange two names in one step."""
    monkeypatch.setattr(outputs_module, "exchange", lambda one, other: False)


@pytest.mark.parametrize("call", ["fsync", "replace", "rename", "mkdir"])
def test_whichever_step_fails_all_is_as_it_was(tmp_path, monkeypatch, no_exchange, call):
    # The disk is full at the first, the second, ... of these calls, until none is left.
    original, failed = getattr(os, call), 0
    while True:
        place = tmp_path / str(failed)
        place.mkdir()
        outputs, before = outputs_over_old_ones(place)
        monkeypatch.setattr(os, call, failing_at(failed, original))
        try:
            write_all(outputs)
        except OSError as error:
            assert "cannot write" in str(error) and "nothing was changed" in str(error)
            assert "--" in str(error)
        else:
            break
        finally:
            monkeypatch.setattr(os, call, original)
        assert everything(place) == before
        failed += 1
    assert failed >= 2
    assert (place / "a").read_bytes() == (place / "c/x/y.c").read_bytes() == b"new"
    assert sorted(os.listdir(place)) == ["a", "c", "m", "r"]


@pytest.mark.parametrize("exchanges", [1, 2])
def test_exchanged_folders_are_given_back(tmp_path, monkeypatch, exchanges):
    # The last folder gets no name; the one before cannot always be exchanged again.
    outputs, before = outputs_over_old_ones(tmp_path)
    calls = itertools.count()
    monkeypatch.setattr(
        outputs_module, "exchange", lambda a, b: next(calls) < exchanges and exchange(a, b)
    )
    monkeypatch.setattr(os, "rename", failing_at(0, os.rename))
    with pytest.raises(OSError, match="nothing was changed"):
        write_all(outputs)
    assert everything(tmp_path) == before


def test_an_exchanged_folder_that_cannot_be_given_back_is_kept(tmp_path, monkeypatch):
    outputs, _ = outputs_over_old_ones(tmp_path)
    calls = itertools.count()
    monkeypatch.setattr(
        outputs_module, "exchange", lambda a, b: next(calls) == 0 and exchange(a, b)
    )
    monkeypatch.setattr(os, "rename", disk_is_full)
    with pytest.raises(OSError, match="not all could be undone") as caught:
        write_all(outputs)
    kept = re.search("c' is at '(.*?)' now", str(caught.value))[1]
    assert (tmp_path / kept / "x" / "y.c").read_bytes() == b"old"


def test_what_cannot_be_given_back_is_kept_and_named(tmp_path, monkeypatch, no_exchange):
    outputs, _ = outputs_over_old_ones(tmp_path)
    rename, calls = os.rename, iter(range(100))

    def failing(source, target):
        if next(calls) >= 2:  # the first folder has its name, nothing else works
            disk_is_full()
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="not all could be undone") as caught:
        write_all(outputs)
    kept = str(caught.value).split("' is at '")[-1].split("' now")[0]
    assert os.path.exists(kept)


def test_an_interrupt_while_names_are_taken(tmp_path, monkeypatch):
    outputs, before = outputs_over_old_ones(tmp_path)

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs[-1], "take_name", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all(outputs)
    assert everything(tmp_path) == before


def test_a_full_disk_under_a_folder_leaves_the_file(sbnn_convert, digits, monkeypatch):
    old = digits.with_suffix(".tflite")
    old.write_bytes(b"precious")
    fsync, calls = os.fsync, iter(range(1000))
    monkeypatch.setattr(os, "fsync", lambda f: (next(calls) > 9 and disk_is_full()) or fsync(f))
    result = sbnn_convert(digits, "--c_dir", digits.with_name("c"))
    assert_refused(
        result,
        "cannot write folder",
        "No space left",
        "nothing was changed",
        "--c_dir",
        folder=digits.parent,
        left=["digits.h5", "digits.tflite"],
    )
    assert old.read_bytes() == b"precious"


def test_an_existing_output_is_replaced_by_a_whole_one(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    before = path.stat().st_ino
    path.chmod(0o640)
    write_all([Output(path, b"new", "--output")])
    assert path.read_bytes() == b"new"
    assert path.stat().st_ino != before  # another file took the name
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("old", [b"old", None], ids=["to a file", "dangling"])
def test_a_link_is_followed_and_stays(tmp_path, old):
    (tmp_path / "elsewhere").mkdir()
    behind, link = tmp_path / "elsewhere" / "b", tmp_path / "a"
    if old:
        behind.write_bytes(old)
    link.symlink_to("elsewhere/b")
    write_all([Output(link, b"new", "--output")])
    assert behind.read_bytes() == b"new" and os.readlink(link) == "elsewhere/b"
    assert os.listdir(tmp_path / "elsewhere") == ["b"]


def test_a_link_to_a_folder_is_followed_and_stays(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_all([folder_output(tmp_path / "link", {"a.c": b"new"}, "--c_dir")])
    assert (tmp_path / "real" / "a.c").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("stage", ["loading TensorFlow", "fusing layers"])
def test_an_interrupt_in_the_middle(tmp_path, stage):
    source = tmp_path / "net.h5"
    tf.keras.Sequential([tf.keras.Input((512,)), *(SparseBinaryDense(512) for _ in range(8))]).save(
        source
    )
    (tmp_path / "net.tflite").write_bytes(b"precious")
    # Someone watches: only then is progress shown, and tells when to interrupt.
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        command_line("sbnn-convert", source, "--report", tmp_path / "r.html"),
        stdout=end,
        stderr=end,
        env={**environment(), "TERM": "xterm", "COLUMNS": "200"},
        # A shell starts background jobs with the interrupt ignored, for good.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
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
