import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from stratify import RESEARCH_USE_ONLY
from stratify.fetch.placed import PLACED
from stratify.report.numbers import number, p_value
from stratify.report.render import render
from stratify.report.results import Provenance

SECTIONS = [
    "answer",
    "patients",
    "endpoint",
    "performance",
    "probabilities",
    "strata",
    "biomarkers",
    "canaries",
    "findings",
    "caveats",
    "provenance",
    "glossary",
]
VOID = {"meta", "link", "br", "path", "use", "rect", "img", "hr"}


class Page(HTMLParser):
    """Collects what the tests ask for, and checks that tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.headings: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)
        if {"h1", "h2", "h3", "th"} & set(self.open):
            self.headings.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def parsed(page):
    return Page(page)


def test_the_page_is_well_formed_and_its_identifiers_are_unique(parsed):
    assert parsed.open == []
    identifiers = [attributes["id"] for _, attributes in parsed.attributes if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_sections_stand_in_order_and_the_contents_point_at_them(parsed):
    headings = [attributes["id"] for tag, attributes in parsed.attributes if tag == "h2"]
    assert headings == SECTIONS
    links = [attributes["href"] for tag, attributes in parsed.attributes if tag == "a"]
    inner = [link for link in links if link.startswith("#")]
    assert [link for link in inner if link != "#answer"] == [f"#{name}" for name in SECTIONS[1:]]


def test_every_section_shows_its_number(page):
    numbers = re.findall(r'<h2 id="\w+"><span class="no" aria-hidden="true">(\d+)</span>', page)
    assert numbers == [str(place + 1) for place in range(len(SECTIONS))]
    assert not re.search(r"\.no \{[^}]*display: none", page)


def test_nothing_is_loaded_from_outside(page, parsed):
    for tag, attributes in parsed.attributes:
        if tag == "a":
            continue
        for name in ("src", "href", "xlink:href", "srcset", "data", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, name, value)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "<script" not in page


def test_links_leave_the_page_for_pubmed_only(parsed):
    links = [attributes["href"] for tag, attributes in parsed.attributes if tag == "a"]
    assert [link for link in links if not link.startswith("#")] == ["https://pubmed.ncbi.nlm.nih.gov/25594174/"]


def test_signatures_of_the_study_are_cited(results, parsed):
    for said in ["Signatures used", "Cytolytic <activity>", "Somebody 2015 & others", "25594174"]:
        assert said in parsed.text, said
    assert "Anybody 1999" not in parsed.text
    unsigned = replace(results, table=results.table.drop(columns="sig.cyt"))
    assert "Signatures used" not in Page(render(unsigned)).text


@pytest.mark.parametrize("transductive", [True, False])
def test_title_and_heading_say_transductive_where_it_is(results, transductive):
    study = results.study.model_copy(update={"transductive": transductive})
    page = render(replace(results, study=study))
    assert ("(transductive)</title>" in page) == transductive
    assert ('<span class="badge">transductive</span></h1>' in page) == transductive


def test_one_of_anything_is_singular(results):
    outer = results.study.design.outer.model_copy(update={"repeats": 1})
    study = results.study.model_copy(update={"design": results.study.design.model_copy(update={"outer": outer})})
    metrics = results.metrics[results.metrics["model"].isin(["elastic_net", "gene.CXCL9"])]
    univariate = results.univariate.head(1)
    text = Page(render(replace(results, study=study, metrics=metrics, univariate=univariate))).text
    assert "1 repetition of 4-fold" in text
    assert "the best of 1 simple comparator (" in text
    assert not re.search(r"(?<![\d.,])1 (repetitions|simple comparators|features|patients|findings)\b", text)
    assert "The 1 with" not in text


def test_a_source_placed_by_hand_is_rendered(results):
    entry = {"path": None, "sha256": "cd" * 32, "bytes": 5, "obtained_from": PLACED, "fetched": "2026-01-02T03:04"}
    manifest = {"source": "own", "title": "My own files", "package": None, "files": {"mine.csv": entry}}
    provenance = replace(results.provenance, manifests={"own": manifest})
    text = Page(render(replace(results, provenance=provenance))).text
    assert f"mine.csv, 5 bytes, {PLACED}, fetched 2026-01-02" in text
    assert "None" not in text


def test_strata_that_are_not_told_apart_are_said_to_be(results):
    def text(high):
        metrics = results.metrics.copy()
        for place, label in enumerate(results.study.strata.labels):
            chosen = (metrics["subgroup"] == f"stratum_{label}") & (metrics["metric"] == "event_rate")
            metrics.loc[chosen, ["estimate", "low", "high"]] = [0.2 * place, 0.2 * place, 0.2 * place + high]
        return Page(render(replace(results, metrics=metrics))).text

    said = "the order of these strata is uncertain"
    assert said in text(0.25)
    assert said not in text(0.1)


def test_the_command_works_for_a_study_outside_the_configuration(parsed):
    assert "snakemake --cores all --config 'studies=[\"mock-response\"]'" in parsed.text


def test_tables_and_figures_are_accessible(page, parsed):
    assert page.count("<caption>") == page.count("<table>")
    assert all(attributes.get("scope") for tag, attributes in parsed.attributes if tag == "th")
    drawings = [attributes for tag, attributes in parsed.attributes if tag == "svg"]
    assert len(drawings) == 6
    assert all(len(attributes["aria-label"]) > 30 for attributes in drawings)
    assert '<html lang="en">' in page


def test_what_the_page_must_say(parsed):
    for sentence in [
        RESEARCH_USE_ONLY.split(". ")[0],
        "Transductive",
        "Values were ranked over the whole cohort.",
        "prognostic or predictive not assessable, single arm",
        "Choices made by the program used inner folds only; the list of features and the grids were written by people",
        "Canaries cannot see a feature that was recorded after the outcome, or that the source's authors derived",
        "averages over 3 repetitions of one model's out-of-fold probabilities",
        "the best of the simple comparators here",
        "No model of this report has met patients of another hospital",
        "14 features were tested",
        "no outer result entered the choice",
        "Nobody et al. 2020",
        "not stated by the publisher",
        "ab" * 32,
        "12,345 bytes",
        "fetched 2026-01-02",
    ]:
        assert sentence in parsed.text, sentence


def test_the_share_of_patients_who_change_stratum_is_said(results, parsed):
    rows = results.out_of_fold.query("model == 'elastic_net'")
    strata = pd.cut(rows["probability"], [0, 0.3, 0.6, 1], right=False).astype(str)
    changed = sum(len(set(of_one)) > 1 for _, of_one in strata.groupby(rows["patient_id"]))
    said = f"In {changed / 80:.0%} of patients ({changed} of 80) the stratum differs between repetitions."
    assert 0 < changed < 80
    assert said in parsed.text


def test_published_is_said_of_no_comparator(parsed):
    assert "published biomarker" not in parsed.text.lower()
    assert "published" not in " ".join(parsed.headings).lower()


@pytest.mark.parametrize(("arm", "said"), [("none", True), ("randomised", False)])
def test_single_arm_is_said_only_of_a_study_without_control_arm(results, arm, said):
    datasets = {name: one.model_copy(update={"control_arm": arm}) for name, one in results.datasets.items()}
    text = Page(render(replace(results, datasets=datasets))).text
    assert ("single arm" in text.lower()) == said
    assert ("no randomised control arm" in text) == said
    assert "it is not yet replicated" in text


def test_numbers_are_those_of_the_tables(results, parsed):
    metrics = results.metrics
    auroc = metrics[(metrics["metric"] == "auroc") & (metrics["role"] == "cv")]
    for row in auroc.itertuples():
        assert f"{number(row.estimate)}" in parsed.text, row.model
        assert f"{number(row.low)} to {number(row.high)}" in parsed.text, row.model
    for row in results.univariate.sort_values("p_value").head(10).itertuples():
        assert f"{number(row.low, 2)} to {number(row.high, 2)}" in parsed.text, row.feature
        assert p_value(row.q_value) in parsed.text


def test_text_from_configuration_and_artifacts_is_escaped(page):
    assert "mock &lt;tumour&gt; &amp; its host" in page
    assert "<tumour>" not in page
    assert "11 rows &amp; &lt;b&gt;more&lt;/b&gt;" in page
    assert "&lt;some&gt; patients" in page


def test_markup_in_names_is_escaped_everywhere(results):
    evil = "gene.<script>alert(1)</script>"
    renamed = {
        name: getattr(results, name).replace({"gene.CXCL9": evil})
        for name in ("metrics", "comparisons", "univariate", "predictions")
    }
    page = render(replace(results, **renamed, name="<i>name</i>"))
    assert "<script" not in page
    assert "<i>name" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_no_patient_is_named(results, page):
    assert "mock_2020:Mrs ERR 9002" in results.patient_ids
    assert len(results.patient_ids) == 83
    for identifier in results.patient_ids:
        assert identifier not in page
        assert identifier.rsplit(":", 1)[-1] not in page


def test_the_same_results_give_the_same_bytes(results, page):
    assert render(results) == page
    shuffled = replace(results, predictions=results.predictions.sample(frac=1, random_state=1))
    assert render(shuffled) == page


def test_a_study_without_champion_says_so(results):
    canaries = results.canaries.assign(passed=False)
    text = Page(render(replace(results, champion=None, canaries=canaries))).text
    assert "No model passed its canaries" in text
    assert "✕ failed" in text
    assert "✓ passed" not in text


def test_a_study_with_little_in_it_is_still_rendered(results):
    bare = replace(
        results,
        findings=results.findings.iloc[:0],
        univariate=results.univariate.iloc[:0],
        comparisons=results.comparisons.iloc[:0],
        canaries=results.canaries.iloc[:0],
        metrics=results.metrics[results.metrics["model"] == "elastic_net"],
        provenance=Provenance(command="stratify report", package_version="0", study_sha256="0"),
    )
    text = Page(render(bare)).text
    assert "No canary was recorded" in text
    assert "not available" in text


def test_unestimable_metrics_are_dashes_not_nan(results):
    rows = results.metrics.assign(estimate=float("nan"), low=float("nan"), high=float("nan"))
    text = Page(render(replace(results, metrics=rows))).text
    assert not re.search(r"\bnan\b|\bNone\b|<NA>", text)
