import pytest

from glctl.settings.urls import Url, bracketed, is_everywhere, parse_url, split_address, to_ask


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://registry.example.com", Url("http", "registry.example.com", 80)),
        ("https://registry.example.com/", Url("https", "registry.example.com", 443, "/")),
        ("https://registry.example.com:5050/a/b", Url("https", "registry.example.com", 5050, "/a/b")),
        ("https://registry.example.com:443", Url("https", "registry.example.com", 443)),
        ("https://user:pw@registry.example.com/?a=b#c", Url("https", "registry.example.com", 443, "/")),
        ("https://[2001:db8::1]:5005", Url("https", "[2001:db8::1]", 5005)),
        ("https://user@[2001:db8::1]", Url("https", "[2001:db8::1]", 443)),
        ("HTTPS://Registry.Example.com", Url("https", "Registry.Example.com", 443)),
        ("https://reg_istry.example.com", Url("https", "reg_istry.example.com", 443)),
        ("http://10.1.2.3:5000", Url("http", "10.1.2.3", 5000)),
        ("http://r?a[b]=c|d", Url("http", "r", 80)),
        ("http://r/%7Ea;b,c", Url("http", "r", 80, "/%7Ea;b,c")),
    ],
)
def test_a_url_is_taken_apart(text: str, url: Url) -> None:
    assert parse_url(text) == url


BEYOND = "it has letters beyond ASCII; such a name is written in its form with xn--"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no scheme"),
        ("registry.example.com", "it has no scheme"),
        ("registry.example.com:5000", "it has no scheme"),
        ("://registry.example.com", "it has no scheme"),
        ("ftp://registry.example.com", "its scheme is ftp, not http or https"),
        ("https://", "it has no host"),
        ("https:///v2/", "it has no host"),
        ("https://:5000", "it has no host"),
        ("https://registry example.com", "it contains white space"),
        ("https://registry.example.com\n", "it contains white space"),
        ("https://registry\u00a0.example.com", "it contains white space"),
        ("https://registry.example.com:abc", "its port is not a number from 1 to 65535"),
        ("https://registry.example.com:0", "its port is not a number from 1 to 65535"),
        ("https://registry.example.com:65536", "its port is not a number from 1 to 65535"),
        ("https://[2001:db8::1", "it has an unclosed bracket"),
        ("https://régistry.example.com", BEYOND),
        ("https://registry.example.com/é", BEYOND),
        *(
            (f"https://{rest}", "it has characters that mean something else in an address")
            for rest in (
                "r|x",
                "r^x",
                'r"',
                "r\\x",
                "r%zz",
                "r/{x}",
                "a@b@r",
                "[::1]x",
                "[::1%25eth0]",
                "r#a#b",
            )
        ),
    ],
)
def test_what_is_no_address_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        parse_url(text)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (Url("https", "r.example.com", 443), "https://r.example.com"),
        (Url("http", "r.example.com", 80, "/x"), "http://r.example.com"),
        (Url("http", "r.example.com", 443), "http://r.example.com:443"),
        (Url("https", "[::1]", 5000), "https://[::1]:5000"),
    ],
)
def test_an_origin_has_its_port_only_where_it_is_unusual(url: Url, origin: str) -> None:
    assert url.origin == origin


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:5000", ("127.0.0.1", 5000)),
        ("localhost:1", ("localhost", 1)),
        (":65535", ("", 65535)),
        ("[::1]:5000", ("::1", 5000)),
        ("*:443", ("*", 443)),
    ],
)
def test_an_address_is_taken_apart(text: str, address: tuple[str, int]) -> None:
    assert split_address(text) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no port"),
        ("localhost", "it has no port"),
        ("localhost:", "its port is not a number from 1 to 65535"),
        ("localhost:0", "its port is not a number from 1 to 65535"),
        ("localhost:65536", "its port is not a number from 1 to 65535"),
        ("localhost:٣", "its port is not a number from 1 to 65535"),
        ("::1:5000", "an IPv6 address belongs in brackets"),
        ("[::1:5000", "an IPv6 address belongs in brackets"),
        ("http://127.0.0.1:5000", "it has a scheme, which does not belong here"),
    ],
)
def test_what_is_no_listen_address_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        split_address(text)


@pytest.mark.parametrize(
    ("host", "everywhere", "asked"),
    [
        ("", True, "127.0.0.1"),
        ("*", True, "127.0.0.1"),
        ("0.0.0.0", True, "127.0.0.1"),
        ("[::]", True, "::1"),
        ("::", True, "::1"),
        ("[::1]", False, "::1"),
        ("10.0.0.1", False, "10.0.0.1"),
        ("registry.example.com", False, "registry.example.com"),
    ],
)
def test_what_listens_everywhere_is_asked_on_loopback(host: str, everywhere: bool, asked: str) -> None:
    assert (is_everywhere(host), to_ask(host)) == (everywhere, asked)


@pytest.mark.parametrize(
    ("host", "written"), [("::1", "[::1]"), ("10.0.0.1", "10.0.0.1"), ("a.example", "a.example")]
)
def test_an_address_of_ipv6_stands_in_brackets(host: str, written: str) -> None:
    assert bracketed(host) == written
