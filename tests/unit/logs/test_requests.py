from pathlib import Path

import pytest

from glctl.logs.records import parse
from glctl.logs.requests import is_about

DATA = Path(__file__).with_name("data")
ID = "01GE5S8W4QZ7T3M9Y1X2C3V4B5"
STAMP = "2022-09-28_09:40:30.05614 "
COMBINED = f'10.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/?a={ID} HTTP/1.1" 200 2 "{ID}" "{ID}"'


@pytest.mark.parametrize(
    "line",
    [
        f'time="2026-11-24T03:59:15Z" level=info msg="authorized" http.request.id={ID} vars.name=a',
        f'{STAMP}time="2026-11-24T03:59:15Z" level=error msg="m" correlation_id="{ID}"',
        f'{{"correlation_id":"{ID}","level":"info","msg":"access","status":200,"uri":"/v2/"}}',
        f'{STAMP}{{"content_type":"","correlation_id": "{ID}","level":"info","msg":"access"}}',
        f'{{"@timestamp":"2026-11-24T18:01:30Z","http.request.id":"{ID}","level":"info","message":"m"}}',
        f'{{"level":"info","http":{{"request":{{"id":"{ID}"}}}}}}',
        f'{{"level":"info","msg":"access","request":{{"correlation_id":"{ID}"}}}}',
        f"ERRO[0001] refused  correlation_id={ID}",
        f'{{"remote_addr":"10.0.0.1","request_id":"{ID}"}}',
        f"{COMBINED} {ID}",
        f"{COMBINED} - {ID}",
        f'{STAMP}{COMBINED} - "{ID}" 0.001',
        f"{COMBINED} rt=0.1 request_id={ID}",
        f'{COMBINED} id="{ID}"',
    ],
)
def test_lines_with_the_id_of_the_server_itself_are_about_the_request(line: str) -> None:
    assert is_about(line.encode(), ID.encode())


@pytest.mark.parametrize(
    "line",
    [
        "",
        f'time="2026-11-24T03:59:15Z" level=info msg="correlation_id={ID}"',
        f'time="2026-11-24T03:59:15Z" level=info msg="m" http.request.id={ID}0',
        f'time="2026-11-24T03:59:15Z" level=info msg="m" http.request.useragent={ID}',
        f'time="2026-11-24T03:59:15Z" level=info msg="m" http.request.useragent="\\" correlation_id={ID} "',
        f'{{"correlation_id":"other","level":"info","msg":"access","uri":"/v2/?correlation_id={ID}"}}',
        f'{{"level":"info","user_agent":"\\",\\"correlation_id\\":\\"{ID}\\""}}',
        f'{{"method":"GET","params":{{"correlation_id":"{ID}"}}}}',
        f'{{"method":"GET","params":[{{"correlation_id":"{ID}"}}]}}',
        f'{{"correlation_id":"{ID}"',  # no JSON
        COMBINED,
        f"{COMBINED} -",
        f"{COMBINED} {ID}0",
        f'{COMBINED} "10.0.0.2 {ID} "',
        f'2026/11/24 03:59:15 [error] 12#12: *1 broken, client: 10.0.0.1, request: "GET /{ID} HTTP/1.1"',
        f"panic: {ID}",
    ],
)
def test_what_a_client_wrote_or_only_looks_alike_does_not_count(line: str) -> None:
    assert not is_about(line.encode(), ID.encode())


def test_deep_json_is_no_trouble() -> None:
    deep = f'{{"id":{"[" * 100_000}"{ID}"'
    assert not is_about(deep.encode(), ID.encode())
    nested = f"{'{' + chr(34) + 'a' + chr(34) + ':'}" * 300 + f'{{"correlation_id":"{ID}"}}' + "}" * 300
    assert is_about(nested.encode(), ID.encode())


@pytest.mark.parametrize("name", ["healthy.log", "healthy-json.log", "healthy-logstash.log"])
def test_each_request_in_a_real_log_has_lines_of_its_own(name: str) -> None:
    lines = (DATA / name).read_bytes().splitlines()
    ids = {line: parse(line, "registry").fields.get("http.request.id") for line in lines}
    requests = {value for value in ids.values() if value}
    assert len(requests) > 2
    for request in requests:
        about = [line for line in lines if is_about(line, request.encode())]
        assert about == [line for line in lines if ids[line] == request]
