from dataclasses import replace

import pytest

from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.validate import validate

GOES = "deprecated-setting"


@pytest.fixture
def told(configure):
    """Severity, line, message and hint of each diagnostic of a gitlab.rb whose addresses come last.

    That a setting is deprecated is left out: test_removals.py.
    """

    def told_of(text, **facts):
        found = configure(text, **facts).diagnostics
        return [(d.severity, d.span and d.span.line, d.message, d.hint) for d in found if d.code != GOES]

    return told_of


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "registry['debug_addr'] = 5001",
            "registry['debug_addr'] is 5001, but an address like '127.0.0.1:5000' belongs here.",
            "For example: registry['debug_addr'] = '127.0.0.1:5001'",
        ),
        (
            "registry['env'] = 'A=b'",
            "registry['env'] is 'A=b', but a hash belongs here.",
            "For example: registry['env'] = { 'HTTPS_PROXY' => 'http://proxy.example.com:3128' }",
        ),
        (
            "registry['dir'] = 'srv'",
            "registry['dir'] is 'srv', but a path must begin with /.",
            "For example: registry['dir'] = '/var/opt/gitlab/registry'",
        ),
        (
            "registry_nginx['listen_port'] = 'https'",
            "registry_nginx['listen_port'] is 'https', but a port is a number from 1 to 65535.",
            "For example: registry['nginx']['listen_port'] = 5050",
        ),
        (
            "registry['http_secret'] = ['hunter2']",
            "registry['http_secret'] is an array, but a string belongs here.",
            "For example: registry['http_secret'] = '0123456789abcdef0123456789abcdef'",
        ),
        (
            "registry['nginx']['hsts_max_age'] = '0'",
            "registry['nginx']['hsts_max_age'] is '0', but a number belongs here (without quotes).",
            "For example: registry['nginx']['hsts_max_age'] = 63072000",
        ),
        (
            "registry['nginx']['listen_addresses'] = '*'",
            "registry['nginx']['listen_addresses'] is '*', but an array belongs here.",
            "For example: registry['nginx']['listen_addresses'] = ['*', '[::]']",
        ),
        (
            "registry['log_level'] = 'warning'",
            "registry['log_level'] is 'warning', not one of error, warn, info, debug, trace.",
            "Did you mean 'warn'?",
        ),
        (
            "nginx['log_format_escape'] = 'yes'",
            "nginx['log_format_escape'] is 'yes', not one of default, json, none.",
            "",
        ),
    ],
)
def test_a_value_of_another_kind_is_an_error_with_an_example(told, text, message, hint) -> None:
    assert told(text) == [("error", 1, message, hint)]


def test_a_switch_that_is_none_is_a_warning_with_what_it_means(told) -> None:
    message = "registry['nginx']['proxy_protocol'] is 'false', but true or false belongs here."
    hint = "Omnibus takes it for true: write that, without quotes."
    assert told("registry['nginx']['proxy_protocol'] = 'false'") == [("warning", 1, message, hint)]


def test_a_level_may_be_written_in_capitals(told) -> None:
    assert told("registry['log_level'] = 'INFO'") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            r'''registry['nginx']['ssl_protocols'] = "TLSv1.3;\n add_header X 1"''',
            "registry['nginx']['ssl_protocols']",
        ),
        (r"""nginx['gzip_types'] = ["a", "b\n"]""", "nginx['gzip_types']"),
        (r'''registry['dir'] = "/srv/\0"''', "registry['dir']"),
        (r'''registry['log_group'] = "adm\r"''', "registry['log_group']"),
        (
            r"""registry['nginx']['proxy_set_headers'] = { "X-A\n" => "b" }""",
            "registry['nginx']['proxy_set_headers']",
        ),
        (
            r"""registry['nginx']['proxy_set_headers'] = { "X-A" => "b\e" }""",
            "registry['nginx']['proxy_set_headers']",
        ),
    ],
)
def test_a_value_is_one_line_of_text(told, text, name) -> None:
    message = f"{name} holds a line break or another control character; it must be one line of text."
    assert told(text) == [("error", 1, message, "Take it out; .strip does so at the ends.")]


