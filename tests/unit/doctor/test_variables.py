from __future__ import annotations

import pytest

from glctl.doctor.variables import proxy_for, value_of
from glctl.secret import Secret


def test_a_variable() -> None:
    assert value_of({"AWS_SECRET_ACCESS_KEY": Secret("x")}, "AWS_SECRET_ACCESS_KEY") == "x"
    assert value_of({}, "HOME") == ""


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("https://s3.example.com", {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://s3.example.com", {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ("http://s3.example.com", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        ("https://127.0.0.1:9000", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        ("https://localhost", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        *(
            ("https://s3.example.com:9000", {"HTTPS_PROXY": "http://p", "NO_PROXY": exempt}, proxy)
            for exempt, proxy in (
                ("*", None),
                ("a, .example.com", None),
                ("example.com:9000", None),
                ("example.com:1", "http://p"),
                ("ample.com", "http://p"),
                ("10.0.0.0/8", "http://p"),
            )
        ),
        ("http://10.1.2.3", {"HTTP_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8"}, None),
    ],
)
def test_the_proxy_that_the_registry_uses(url: str, environment: dict[str, str], proxy: str | None) -> None:
    found = proxy_for(url, environment)
    assert (found.reveal() if found else None) == proxy
