"""What sbnn-convert refuses to write: what it reads, devices, and one place twice.

Nothing here needs TensorFlow: importing it fails."""

import os
import socket
import sys
import zipfile

import h5py
import pytest

from programs import assert_refused
from sbnn_converter.export.folder import folder_output
from sbnn_converter.export.outputs import write_all

CONFIG = '{"class_name": "Sequential", "config": {"name": "s", "layers": []}}'


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a model of each kind, all of them the current one's children."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "sbnn_converter.convert", None)  # importing it fails
    with h5py.File("m.h5", "w") as file:
        file.attrs.update(model_config=CONFIG, keras_version="2.16.0")
    with zipfile.ZipFile("m.keras", "w") as file:
        file.writestr("metadata.json", '{"keras_version": "2.16.0"}')
        file.writestr("config.json", CONFIG)
    (tmp_path / "saved" / "variables").mkdir(parents=True)
    for name in ("saved_model.pb", "keras_metadata.pb", "variables/variables.index"):
        (tmp_path / "saved" / name).write_bytes(b"precious")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "old").write_bytes(b"precious")
    (tmp_path / "to-model").symlink_to("m.h5")
    (tmp_path / "to-here").symlink_to(".")
    os.link("m.h5", "hard")
    os.link("saved/variables/variables.index", "hard-inside")
    return tmp_path


def everything(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else os.lstat(path)[:3]
        for path in folder.rglob("*")
    }


SAME = "is the model"
INSIDE = "lies in the model"
HOLDS = "holds the model"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("m.h5", "-o", "m.h5"), SAME),
        (("m.keras", "-o", "./m.keras"), SAME),
        (("m.h5", "--report", "other/../m.h5"), SAME),
        (("m.h5", "-o", "to-model"), SAME),
        (("to-model", "-o", "m.h5"), SAME),
        (("m.h5", "-o", "to-here/to-here/m.h5"), SAME),
        (("m.h5", "-o", "hard"), SAME),
        (("m.h5", "-o", "{here}/m.h5"), SAME),
        (("m.h5", "--c_dir", "m.h5"), SAME),
        (("m.h5", "--report", "m.keras"), "a saved Keras model"),
        (("m.h5", "-o", "saved/saved_model.pb"), "a saved Keras model"),
        (("saved", "-o", "saved/saved_model.pb"), INSIDE),
        (("saved/", "--report", "to-here/saved/r.html"), INSIDE),
        (("saved", "-o", "saved/variables/variables.index"), INSIDE),
        (("saved", "-o", "hard-inside"), "is a file of the model"),
        (("saved", "--c_dir", "saved"), SAME),
        (("saved", "--micro_dir", "saved/fw"), INSIDE),
        (("saved/../saved", "-o", "saved/new"), INSIDE),
        (("m.h5", "--micro_dir", "."), HOLDS),
        (("m.h5", "--c_dir", "to-here"), HOLDS),
        (("saved", "--c_dir", ".."), HOLDS),
        (("m.h5", "-o", "a.tflite", "--report", "./a.tflite"), "--report and --output both name"),
        (("m.h5", "--report", "to-here/m.tflite"), "--report and --output both name"),
        (("m.h5", "-o", "c", "--c_dir", "c"), "--c_dir and --output both name"),
        (("m.h5", "--micro_dir", "c", "--c_dir", "to-here/c"), "both name"),
        (("m.h5", "--micro_dir", "c", "--c_dir", "c/d"), "lies in 'c' of --micro_dir"),
        (("m.h5", "--micro_dir", "c/d", "--c_dir", "c"), "holds 'c/d' of --micro_dir"),
        (("m.h5", "--report", "c/r.html", "--c_dir", "c"), "holds 'c/r.html' of --report"),
        (("m.h5", "-o", "other"), "is a folder"),
        (("m.h5", "-o", "/dev/null"), "is a device"),
        (("m.h5", "--report", "/dev/full"), "is a device"),
        (("m.h5", "-o", "fifo"), "is a FIFO"),
        (("m.h5", "-o", "/proc/self/fd/{pipe}"), "is a FIFO"),
        (("m.h5", "-o", "socket"), "is a socket"),
        (("m.h5", "-o", "to-fifo"), "is a FIFO"),
        (("m.h5", "--c_dir", "fifo"), "no folder"),
        (("m.h5", "-o", "loop"), "symbolic links"),
        (("m.h5", "-o", "dangling"), "does not exist"),
        (("m.h5", "-o", "n" * 300), "too long"),
        (("m.h5", "-o", "other/old/x"), "does not exist"),
        (("m.h5", "-o", ""), "--output is empty"),
        (("m.h5", "--c_dir", "other"), "holds 'old'"),
        (("m.h5", "--representative_data", "d.npz", "-o", "d.npz"), "is the representative data"),
        (("m.h5", "-o", "new/"), "a folder: wanted a file's name"),
        (("",), "name is empty"),
        (("m.h5", "--target_mcu=cortex-m4", "--ram_kb=inf"), "--ram_kb is inf"),
        (("m.h5", "--target_mcu=cortex-m4", "--flash_kb=nan"), "--flash_kb is nan"),
        (("fifo",), "neither a file nor a folder"),
    ],
)
def test_it_is_refused_and_nothing_changes(sbnn_convert, place, arguments, words):
    os.mkfifo("fifo")
    (place / "to-fifo").symlink_to("fifo")
    (place / "loop").symlink_to("loop")
    (place / "dangling").symlink_to("no/where")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket")
    before = everything(place)
    reader, writer = os.pipe()
    fill = {"here": str(place), "pipe": writer}
    result = sbnn_convert(*(word.format(**fill) for word in arguments))
    listener.close()
    os.close(reader), os.close(writer)
    assert_refused(result, words)
    assert everything(place) == before


def test_a_folder_that_cannot_be_written(sbnn_convert, place, monkeypatch):
    # The superuser, as whom tests may run, may write anywhere.
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: "other" not in str(path) and access(path, mode)
    )
    assert_refused(sbnn_convert("m.h5", "-o", "other/new"), "not writable", "--output")
    assert_refused(sbnn_convert("m.h5", "--c_dir", "other/new"), "not writable", "--c_dir")


def test_an_export_folder_with_a_fifo_or_a_link_in_it(sbnn_convert, place):
    write_all([folder_output(place / "fw", {"a.c": b"a", "b.c": b"b"}, "--micro_dir")])
    (place / "fw" / "a.c").unlink()
    os.mkfifo(place / "fw" / "a.c")
    assert_refused(sbnn_convert("m.h5", "--micro_dir", "fw"), "'a.c'", "--micro_dir")
    (place / "fw" / "a.c").unlink()
    (place / "mine").write_bytes(b"a")
    (place / "fw" / "a.c").symlink_to("../mine")
    assert_refused(sbnn_convert("m.h5", "--micro_dir", "fw"), "'a.c'", "--micro_dir")


def test_a_name_that_no_folder_can_have_wants_a_shorter_one(sbnn_convert, digits):
    flags = ("--c_dir", str(digits.parent / "c"), "--name", "a" * 300)
    assert_refused(sbnn_convert(digits, *flags), "too long", "choose a shorter name")
    assert not (digits.parent / "c").exists()
