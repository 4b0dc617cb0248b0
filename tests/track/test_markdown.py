"""What a configuration says is shown on MLflow's pages as it stands, never as a link, a picture or HTML."""

import pytest

from stratify.track.markdown import as_plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Somebody et al. 2015, Cell (n = 3)", "Somebody et al. 2015, Cell (n = 3)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("![x](http://example.org/a.png)", r"!\[x\](http://example.org/a.png)"),
        ("a `b` *c* _d_ ~e~ |f|", r"a \`b\` \*c\* \_d\_ \~e\~ \|f\|"),
        ("one\n\n# two\n- three", "one # two - three"),
        ("# one", r"\# one"),
        ("- one", r"\- one"),
        ("\\[x](y)", r"\\\[x\](y)"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_a_text_is_shown_as_it_stands(text, shown):
    assert as_plain(text) == shown
