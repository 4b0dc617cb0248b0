"""Text of configurations and data files adds no element, attribute or address to the report."""

from dataclasses import replace
from html.parser import HTMLParser

from stratify.report.render import render
from stratify.report.style import new_figure, to_svg

HOSTILE = '"\'><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">{{ 7 * 7 }}</svg>'


class Elements(HTMLParser):
    """Collects which elements, attributes and addresses a page has."""

    def __init__(self, page):
        super().__init__()
        self.found, self.addresses = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.update([(tag, None), *((tag, name) for name, _ in attrs)])
        self.addresses.update(
            value for name, value in attrs if name in {"href", "src", "xlink:href"} and value[0] != "#"
        )


def test_hostile_text_adds_nothing_to_the_page(results):
    harmless = Elements(render(results))
    study = results.study.model_copy(
        update=dict.fromkeys(("title", "question", "positive", "transductive_reason"), HOSTILE)
        | {"caveats": [HOSTILE], "outer_results_seen": HOSTILE}
    )
    datasets = {
        name: dataset.model_copy(update={"title": HOSTILE, "caveats": [HOSTILE], "cohort_relative": HOSTILE})
        for name, dataset in results.datasets.items()
    }
    page = render(replace(results, study=study, datasets=datasets))
    hostile = Elements(page)
    assert hostile.found <= harmless.found | {("ul", None), ("li", None), ("p", None), ("dl", None)}
    assert hostile.addresses == harmless.addresses
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_a_label_of_a_figure_stays_as_it_is():
    label = 'id="a" url(#b) <script>alert(1)</script>'
    figure = new_figure(2, 2)
    figure.text(0.1, 0.5, label)
    shown = to_svg(figure, "x", HOSTILE)
    assert 'id="a" url(#b) &lt;script&gt;' in shown
    assert "<script" not in shown
