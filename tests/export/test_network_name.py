"""What a network may be called."""

import keyword

import pytest

from sbnn_converter import ConversionError, export_c, export_micro
from sbnn_converter.export.network_name import check_network_name, network_name

REFUSED = [
    "",
    "2nd",
    "a-b",
    "a b",
    "a\n",
    "_x",
    "é",
    "model.h",
    "../x",
    "int",
    "Class",
    "co_await",
    "sbnn",
    "SBNN_net",
    "string",
    "std",
    "main",
    "nul",
]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_name_is_refused_in_one_line(name):
    with pytest.raises(ConversionError, match="no name for a network.*wanted a C ident") as caught:
        check_network_name(name)
    assert "\n" not in str(caught.value)
    made = network_name(name)
    assert check_network_name(made) == made


@pytest.mark.parametrize("name", ["digits", "Digits", "net_2", "M", "modelh", "interior"])
def test_identifiers_are_names(name):
    assert network_name(name) == check_network_name(name) == name


@pytest.mark.parametrize("export", [export_c, export_micro])
def test_exports_ask_for_a_name(export, tmp_path):
    with pytest.raises(ConversionError, match="no name"):
        export(b"\x1c\0\0\0TFL3", tmp_path / "out", name="for")
    assert not list(tmp_path.iterdir())


def test_words_that_c_shares_with_python_are_refused():
    shared = {"and", "or", "not", "if", "else", "for", "while", "continue", "break", "return"}
    assert shared <= set(keyword.kwlist)
    for word in shared:
        with pytest.raises(ConversionError):
            check_network_name(word)