@pytest.mark.parametrize(
    "text",
    [
        r'''nginx['log_format'] = "$remote_addr\t$status"''',
        r"""registry['env'] = { 'CERTIFICATE' => "a\nb" }""",
        r"""registry['storage'] = { 's3' => { 'secretkey' => "a\nb", 'bucket' => 'b', 'region' => 'r' } }""",
        r'''nginx['custom_nginx_config'] = "a b;\nc d;\n"''',
        r'''registry['nginx']['custom_gitlab_server_config'] = "a b;\n"''',
    ],
)
def test_tabs_and_texts_of_several_lines_are_fine(told, text) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "registry['enabel'] = false",
            "registry has no setting 'enabel': it has no effect.",
            "Did you mean 'enable'?",
        ),
        (
            "registry['nginx']['listen_prot'] = 1",
            "registry['nginx'] has no setting 'listen_prot': it has no effect.",
            "Did you mean 'listen_port'?",
        ),
        (
            "registry_nginx['ssl_certficate'] = '/x'",
            "registry_nginx has no setting 'ssl_certficate': it has no effect.",
            "Did you mean 'ssl_certificate'?",
        ),
        (
            "nginx['status']['prot'] = 1",
            "nginx['status'] has no setting 'prot': it has no effect.",
            "Did you mean 'port'?",
        ),
        (
            "registry['port'] = 5050",
            "registry has no setting 'port': it has no effect.",
            "Did you mean gitlab_rails['registry_port']?",
        ),
        ("nginx['nonsense'] = 2", "nginx has no setting 'nonsense': it has no effect.", ""),
        (
            "registry['nginx']['proxy_read_timeout'] = 60",
            "registry['nginx']['proxy_read_timeout'] has no effect.",
            "Omnibus does not write it for the registry.",
        ),
        (
            "registry['registry_issuer'] = 'x'",
            "registry['registry_issuer'] has no effect.",
            "It is gitlab_rails['registry_issuer'] that counts.",
        ),
        (
            "registry['nginx']['https'] = false",
            "registry['nginx']['https'] = false has no effect.",
            "It is derived from registry_external_url.",
        ),
        (
            "gitlab_rails['registry_host'] = 'x'",
            "gitlab_rails['registry_host'] = 'x' has no effect.",
            "It is derived from registry_external_url.",
        ),
    ],
)
def test_what_has_no_effect_is_a_warning(told, text, message, hint) -> None:
    assert told(text) == [("warning", 1, message, hint)]


def test_what_is_the_same_as_derived_is_not_worth_a_word(told) -> None:
    text = (
        "registry['nginx']['https'] = true\ngitlab_rails['registry_host'] = 'registry.example.com'\n"
        "gitlab_rails['registry_port'] = '443'"
    )
    assert told(text) == []


def test_keys_of_gitlab_that_glctl_does_not_read_are_left_alone(told) -> None:
    assert told("gitlab_rails['smtp_enable'] = true\ngitlab_rails['nonsense'] = 1") == []


def test_services_that_do_not_run_here_are_named_once(told) -> None:
    message = "Settings of services that glctl does not run are left alone: puma, sidekiq."
    text = "sidekiq['a'] = 1\npuma['b'] = 2\nsidekiq['c'] = 3"
    hint = "They may stay; nothing that glctl does depends on them."
    assert told(text) == [("info", None, message, hint)]


def test_what_logrotate_does_with_our_logs_is_named_there_too(told) -> None:
    ((_, _, message, hint),) = told("registry['logrotate_size'] = '1M'\nlogrotate['services'] = ['nginx']")
    assert message == (
        "Settings of services that glctl does not run are left alone: "
        "logrotate['services'], registry['logrotate_size']."
    )
    assert "virtual host" not in hint


def test_settings_of_gitlabs_own_virtual_host_are_named_there_too(told) -> None:
    message = (
        "Settings of services that glctl does not run are left alone: "
        "nginx['listen_port'], puma, registry['logrotate_size']."
    )
    hint = "These of nginx are for GitLab's own virtual host; the registry's has registry['nginx']."
    text = "nginx['listen_port'] = 80\nregistry['logrotate_size'] = '1M'\npuma['a'] = 1"
    assert told(text) == [("info", None, message, hint)]


def test_a_value_that_is_set_again_is_told_at_its_own_line(told) -> None:
    message = "registry['log_level'] is set again later: this value has no effect."
    text = "registry['log_level'] = 'info'\nregistry['log_level'] = 'warn'"
    assert told(text) == [("warning", 1, message, "The one that counts is on line 2.")]


def test_a_value_that_another_text_sets_again_names_it(told) -> None:
    text = "registry['log_level'] = 'info'\neval \"registry['log_level'] = 'warn'\""
    ((_, line, _, hint),) = told(text)
    assert (line, hint) == (1, "The one that counts is at gitlab.rb:2 (eval):1:1.")


@pytest.mark.parametrize(("platform", "warnings"), [(DEBIAN, 1), (OMNIBUS, 0)])
def test_gitlab_cannot_be_enabled_where_it_is_not(told, platform, warnings) -> None:
    assert len(told("gitlab_rails['enable'] = true", platform=platform)) == warnings


