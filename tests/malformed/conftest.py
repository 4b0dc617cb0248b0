"""The corpus of malformed inputs: add a case to the list of a sibling file, or a file with a list of its own."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str, path: Path) -> ModuleType:
    """Import a file of the tests that is no test, once."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


HERE = Path(__file__).parent
corpus = _load("corpus", HERE / "corpus.py")
_load("r_files", HERE.parent / "harmonize/readers/r_files.py")


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[corpus.Case], None]:
    """Run a case: one message, status 2, no results, soon."""
    return lambda case: corpus.check(case, tmp_path, lambda: capsys.readouterr().err)


@pytest.fixture
def succeeds(tmp_path: Path) -> Callable[[Callable[[Path], list[str]]], bool]:
    """Tell whether the undamaged input of the cases is read, so that each fails for its own reason only."""
    return lambda make: corpus.main(make(tmp_path)) == 0
