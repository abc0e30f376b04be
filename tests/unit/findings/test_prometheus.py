"""The metrics, read by the client library's own parser as node_exporter's textfile collector does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from glctl.findings.catalog import CODES
from glctl.findings.prometheus import to_prometheus

if TYPE_CHECKING:
    from glctl.findings.report import Report

NOW = 1_800_000_000.0


def samples(report: Report) -> dict[tuple[str, ...], float]:
    """Each value by its name and its labels' values, ordered by the labels' names."""
    found = {}
    for family in text_string_to_metric_families(to_prometheus(report, NOW)):
        assert family.name.startswith("glctl_doctor_")
        assert family.type == "gauge"
        assert family.documentation.endswith((".", ")."))
        for sample in family.samples:
            assert sample.timestamp is None  # the textfile collector refuses one
            assert sample.labels["target"] == "registry"
            key = tuple(v for k, v in sorted(sample.labels.items()) if k != "target")
            assert (sample.name, *key) not in found
            found[sample.name.removeprefix("glctl_doctor_"), *key] = sample.value
    return found


def test_all_well(well: Report) -> None:
    found = samples(well)
    assert found["ok",] == 1
    assert found["root_causes", "error"] == found["root_causes", "warning"] == 0
    assert not [key for key in found if key[0] == "findings"]
    assert found["check_outcome", "push", "not_tried"] == 1
    assert found["check_seconds", "clock"] == 0.0123
    assert found["duration_seconds",] == 0.204
    assert found["last_run_timestamp_seconds",] == NOW


def test_what_is_found_is_counted_by_code_and_severity(ill: Report) -> None:
    found = samples(ill)
    assert found["ok",] == 0
    assert (found["root_causes", "error"], found["root_causes", "warning"]) == (3, 1)
    assert found["findings", "port-taken", "error"] == 2
    assert found["findings", "service-crash-loop", "error"] == 1  # a consequence
    assert found["check_outcome", "local", "not_run"] == 1


def test_labels_hold_names_of_ours_alone(ill: Report) -> None:
    known = {*CODES, "registry", "error", "warning", "info", "ok", "finding", "not_run", "not_tried"}
    known |= {check.name for check in ill.checks}
    assert {label for key in samples(ill) for label in key[1:]} <= known


def test_the_text_ends_with_the_line_that_printing_ends(well: Report) -> None:
    text = to_prometheus(well, NOW)
    assert not text.endswith("\n")
    assert "# EOF" not in text  # that is OpenMetrics
