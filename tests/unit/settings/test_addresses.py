import pytest

GITLAB = "external_url 'https://g.example.com'\n"
HTTPS = "registry_external_url 'https://r.example.com'\n"
HTTP = "registry_external_url 'http://r.example.com'\n"


@pytest.fixture
def told(configure):
    """Line and message of each odd address."""

    def told_of(text):
        found = configure(GITLAB + text, url=None).diagnostics
        return [(d.span.line, d.message) for d in found if d.code == "odd-address"]

    return told_of


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("registry_external_url 'https://r.example.com:80'", 2, "is https on port 80, where http is spoken"),
        ("registry_external_url 'http://r.example.com:443'", 2, "is http on port 443, where https is spoken"),
        (HTTPS + "registry['nginx']['listen_port'] = 80", 3, "is 80, where nginx would speak TLS"),
        (HTTP + "registry['nginx']['listen_https'] = true", 3, "clients would not speak TLS"),
        ("registry_external_url 'https://u:p@r.example.com:5050?x=1#y'", 2, "a user and a query and a frag"),
        (HTTPS + "registry['token_realm'] = 'other'", 3, "registry['token_realm'] = 'other' is no address."),
        (HTTPS + "gitlab_rails['registry_api_url'] = 'htp://x'", 3, "= 'htp://x' is no address."),
    ],
)
def test_an_address_that_leads_nowhere_is_told(told, text, line, message):
    [(where, said)] = told(text)
    assert where == line
    assert message in said


@pytest.mark.parametrize(
    "text",
    [
        HTTPS,
        HTTP,
        "registry_external_url 'https://r.example.com:5050/'",
        HTTPS + "registry['nginx']['listen_port'] = 80\nregistry['nginx']['listen_https'] = false",
        HTTPS + "registry['nginx']['listen_port'] = 8443\nregistry['token_realm'] = 'https://g.example.com'",
        HTTP + "registry['nginx']['listen_https'] = true\nregistry['nginx']['enable'] = false",
    ],
)
def test_others_are_left_alone(told, text):
    assert told(text) == []
