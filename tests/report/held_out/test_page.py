import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from stratify.report.held_out.illustrations import illustrate_held_out
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import number
from stratify.report.render import render

VOID = {"meta", "link", "br", "path", "use", "rect", "img", "hr"}


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
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

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def parsed(external_page):
    return Page(external_page)


def test_the_page_is_well_formed_and_every_inner_link_has_a_target(parsed):
    assert parsed.open == []
    identifiers = [attributes["id"] for _, attributes in parsed.attributes if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    links = [attributes["href"] for tag, attributes in parsed.attributes if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(identifiers)
    assert {"#every-row", "#every-row-models", "#overlap", "#inputs", "#models"} <= set(links)


def test_tables_and_figures_are_accessible(external_page, parsed):
    assert external_page.count("<caption>") == len(re.findall(r"<table\b", external_page))
    assert all(attributes.get("scope") for tag, attributes in parsed.attributes if tag == "th")
    drawings = [attributes for tag, attributes in parsed.attributes if tag == "svg"]
    assert len(drawings) == 8
    assert all(len(attributes["aria-label"]) > 30 for attributes in drawings)


def test_nobody_is_named(external, external_page):
    assert len(external.patient_ids) > 480
    for identifier in external.patient_ids:
        assert identifier not in external_page
        assert identifier.rsplit(":", 1)[-1] not in external_page


def test_nothing_missing_is_written_as_code(parsed):
    assert not re.search(r"\b(nan|None|<NA>)\b", parsed.text)


def test_every_aurocs_stands_on_the_page_with_and_without_duplicates(external, parsed):
    rows = external.metrics[external.metrics["metric"].eq("auroc") & external.metrics["estimate"].notna()]
    rows = rows[rows["subgroup"].isin(["all", "without_duplicates"])]
    for row in rows[~rows["cohort"].isin(["random_effects", "mean_of_cohorts"])].itertuples():
        assert number(row.estimate) in parsed.text, (row.model, row.cohort, row.subgroup)


def test_the_page_says_what_the_result_depends_on_where_the_study_asks(parsed, in_turn):
    for sentence in [
        "What the result depends on",
        "Judged by other labels.",
        "On treatment biopsy",
        "Cancer type: head and neck",
        "20 patients: intercept and slope",
    ]:
        assert sentence in parsed.text, sentence
    assert "What the result depends on" not in Page(render(in_turn)).text


def test_what_the_page_must_say(parsed):
    for sentence in [
        "All headline numbers leave out 6 held-out patients who look like a training patient.",
        "Every row, suspected duplicates included",
        "Looked at twice while the study was written.",
        "prognostic or predictive not assessable, single arm",
        "later_2021 and registry_2022 share their patient pool with cohorts the models learned from",
        "LORIS lacks inputs for 5 of 100 in abroad_2022",
        "tiny_2023 has fewer than 10 patients in a class",
        "clin.albumin_g_per_dl of abroad_2022",
        "In elsewhere_2023 the label is a cut of the time to death or progression",
        "overlap.parquet",
        "Chang 2024",
        "Its authors fitted it to patients of chowell_2022_train, and it is not judged on that cohort as if held out",
    ]:
        assert sentence in parsed.text, sentence
    assert "Never externally validated" not in parsed.text
    assert "out-of-fold" not in parsed.text


def test_a_study_without_external_cohort_says_so(external):
    pools = {"patient_pool": "home"}
    changed = {
        name: getattr(external, name).assign(role=lambda rows: rows["role"].replace("external", "internal"))
        for name in ("predictions", "metrics", "comparisons")
    }
    changed["metrics"] = changed["metrics"].drop_duplicates(["model", "cohort", "role", "subgroup", "metric"])
    text = Page(render(replace(external, table=external.table.assign(**pools), **changed))).text
    assert "Never externally validated" in text


def test_leaving_one_out_says_that_the_registered_model_is_not_judged(in_turn):
    text = Page(render(in_turn)).text
    assert "it has no held-out estimate of its own" in text
    assert "No held-out patient looks like a training patient of its own split" in text
    assert "Every row, suspected duplicates included" not in text
    assert HeldOutView(in_turn).roles == ["external"]
    assert "left out in turn" in text


def test_the_same_results_give_the_same_bytes(external, external_page):
    shuffled = replace(external, predictions=external.predictions.sample(frac=1, random_state=1))
    assert render(shuffled) == external_page


def test_a_study_without_reference_is_compared_with_the_best_and_says_so(external):
    study = external.study.model_copy(update={"reference": None, "outer_results_seen": None})
    text = Page(render(replace(external, study=study))).text
    assert "was singled out by its AUROC on the held-out cohorts" in text
    assert "cannot be counted by a program" in text


def test_a_study_without_champion_or_comparator_is_still_rendered(external):
    metrics = external.metrics[external.metrics["model"].isin(["elastic_net"])]
    study = external.study.model_copy(update={"reference": None, "comparators": [], "biomarkers": {}})
    bare = replace(
        external,
        champion=None,
        metrics=metrics,
        comparisons=external.comparisons.iloc[:0],
        study=study,
        findings=external.findings.iloc[:0],
        overlap_summary=external.overlap_summary.iloc[:0],
        canaries=external.canaries.assign(passed=False),
    )
    text = Page(render(bare)).text
    assert "No model passed its canaries" in text
    assert "No pair shows more matches than chance explains" in text


def test_figures_are_drawn_for_both_designs(view, in_turn):
    names = ["forest", "differences", "heat", "predictors", "calibration", "decision", "strata", "effects"]
    assert list(illustrate_held_out(view)) == names
    assert list(illustrate_held_out(HeldOutView(in_turn))) == names


def test_a_cohort_relative_comparator_is_marked_wherever_it_stands(external):
    """As reference and in every table, figure and caveat: the name never stands without the mark."""

    def renamed(rows):
        names = [column for column in ("model", "comparator") if column in rows]
        return rows.assign(**{name: rows[name].replace("loris_pan_cancer", "tide") for name in names})

    study = external.study.model_copy(update={"comparators": ["tide", "loris_refit"], "reference": "tide"})
    tables = {name: renamed(getattr(external, name)) for name in ("predictions", "metrics", "comparisons")}
    text = " ".join(Page(render(replace(external, study=study, **tables))).words)
    mark = "cohort-relative: a patient's score depends on the others in the file"
    assert f"Tumour immune dysfunction and exclusion, negated ({mark})" in text
    assert f"TIDE (cohort-relative) is {mark}" in text
    assert text.count("TIDE") > 5
    assert text.count("TIDE") == text.count("TIDE (cohort-relative)")
    assert "tide" not in re.findall(r"[\w-]+", text)
