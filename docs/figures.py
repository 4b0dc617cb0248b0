"""Draw the README's figure again from the results of the default run: `python docs/figures.py`."""

import argparse
from pathlib import Path

from stratify.commands.report import load_results
from stratify.report.illustrations import illustrate
from stratify.report.style import styled

ROOT = Path(__file__).parents[1]
STUDY = "melanoma-icb-response"

if __name__ == "__main__":
    study = ROOT / "config" / "studies" / f"{STUDY}.yaml"
    results = load_results(argparse.Namespace(study=study, results=ROOT / "results"))
    with styled():
        illustrate(results)["forest"].figure.savefig(ROOT / "docs" / "images" / "forest.png", dpi=120)
