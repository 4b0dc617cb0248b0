import re
from xml.etree import ElementTree

from stratify.report.figures import roc_figure
from stratify.report.style import new_figure, styled, to_svg


def example():
    with styled():
        figure = new_figure(3, 2)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], marker="o")
        axes.set_title("a < b")
    return figure


def test_svg_is_well_formed_and_the_same_every_time():
    first, second = to_svg(example(), "one", "words"), to_svg(example(), "one", "words")
    assert first == second
    ElementTree.fromstring(first)


def test_svg_has_words_no_date_no_size_and_no_outside_reference():
    svg = to_svg(example(), "one", 'says "this" & <that>')
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'says "this" & <that>'
    assert root.get("viewBox")
    assert root.get("width") is None
    assert "metadata" not in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)


def test_identifiers_of_two_figures_do_not_meet(results):
    predictions = results.out_of_fold
    found = []
    for name in ("one", "two"):
        svg = to_svg(roc_figure(predictions, ["elastic_net"]), name, "words")
        identifiers = set(re.findall(r'\bid="([^"]*)"', svg))
        references = set(re.findall(r'href="#([^"]*)"', svg)) | set(re.findall(r"url\(#([^)]*)\)", svg))
        assert references <= identifiers
        found.append(identifiers)
    assert not found[0] & found[1]
