from dataclasses import replace

import pytest

from glctl.doctor.observed import Observed
from glctl.doctor.remedies import as_typed_here, of_setting
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


@pytest.mark.parametrize(
    ("variable", "path", "remedy"),
    [
        ("REGISTRY_HTTP_ADDR", ("http", "addr"), "Remove REGISTRY_HTTP_ADDR from registry['env'] and run:"),
        ("REGISTRY_HTTP", ("http", "addr"), "Remove REGISTRY_HTTP from registry['env'] and run:"),
        ("REGISTRY_STORAGE_S3_BUCKET", ("storage", "s3"), "Remove REGISTRY_STORAGE_S3_BUCKET from"),
        ("REGISTRY_HTTP_HOST", ("http", "addr"), "a line"),
    ],
)
def test_where_a_variable_sets_it_another_line_does_not_count(
    observed: Observed, variable: str, path: tuple[str, ...], remedy: str
) -> None:
    assert of_setting(observed, *path, otherwise="a line") == "a line"
    overridden = replace(observed, overrides=("REGISTRY_LOG_LEVEL", variable))
    assert of_setting(overridden, *path, otherwise="a line").startswith(remedy)
