"""`constraints.txt` holds exact versions and nothing else, and one of every package that is asked for."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==[A-Za-z0-9][A-Za-z0-9.!+]*")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins():
    lines = (line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return [line for line in lines if line]


def test_every_line_is_one_name_and_one_exact_version():
    wrong = [line for line in pins() if not PIN.fullmatch(line)]
    assert wrong == []
    names = [normal(PIN.fullmatch(line)[1]) for line in pins()]
    assert len(names) == len(set(names))


def test_every_package_that_is_asked_for_has_its_pin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {normal(re.match(r"[A-Za-z0-9._-]+", one)[0]) for one in asked} - {normal(project["name"])}
    pinned = {normal(line.split("==")[0]) for line in pins()}
    assert sorted(names - pinned) == []
