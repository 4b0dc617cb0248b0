"""In a real browser, no text of a configuration or of a data file does anything."""

import re
import shutil
import subprocess
from dataclasses import fields, replace

import pandas as pd
import pytest

from stratify.report.render import render

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ACT = "document.title='done'"
ATTACKS = [
    f"\"'><script>{ACT}</script>",
    f"<img src=x onerror={ACT}>",
    f"</text></svg><svg onload={ACT}>",
    f"</style></title></textarea></template><script>{ACT}</script>",
    f"--></script><script>{ACT}</script><!--",
    f"]]><details open ontoggle={ACT}>",
    f"javascript:{ACT}",
    f"data:text/html,<script>{ACT}</script>",
    f'" autofocus tabindex=1 onfocus="{ACT}',
    f'=HYPERLINK("javascript:{ACT}","x")',
    f"&lt;script&gt;{ACT}&lt;/script&gt;",
    "{{ 7 * 7 }}{% raw %}",
]
HOSTILE = " ".join(ATTACKS)
STRUCTURE = {"study", "role", "cohort", "subgroup", "metric", "severity", "split", "analysis", "judgement"}
"""Columns of words that are ours, or names that the configuration is held to."""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed: Debian's package chromium has one")


def opened(page, folder):
    """Give the page as it is once a browser has run whatever there is to run."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command = [BROWSER, *quiet, "--virtual-time-budget=2000", "--dump-dom", path.as_uri()]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return run.stdout


def acted(page):
    return "<title>done</title>" in page


def hostile(value, renamed):
    """Write the attacks into every free text of a table: cells, levels, and the names of patients and features."""
    if isinstance(value, pd.DataFrame):
        free = [name for name in value if name not in STRUCTURE and pd.api.types.is_string_dtype(value[name])]
        texts = {name: value[name].map(lambda cell: renamed.get(cell, cell)) for name in free}
        texts |= {
            name: value[name].mask(value[name].notna(), HOSTILE) for name in {"detail", "reason", "note"} & {*free}
        }
        return value.assign(**texts).rename(columns=renamed)
    return value


def poisoned(results):
    renamed = {patient: f"{patient}{HOSTILE}" for patient in results.table["patient_id"]}
    shown = ["combination", "single", "gene.CD8A", "gene.IDO1", "gene.CXCL9", "clin.arm"]  # in figures too
    renamed |= {name: f"{name}{attack}" for name, attack in zip(shown, ATTACKS[1:], strict=False)}
    tables = {field.name: hostile(getattr(results, field.name), renamed) for field in fields(results)}
    study = results.study.model_copy(
        update=dict.fromkeys(("title", "question", "positive", "transductive_reason", "outer_results_seen"), HOSTILE)
        | {"caveats": [HOSTILE], "group_by": renamed["clin.arm"]}
        | {"biomarkers": {renamed.get(name, name): way for name, way in results.study.biomarkers.items()}}
    )
    dataset = {"title": HOSTILE, "caveats": [HOSTILE], "cohort_relative": HOSTILE}
    datasets = {name: one.model_copy(update=dataset) for name, one in results.datasets.items()}
    cited = {"title": HOSTILE, "citation": HOSTILE}
    signatures = {name: one.model_copy(update=cited) for name, one in results.signatures.items()}
    files = {HOSTILE: {"sha256": HOSTILE, "bytes": 1, "obtained_from": HOSTILE}}
    manifest = {"title": HOSTILE, "citation": HOSTILE, "licence": HOSTILE, "files": files}
    manifest |= {"package": {"name": HOSTILE, "version": HOSTILE}}
    provenance = replace(
        results.provenance, command=HOSTILE, manifests=dict.fromkeys(results.provenance.manifests, manifest)
    )
    changed = {"study": study, "datasets": datasets, "signatures": signatures, "provenance": provenance}
    return replace(results, **tables | changed)


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")  # the labels are longer than the figure
def test_nothing_in_a_report_acts(results, tmp_path):
    page = render(poisoned(results))
    assert page.count("&lt;img src=x onerror=") > 20
    shown = opened(page, tmp_path)
    assert "What it does not claim" in shown or len(shown) > len(page) / 2
    assert not acted(shown)
    assert "<script" not in shown.lower()
    assert set(re.findall(r'(?:href|src|action)="([^"#]*:)', shown)) <= {"https:", "data:"}


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.startswith(("<img", "<", "\"'>"))])
def test_the_same_text_acts_where_it_is_not_escaped(tmp_path, attack):
    """So that the test above could fail."""
    assert acted(opened(f"<!doctype html><html><body><p>{attack}</p></body></html>", tmp_path))
