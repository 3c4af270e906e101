"""An export is whole or not there, and never takes a user's files away."""

import os

import pytest

from sbnn_converter import ConversionError
from sbnn_converter.export import outputs
from sbnn_converter.export.folder import folder_output
from sbnn_converter.export.outputs import write_all

FILES = {"README.md": b"read", "src/a.c": b"int a;\n"}
FLAG = "--micro_dir"


def write_folder(folder, files, flag):
    write_all([folder_output(folder, files, flag)])


def content(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "sbnn-export.json"
    }


def test_a_new_and_an_empty_folder_are_written(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        write_folder(tmp_path / name, FILES, FLAG)
        assert content(tmp_path / name) == FILES


def test_an_earlier_export_is_replaced_as_a_whole(tmp_path):
    write_folder(tmp_path / "out", {**FILES, "src/old.c": b""}, FLAG)
    write_folder(tmp_path / "out", {**FILES, "README.md": b"again"}, FLAG)
    assert content(tmp_path / "out") == {**FILES, "README.md": b"again"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("theirs", ["notes.txt", "src/a.c", "src/b.c"])
def test_what_a_user_added_or_changed_is_never_overwritten(theirs, tmp_path):
    folder = tmp_path / "out"
    write_folder(folder, FILES, FLAG)
    (folder / theirs).write_bytes(b"mine")
    before = content(folder)
    with pytest.raises(ConversionError, match=f"'{theirs}'.*choose another folder with {FLAG}"):
        write_folder(folder, FILES, FLAG)
    assert content(folder) == before


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "diary.txt").write_text("dear")
    with pytest.raises(ConversionError, match="diary.txt"):
        write_folder(tmp_path / "home", FILES, FLAG)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConversionError, match="no folder"):
        write_folder(tmp_path / "file", FILES, FLAG)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        write_folder(tmp_path / "a" / "b", FILES, FLAG)


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path, monkeypatch):
    write_folder(tmp_path / "out", FILES, FLAG)
    rename, calls = os.rename, []

    def failing(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    # As on a system that cannot exchange two names in one step.
    monkeypatch.setattr(outputs, "exchange", lambda one, other: False)
    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="nothing was changed"):
        write_folder(tmp_path / "out", {"README.md": b"new"}, FLAG)
    monkeypatch.undo()
    assert content(tmp_path / "out") == FILES
    assert os.listdir(tmp_path) == ["out"]
