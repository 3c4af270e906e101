"""The tables of `summary` on terminals of every width."""

import importlib

import pytest
import tensorflow as tf

import sbnn_keras
from html_cells import number, tables_of

summary = importlib.import_module("sbnn_keras.keras2.summary")
NAMES = ["block_1_sparse_binary_conv2d", "block_12_sparse_binary_dense"]


@pytest.fixture(scope="module")
def model():
    return tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 3)),
            sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.2, name=NAMES[0]),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(10, name=NAMES[1]),
        ]
    )


def table_lines(printed, name):
    return [line for line in printed.splitlines() if name in line and line[0] == "|"]


@pytest.mark.parametrize("columns", [72, 80, 200])
def test_a_narrow_terminal_loses_columns_not_lines(model, columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    sbnn_keras.summary(model)
    printed = capsys.readouterr().out
    assert max(len(line) for line in printed.splitlines() if line[0] in "+|") <= columns
    for name in NAMES:
        assert len(table_lines(printed, name)) == 2  # Larq's table and ours
    assert "not controlled" in printed and "held at 0.2" in printed
    assert ("Left out on" in printed) == (columns < 200)


def test_a_file_or_a_function_gets_every_column(model, monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    sbnn_keras.summary(model)
    lines = []
    monkeypatch.setenv("COLUMNS", "80")
    sbnn_keras.summary(model, print_fn=lines.append)
    for text in (capsys.readouterr().out, "\n".join(lines)):
        assert "Left out" not in text
        assert all(word in text for word in ("Saved", "(entropy)", "MACs", "Input prec."))


def test_a_notebook_shows_tables_with_every_column(model, monkeypatch, capsys):
    shown = {}
    monkeypatch.setattr(summary, "in_notebook", lambda: True)
    monkeypatch.setattr(
        summary, "show_in_notebook", lambda html, text: shown.update(html=html, text=text)
    )
    sbnn_keras.summary(model)
    assert capsys.readouterr().out == ""
    stats, facts, connections = tables_of(shown["html"])
    for table in (stats, connections):
        assert [row[0] for row in table if row[0] in NAMES] == NAMES
    head, first, *_ = connections
    weights = 3 * 3 * 3 * 4
    figures = dict(zip(head, first))
    assert number(figures["Weights"]) == weights
    assert number(figures["Connections"]) == round(0.2 * weights)
    assert number(figures["Density"]) == pytest.approx(round(0.2 * weights) / weights, abs=5e-5)
    assert dict(facts)["Total params"].startswith("1.5")
    assert "Not controlled: " + NAMES[1] in shown["html"]
    assert NAMES[0] in shown["text"]  # for who reads the notebook as text
