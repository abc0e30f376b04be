import pytest

from glctl.render.directives import HINT, why_not_whole, wrong_directives


@pytest.mark.parametrize("text", ["", "a b;", "location / { deny all; }", "# words\nproxy_buffers 8 16k;\n"])
def test_whole_directives_may_stand(text) -> None:
    assert why_not_whole(text) == ""


@pytest.mark.parametrize("text", ["a b", "} server {", "location / { deny all;", 'add_header X "y;'])
def test_what_reaches_out_of_its_block_is_told_why(text) -> None:
    assert why_not_whole(text).startswith("line 1: ")


def test_each_is_told_at_the_line_and_by_the_name_that_sets_it(configure) -> None:
    text = "registry_nginx['custom_gitlab_server_config'] = '}'\nnginx['custom_nginx_config'] = 'a {'"
    told = [
        (d.span.line, d.message.partition(" holds")[0], d.hint)
        for d in wrong_directives(configure(text).settings)
    ]
    assert told == [
        (2, "nginx['custom_nginx_config']", HINT),
        (1, "registry_nginx['custom_gitlab_server_config']", HINT),
    ]


def test_what_is_no_text_is_told_elsewhere(configure) -> None:
    assert not list(wrong_directives(configure("nginx['custom_nginx_config'] = ['a;']").settings))
