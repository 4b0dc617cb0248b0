"""The files that say what is installed agree with each other."""

import re
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def pins():
    lines = (ROOT / "constraints.txt").read_text().split()
    return {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lines)}


def pip_section():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    return next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))


def test_every_direct_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [entry for group in project["optional-dependencies"].values() for entry in group]
    names = {re.split(r"[<>=\[ ]", entry)[0].lower() for entry in [*project["dependencies"], *extras]}
    assert names - {project["name"]} <= set(pins())


def test_the_conda_environment_has_a_python_the_package_takes():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = next(entry for entry in environment["dependencies"] if str(entry).startswith("python"))
    assert python.split("=")[1] in {"3.11", "3.12", "3.13"}


@pytest.mark.slow
@pytest.mark.package_index
def test_the_pip_section_installs_exactly_the_pins(tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    arguments = [part for line in pip_section() for part in line.split()]
    subprocess.run([python, "-m", "pip", "install", "-q", *arguments], cwd=ROOT, check=True, timeout=900)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True
    )
    installed = dict(line.lower().replace("_", "-").split("==") for line in listed.stdout.split())
    different = {
        name: (version, pins()[name]) for name, version in installed.items() if pins().get(name, version) != version
    }
    unpinned = set(installed) - set(pins()) - {"pip", "setuptools", "stratify-omics"}
    assert not different
    assert not unpinned
    help_text = subprocess.run(
        [tmp_path / "venv" / "bin" / "stratify", "--help"], capture_output=True, text=True, check=True
    )
    assert "score" in help_text.stdout
