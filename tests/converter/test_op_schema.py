"""An op's options are the same in C, in Python and in docs/format.md."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flatbuffers import flexbuffers

from sbnn_converter.op_schema import OPS, Option
from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.numbers import NUMBERS
from sbnn_converter.op_schema.packing import pack, pack_numbered, unpack
from sbnn_converter.op_schema.stage import Staged
from sbnn_converter.op_schema.weights import Weighted

ROOT = Path(__file__).resolve().parents[2]
CONVERTER = ROOT / "converter"
# What an op adds to what it has in common with others.
LISTS = {"Face": Faced, "Weight": Weighted, "Stage": Staged} | {
    name.removeprefix("Sbnn"): op for name, op in OPS.items() if op.names()
}
# The heading of docs/format.md under which each list stands.
HEADINGS = {"Face": "## Bit planes", "Weight": "### Weight code", "Stage": "## Output stage"} | {
    name.removeprefix("Sbnn"): f"### {name}" for name in OPS
}
WHEN = {
    "SBNN_ALWAYS": "always",
    "SBNN_MAY_MISS": "may be missing",
    "SBNN_WITH_INT8_INPUT": "int8 input",
    "SBNN_WITH_PLANES_INPUT": "input of planes",
    "SBNN_WITH_INT8_OUTPUT": "int8 output",
    "SBNN_WITH_INTEGER_OUTPUT": "int8, int16 or stream output",
}
C_LISTS = {
    "Face": "SBNN_FACE_OPTIONS",
    "Weight": "SBNN_WEIGHT_OPTIONS",
    "Stage": "SBNN_STAGE_OPTIONS",
    "Conv2D": "SBNN_CONV2D_OPTIONS",
    "Dense": "SBNN_DENSE_OPTIONS",
    "MaxPool2D": "SBNN_MAX_POOL2D_OPTIONS",
    "Quantize": "SBNN_QUANTIZE_OPTIONS",
    "Dequantize": "SBNN_DEQUANTIZE_OPTIONS",
    "AveragePool2D": "SBNN_AVERAGE_POOL2D_OPTIONS",
    "Add": "SBNN_ADD_OPTIONS",
}
PRINTER = """
#include <stdio.h>
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_numbers.h"
#include "ops/stage.h"
#include "ops/weights.h"
#define ROW(name, low, high, when, meaning) \\
  printf("%s\\t%s\\t%d\\t%d\\t%s\\t%s\\n", list, #name, low, high, #when, meaning);
#define NUMBER(number, name) printf("number\\t%s\\t%d\\n", #name, number);
#define NAME(Name, name) printf("op\\tSbnn%s\\n", #Name);
int main(void) {
  const char* list;
  LISTS
  SBNN_OPS(NAME)
  SBNN_OPTION_NUMBERS(NUMBER)
  return 0;
}
"""


def own_options(op) -> list[Option]:
    return [rule for rule in op.rules() if rule.name in op.names()]


@pytest.fixture(scope="module")
def in_c(tmp_path_factory) -> list[list[str]]:
    """What the lists of the C sources say, line by line."""
    if not shutil.which("gcc"):
        pytest.skip("not installed: gcc")
    program = tmp_path_factory.mktemp("schema") / "print"
    lists = "".join(f'list = "{name}"; {macro}(ROW)\n' for name, macro in C_LISTS.items())
    includes = [f"-I{CONVERTER / folder}" for folder in ("kernels/include", "runtime")]
    subprocess.run(
        ["gcc", "-std=c99", "-x", "c", "-", *includes, "-o", program],
        input=PRINTER.replace("LISTS", lists),
        text=True,
        check=True,
    )
    done = subprocess.run([program], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def in_docs(name: str) -> list[Option]:
    """The table of options under a list's heading."""
    text = (ROOT / "docs" / "format.md").read_text()
    section = text.split(f"\n{HEADINGS[name]}\n")[1]
    section = re.split(rf"\n#{{2,{HEADINGS[name].count('#')}}} ", section)[0]
    rows = re.findall(r"^\| `(\w+)` \| (\S+) to (\S+) \| (.*?) \| (.*?) \|$", section, re.M)
    return [Option(n, int(low), int(high), when, meaning) for n, low, high, when, meaning in rows]


def test_every_list_of_options_is_compared():
    assert set(LISTS) == set(C_LISTS)
    headers = [*CONVERTER.glob("kernels/include/sbnn/*.h"), *CONVERTER.glob("runtime/ops/*.h")]
    defined = re.findall(
        r"^#define (SBNN_\w+_OPTIONS)\(X\)", "".join(h.read_text() for h in headers), re.M
    )
    assert sorted(defined) == sorted(C_LISTS.values())


def test_c_and_python_know_the_same_ops(in_c):
    assert sorted(row[1] for row in in_c if row[0] == "op") == sorted(OPS)


@pytest.mark.parametrize("name", LISTS)
def test_options_are_the_same_in_c_python_and_the_docs(name, in_c):
    rows = [row[1:] for row in in_c if row[0] == name]
    found = [Option(n, int(low), int(high), WHEN[when], m) for n, low, high, when, m in rows]
    assert found == own_options(LISTS[name])
    assert in_docs(name) == own_options(LISTS[name])


def test_numbers_are_the_same_in_c_python_and_the_docs(in_c):
    assert {row[1]: int(row[2]) for row in in_c if row[0] == "number"} == NUMBERS
    section = (ROOT / "docs" / "format.md").read_text().split("### Two forms of options")[1]
    section = section.split("\n## ")[0]
    assert {name: int(n) for n, name in re.findall(r"(\d+) \| `(\w+)`", section)} == NUMBERS


def test_every_option_has_a_number():
    names = {rule.name for op in OPS.values() for rule in op.rules()}
    assert NUMBERS.keys() == names | {"version"}
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.parametrize("version", [1, 2])
def test_options_are_read_back_in_either_form(version):
    options = {"version": version, "connections": 2**31 - 1, "alpha_steps": -(2**31)}
    options |= {"pad_value": -1, "in_height": 128, "code": 0, "in_planes": 127}
    assert unpack(pack(options)) == options


def test_numbered_options_take_a_fifth_of_the_bytes():
    options = {rule.name: min(rule.high, 64) for rule in OPS["SbnnConv2D"].rules()}
    named, numbered = (pack({"version": version, **options}) for version in (1, 2))
    assert 5 * len(numbered) < len(named)


def test_unknown_numbers_are_skipped():
    row = bytes([200, 0x80 | 1, 1, NUMBERS["groups"], 6])
    assert unpack(bytes(flexbuffers.Dumps(row))) == {"groups": 3}


@pytest.mark.parametrize("row", [b"\x05", b"\x05\x80", b"\x05\x80\x80\x80\x80\x80\x01"])
def test_numbered_options_that_end_too_early_are_refused(row):
    with pytest.raises(ValueError, match="has no end"):
        unpack(bytes(flexbuffers.Dumps(row)))


def test_options_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="neither a map nor a blob"):
        unpack(bytes(flexbuffers.Dumps([1, 2])))


