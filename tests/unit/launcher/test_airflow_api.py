"""The client of Airflow's REST API; a transport by hand plays the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from busan_safety.launcher import airflow_api
from busan_safety.launcher.airflow_api import AirflowApi, AirflowUnavailable, RunKey
from busan_safety.settings import Settings

Api = Callable[[Callable[[httpx.Request], httpx.Response]], AirflowApi]
KEY = RunKey("ingest_city", "manual")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    monkeypatch.setattr(airflow_api, "_READ_AGAIN_SECONDS", 0.0)

    def connect(answer: Callable[[httpx.Request], httpx.Response]) -> AirflowApi:
        def with_token(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/auth/token":
                return httpx.Response(201, json={"access_token": "t"})
            if request.url.path == "/api/v2/assets":
                return httpx.Response(200, json={"assets": []})
            return answer(request)

        transport = httpx.MockTransport(with_token)
        client = httpx.Client
        monkeypatch.setattr(
            httpx, "Client", lambda **options: client(**options, transport=transport)
        )
        return AirflowApi(Settings(_env_file=None, var_dir=tmp_path / "var"))

    return connect


def test_an_event_whose_run_has_not_started_is_read_again(api: Api) -> None:
    answers = [httpx.Response(500), httpx.Response(200, json={"asset_events": []})]

    found = api(lambda request: answers.pop(0)).consequences(KEY)

    assert found.started == ()
    assert answers == []


def test_a_server_that_keeps_failing_is_reported(api: Api) -> None:
    with pytest.raises(AirflowUnavailable, match="500"):
        api(lambda request: httpx.Response(500)).consequences(KEY)


def test_a_refusal_is_not_asked_again(api: Api) -> None:
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(403)

    with pytest.raises(AirflowUnavailable, match="403"):
        api(refuse).consequences(KEY)

    assert len(asked) == 1
