from pathlib import Path

from stratify import stage_code as module
from stratify.cli import STAGES
from stratify.stage_code import PACKAGE, code_digest, stage_code


def names(stage):
    return {str(Path(path).resolve().relative_to(PACKAGE)) for path in stage_code(stage)}


def test_a_stage_lists_its_command_its_package_and_what_they_import():
    files = names("split")
    assert {"commands/split.py", "split/nested_cv.py", "artifacts/split.py", "config/study.py"} <= files
    assert not any(path.startswith(("fit/", "track/")) for path in files)


ASKED_BY_THE_WORKFLOW_ONLY = {"track/store.py"}


def test_every_module_of_a_stage_belongs_to_its_code():
    for stage in STAGES:
        modules = {str(path.relative_to(PACKAGE)) for path in (PACKAGE / stage).rglob("*.py")}
        unused = modules - names(stage) - ASKED_BY_THE_WORKFLOW_ONLY
        assert not unused, stage


def test_no_stage_depends_on_the_code_of_a_later_one():
    order = list(STAGES)
    for position, stage in enumerate(order):
        later = tuple(f"{name}/" for name in order[position + 1 :])
        assert not [path for path in names(stage) if path.startswith(later)], stage


def test_templates_belong_to_the_report():
    assert any(path.endswith(".j2") for path in names("report"))


def test_the_digest_follows_contents_not_times(monkeypatch, tmp_path):
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    monkeypatch.setattr(module, "stage_code", lambda stage: [str(file)])
    first = code_digest("any")
    file.touch()
    assert code_digest("any") == first
    file.write_text("x = 2\n")
    assert code_digest("any") != first
