"""Every test that `docs/reliability.md` names is there, and is slow where the page says so."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`( \(slow\))?")
TESTS = sorted(set(NAMED.findall(PAGE.read_text(encoding="utf-8"))))


def functions(tree):
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_slow(tree, function):
    """Whether the mark stands at the test or for the whole file."""
    whole = [node for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "pytestmark"]
    marks = [*whole, *(function.decorator_list if function else [])]
    return any("mark.slow" in ast.unparse(mark) for mark in marks)


def test_the_page_names_tests():
    assert len(TESTS) > 40


@pytest.mark.parametrize(("file", "name", "slow"), TESTS, ids=lambda part: part.removeprefix("tests/"))
def test_a_named_test_is_there(file, name, slow):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert not name or name in functions(tree)
    assert bool(slow) == is_slow(tree, functions(tree).get(name))
