import pytest

from glctl.settings.enabled import enabled_services, registry_wanted
from glctl.settings.platform import DEBIAN, OMNIBUS

OFF = "registry['enable'] = false"


@pytest.mark.parametrize(
    ("platform", "text", "services"),
    [
        (DEBIAN, "", ("registry", "nginx", "logrotate")),
        (DEBIAN, "logrotate['enable'] = false", ("registry", "nginx")),
        (DEBIAN, "nginx['enable'] = false", ("registry",)),
        (DEBIAN, OFF, ()),
        (DEBIAN, f"{OFF}\nnginx['enable'] = true", ()),
        (OMNIBUS, "", ("registry", "nginx", "logrotate")),
        (OMNIBUS, OFF, ("nginx", "logrotate")),
        (OMNIBUS, f"{OFF}\nnginx['enable'] = false", ()),
    ],
)
def test_nginx_serves_the_registry_or_gitlab_or_nothing(configure, platform, text, services) -> None:
    assert enabled_services(configure(text, platform=platform).effective) == services


def test_without_an_address_there_is_no_registry(configure) -> None:
    assert enabled_services(configure(url=None).effective) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", False),
        ("registry_external_url 'https://r.example.com'", True),
        ("registry_external_url false", False),
        ("registry['enable'] = true", True),
        ("registry_external_url 'https://r.example.com'\nregistry['enable'] = false", False),
        ("registry_external_url 'https://r.example.com'\nregistry['enable'] = nil", True),
    ],
)
def test_an_address_wants_a_registry_unless_gitlab_rb_says_no(configure, text, wanted) -> None:
    configuration = configure(text, url=None)
    assert registry_wanted(configuration.settings) is wanted
    assert configuration.effective["registry.enable"] is wanted
