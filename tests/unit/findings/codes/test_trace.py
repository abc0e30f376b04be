from glctl.findings.codes import trace


def test_what_only_a_client_sees_has_codes() -> None:
    assert {"trace-nothing-seen", "upload-session-lost"} <= {code.name for code in trace.CODES}
