import pytest

from glctl.doctor.remedies import as_typed_here
from glctl.findings.model import Finding
from glctl.findings.report import Report
from glctl.settings.platform import DEBIAN, OMNIBUS, Platform


@pytest.mark.parametrize(
    ("remedy", "platform", "glctl", "typed"),
    [
        ("glctl restart registry", DEBIAN, "glctl", "glctl restart registry"),
        ("glctl restart registry", DEBIAN, "glctl --root /s", "glctl --root /s restart registry"),
        ("glctl restart registry", OMNIBUS, "glctl", "gitlab-ctl restart registry"),
        ("Set it and run:\nglctl reconfigure", OMNIBUS, "glctl", "Set it and run:\ngitlab-ctl reconfigure"),
        ("glctl reconfigure --dry-run", OMNIBUS, "glctl", "glctl reconfigure --dry-run"),
        ("glctl tail-logs nginx", OMNIBUS, "glctl --root /o", "glctl --root /o tail-logs nginx"),
        ("what glctl cannot tell", DEBIAN, "glctl --root /s", "what glctl cannot tell"),
        ("chown nobody /glctl reconfigure", DEBIAN, "glctl --root \\1", "chown nobody /glctl reconfigure"),
        ("", OMNIBUS, "glctl", ""),
    ],
)
def test_a_remedy_is_what_is_typed_on_this_host(
    remedy: str, platform: Platform, glctl: str, typed: str
) -> None:
    finding = Finding("service-down", "services", "registry", "error", "It is down.", remedy=remedy)
    report = Report("registry", (finding,), (), 1.0)
    assert as_typed_here(report, platform, glctl).findings[0].remedy == typed
