"""A server cannot lead a download to a weaker or another kind of address."""

import pytest
import requests

from stratify.fetch.download import Session


def answer(url, target):
    response = requests.Response()
    response.url, response.status_code, response.headers["Location"] = url, 302, target
    return response


@pytest.mark.parametrize("target", ["http://user:secret@b/x", "file:///etc/passwd", "ftp://user:secret@b/x", "data:,x"])
def test_a_redirect_from_https_to_something_else_is_not_followed(target):
    with pytest.raises(requests.RequestException, match=r"the server leads from https to .*; not followed") as refused:
        Session().get_redirect_target(answer("https://a/x", target))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("start", "target"), [("https://a/x", "https://b/y"), ("https://a/x", "/y"), ("http://a/x", "https://b/y")]
)
def test_other_redirects_are_followed(start, target):
    assert Session().get_redirect_target(answer(start, target)) == target