def test_everything_is_told_in_the_order_of_lines_and_what_has_none_last(told) -> None:
    text = "sidekiq['a'] = 1\nregistry['debug_addr'] = 1\nregistry['enabel'] = 1\nregistry['uid'] = 'x'"
    assert [line for _, line, _, _ in told(text)] == [2, 3, 4, None]


def test_no_message_shows_a_credential(told) -> None:
    text = (
        "registry['http_secret'] = { 'a' => 'hunter2' }\nregistry['internal_key'] = 'hunter2'\n"
        "registry['storage'] = { 's3' => 'hunter2', 'secretkey' => 'hunter2' }\n"
        "gitlab_rails['registry_notification_secret'] = ['hunter2']"
    )
    found = told(text)
    assert len(found) >= 5
    assert [d for d in found if "hunter2" in d[2] and "['s3']" not in d[2]] == []


@pytest.mark.parametrize(
    "line",
    [
        "registry['debug_addr'] = false",
        "registry['middleware'] = false",
        "registry['gc'] = false",
        "registry['notifications'] = false",
        "registry['storage'] = false",
        "registry['token_realm'] = false",
        "registry['http_secret'] = false",
        "registry['svlogd_filter'] = false",
        "registry['svlogd_size'] = false",
        "registry['nginx']['listen_port'] = false",
        "registry['nginx']['ssl_certificate'] = false",
        "registry['nginx']['ssl_verify_client'] = false",
        "gitlab_rails['registry_api_url'] = false",
        "external_url 'https://x.example.com'\nregistry['nginx']['real_ip_header'] = false",
    ],
)
def test_false_for_no_value_is_fine(told, line) -> None:
    assert [d for d in told(line) if d[0] == "error"] == []


def test_a_setting_that_goes_is_not_also_told_to_have_no_effect(configure) -> None:
    (warning,) = configure("registry['default_notifications_threshold'] = 2").diagnostics
    assert warning.code == GOES


def test_what_the_docker_image_s_own_file_sets_is_there_to_be_set_again(configure) -> None:
    text = "registry['log_level'] = 'info'\nregistry['log_level'] = 'warn'"
    settings = configure(text).settings
    ours = tuple(
        replace(each, span=replace(each.span, file="/assets/gitlab.rb")) for each in settings.overwritten
    )
    found = validate(replace(settings, overwritten=ours), configure(text).effective)
    assert [d.severity for d in found if d.code == "set-twice"] == ["info"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("registry['strage']['s3']['region'] = 'y'", 1),
        ("registry['nosuch'] ||= 'x'", 1),
        ("registry['enable'] == true", 1),
        ("registry['storage']['s3']['bucket'] = 'b'", 1),
    ],
)
def test_what_no_line_sets_as_a_whole_has_a_line_all_the_same(told, text: str, line: int) -> None:
    found = told(text)
    assert found
    assert all(where == line for _, where, _, _ in found)


def test_what_is_read_and_nowhere_set_is_no_hash_that_anybody_wrote(told) -> None:
    message = "registry['enable'] is read and nowhere set, which makes it an empty hash, but true or false "
    assert message + "belongs here." in [message for _, _, message, _ in told("registry['enable'] == true")]


def test_what_was_removed_is_no_setting_of_another_service(told) -> None:
    found = [message for _, _, message, _ in told("git_data_dirs({ 'default' => { 'path' => '/x' } })")]
    assert found == ["git_data_dirs was removed in GitLab 18.0."]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("gitlab_rails['registry_pth'] = '/x'", "Did you mean 'registry_path'?"),
        ("gitlab_rails['registry_enable'] = true", "Did you mean 'registry_enabled'?"),
        ("gitlab_rails['registy_host'] = 'x'", "Did you mean 'registry_host'?"),
    ],
)
def test_a_typo_in_what_gitlab_knows_of_the_registry_is_told(told, text: str, hint: str) -> None:
    [(severity, line, message, offered)] = told(text)
    assert (severity, line, offered) == ("warning", 1, hint)
    assert message.endswith("it has no effect.")


def test_a_typo_in_letsencrypt_is_told(told) -> None:
    assert "Did you mean 'enable'?" in [hint for *_, hint in told("letsencrypt['enabel'] = true")]


def test_a_value_of_the_wrong_kind_is_told_even_where_it_is_set_again(told) -> None:
    text = "registry['nginx']['listen_port'] = 'abc'\nregistry['nginx'] = {}"
    [(_, _, message, _)] = told(text)
    assert message.endswith("this value has no effect. Nor would it do: a port is a number from 1 to 65535.")
