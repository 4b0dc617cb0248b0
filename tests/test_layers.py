"""The three layers know only what they may know."""

import ast
from pathlib import Path

import pytest

from stratify.cli import STAGES, VERBS

SOURCE = Path(__file__).parents[1] / "src" / "stratify"
ROOT = SOURCE.parents[1]
SCIENCE = ["assemble", "split", "fit", "evaluate", "discover"]
NOT_FOR_SCIENCE = {"argparse", "pathlib", "mlflow", "snakemake", "os"}
READS_FILES = {"signatures/catalogue.py"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(folder):
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("stage", SCIENCE)
def test_science_knows_no_paths_arguments_or_stores(stage):
    for path in modules(SOURCE / stage):
        if str(path.relative_to(SOURCE / stage)) not in READS_FILES:
            assert not NOT_FOR_SCIENCE & {name.split(".")[0] for name in imports(path)}, path


def test_only_track_and_score_know_mlflow():
    for path in modules(SOURCE):
        if path.relative_to(SOURCE).parts[0] not in {"track", "score", "commands"}:
            assert "mlflow" not in {name.split(".")[0] for name in imports(path)}, path


def test_the_package_does_not_know_snakemake():
    assert not [path for path in modules(SOURCE) if "snakemake" in {name.split(".")[0] for name in imports(path)}]


def test_no_stage_imports_a_later_one():
    order = list(STAGES)
    for position, stage in enumerate(order):
        for path in modules(SOURCE / stage):
            later = {f"stratify.{name}" for name in order[position + 1 :]}
            assert not [name for name in imports(path) if ".".join(name.split(".")[:2]) in later], path


@pytest.mark.parametrize("word", [*STAGES, *VERBS])
def test_one_word_names_a_command(word):
    assert (SOURCE / "commands" / f"{word}.py").is_file()


@pytest.mark.parametrize("stage", STAGES)
def test_one_word_names_rules_package_and_tests(stage):
    assert (ROOT / "workflow" / "rules" / f"{stage}.smk").is_file()
    assert (SOURCE / stage / "__init__.py").is_file()
    assert (ROOT / "tests" / stage).is_dir()


def test_rules_call_the_command_line_only():
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        lines = [line.strip() for line in path.read_text().splitlines()]
        assert "run:" not in lines
        assert "script:" not in lines
