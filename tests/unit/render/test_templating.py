import re

import jinja2
import pytest

from glctl.errors import GlctlError
from glctl.render import templating
from glctl.render.quoting import UnquotableError
from glctl.render.sources import template_files
from glctl.render.templating import render, values_only
from glctl.secret import Secret


@pytest.fixture
def template(tmp_path, monkeypatch):
    """Renders a text as a template of this name."""
    monkeypatch.setattr(templating, "template_dir", lambda: tmp_path)
    templating._environment.cache_clear()

    def rendered(text: str, name: str = "x.conf.j2", **values: object) -> str:
        (tmp_path / name).write_text(text)
        return render(name, **values).decode()

    yield rendered
    templating._environment.cache_clear()


def test_values_stand_where_the_template_prints_them(template) -> None:
    text = "{% for item in items %}\na {{ item | ngx }} {{ word | ngx }};\n{% endfor %}\n"
    assert template(text, items=["x y", 1], word="é") == 'a "x y" é;\na 1 é;\n'


@pytest.mark.parametrize("value", ["x", 5, None, ["x"]])
def test_only_what_has_been_quoted_can_be_printed(template, value) -> None:
    with pytest.raises(TypeError, match="passed no quoting filter"):
        template("a {{ x }};", x=value)


def test_a_forgotten_value_is_no_empty_one(template) -> None:
    with pytest.raises(jinja2.UndefinedError):
        template("a {{ x | ngx }};")


def test_a_value_that_cannot_be_quoted_stops_it(template) -> None:
    with pytest.raises(UnquotableError):
        template("a {{ x | ngx }};", x="a\nb")


@pytest.mark.parametrize(
    ("name", "text", "harmless", "value"),
    [
        ("x.conf.j2", 'a "{{ x | ngx }}";', "b", "b;"),
        ("x.conf.j2", "a key={{ x | ngx }};", "b", "b c"),
        ("x.conf.j2", "a { {{ x | verbatim }} }", "b; c { d; }", "b; } c { d;"),
        ("x.conf.j2", "a { {{ x | verbatim }} }", "b;", "b"),
        ("x.conf.j2", "a { {{ x | verbatim }} }", "b;", "b; # }"),
        ("x.yml.j2", "a: '{{ x | yaml }}'", "it is", "it's"),
        ("run.j2", 'echo "{{ x | sh }}"', "a", "a b"),
    ],
)
def test_a_file_that_would_not_be_read_back_as_meant_is_none(template, name, text, harmless, value) -> None:
    """A template's own mistake, or directives that are no whole: told by reading the file."""
    assert harmless in template(text, name, x=harmless)
    with pytest.raises(GlctlError) as caught:
        template(text, name, x=value)
    assert caught.value.message == (
        f"What {name} makes of gitlab.rb would not be read back as it is meant; nothing was written."
    )


@pytest.mark.parametrize("text", ["\ue0000\ue001", "\ue0020.0\ue003", "{{ x }}", "{% raw %}"])
def test_no_value_can_pass_for_a_mark(template, text) -> None:
    assert template("a {{ x | ngx }} {{ y | ngx }};", x=text, y="z").endswith(" z;")
    assert template("a: {{ x | yaml }}\nb: {{ y | yaml }}\n", "x.yml.j2", x=text, y=[text]).count(text) == 2


def test_secrets_are_revealed_to_the_file_alone(template) -> None:
    from glctl.secret import Secret

    assert (
        template("a: {{ x | yaml }}\n", "x.yml.j2", x={"password": Secret("hunter2")})
        == "a: {password: hunter2}\n"
    )


@pytest.mark.parametrize("path", template_files(), ids=lambda path: path.parent.name + "/" + path.name)
def test_every_template_says_what_made_it_and_quotes_what_it_prints(path) -> None:
    text = path.read_text()
    assert "Made by glctl from gitlab.rb" in "\n".join(text.splitlines()[:2])
    printed = re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL)
    assert printed or path.name == "logrotate.j2"
    assert [
        expression
        for expression in printed
        if not re.search(r"\| (ngxs?|sh|yaml|yaml_block|verbatim|log_files|rotation|script) $", expression)
    ] == []


def test_values_alone_are_told_apart_without_the_engine() -> None:
    with values_only():
        one = render("x.conf.j2", word=Secret("one"))
        assert one == render("x.conf.j2", word=Secret("one"))
        assert one not in (render("x.conf.j2", word=Secret("two")), render("y.conf.j2", word=Secret("one")))
    with pytest.raises(jinja2.TemplateNotFound):
        render("x.conf.j2", word="one")
