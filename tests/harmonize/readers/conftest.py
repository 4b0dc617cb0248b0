"""Small R objects with everything that the containers of real cohorts have."""

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("r_files", Path(__file__).with_name("r_files.py"))
r_files_module = importlib.util.module_from_spec(_spec)
sys.modules["r_files"] = r_files_module
_spec.loader.exec_module(r_files_module)


@pytest.fixture(scope="session")
def r():
    """The writer of R files."""
    return r_files_module