def test_an_option_out_of_its_range_is_named():
    options = {rule.name: rule.low for rule in OPS["SbnnMaxPool2D"].rules()}
    assert OPS["SbnnMaxPool2D"].of({**options, "unknown": 5}).as_dict() == options
    with pytest.raises(
        ValueError,
        match=r"SbnnMaxPool2D: option pad_top \(rows above the image\) is -1: wanted 0 to 32768",
    ):
        OPS["SbnnMaxPool2D"].of({**options, "pad_top": -1})
    del options["channels"]
    with pytest.raises(ValueError, match="option channels .* is None: wanted 1 to 32768"):
        OPS["SbnnMaxPool2D"].of(options)


@pytest.mark.parametrize("form", [1, 2])
def test_whatever_is_in_options_is_read_or_refused(rng, form):
    whole = pack({"version": form, "units": 300, "alpha_steps": -5, "has_signs": 1})
    assert unpack(whole) == {"version": form, "units": 300, "alpha_steps": -5, "has_signs": 1}
    refused = 0
    for _ in range(2000):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            unpack(bytes(damaged[: rng.integers(len(damaged)) + 1]))
        except ValueError:
            refused += 1
    assert refused > 200


def test_maps_in_maps_are_not_followed():
    maps = {"version": 1}
    for _ in range(30):
        maps = {"a": maps, "b": 1}
    assert unpack(bytes(flexbuffers.Dumps(maps))) == {"a": None, "b": 1}
    with pytest.raises(ValueError, match="4096 bytes of options"):
        unpack(bytes(4096))


@pytest.mark.parametrize("value", [None, 1.5, "1"])
def test_an_option_that_is_no_whole_number_is_named(value):
    with pytest.raises(ValueError, match="option 'units' is .*, wanted a whole number"):
        pack_numbered({"units": value})
