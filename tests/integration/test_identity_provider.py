"""Signing in with a real identity provider: Glewlwyd from Debian's package, which the test starts and sets up."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterator

import pytest

from harness.glewlwyd import Glewlwyd, new_key
from harness.service import Answer, Service

AUDIENCE, SECRET = "https://tracker.example", "a-secret-of-the-client"
SCOPES = ["actions:read", "actions:write", "authority:806", "authority:870", "clearance:council"]
SETTINGS = {
    "INSPECTD_AUDIENCE": AUDIENCE, "INSPECTD_RATE": 0,
    # This provider adds nothing of its own to the tokens of clients: their scopes say it all.
    "INSPECTD_CLAIM_AUTHORITIES": "scope", "INSPECTD_CLAIM_CLEARANCE": "scope",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Glewlwyd]:
    own = Glewlwyd()
    try:
        own.start()
        own.add_plugin(new_key("first"), **{
            "additional-parameters": [{"user-parameter": "authorities", "token-parameter": "authorities"}],
        })
        own.add_scopes(*SCOPES)
        own.add_client("council-front-end", SECRET, SCOPES, AUDIENCE)
        own.add_client("somebody-else", SECRET, SCOPES, "https://elsewhere.example")
        yield own
    finally:
        own.close()


@pytest.fixture(scope="module")
def service(provider, start_service, make_database) -> Service:
    return start_service(make_database(), INSPECTD_ISSUER=provider.issuer, INSPECTD_JWKS_S=1, **SETTINGS)


@pytest.fixture
def token(provider) -> Callable[..., str]:
    def ask(scope: str = "actions:read authority:806", client: str = "council-front-end", resource: str = AUDIENCE) -> str:
        return provider.token(client, SECRET, scope, resource)

    return ask


def me(service: Service, token: str, **options: Any) -> Answer:
    return service.api(token).get("/v1/me", **options)


def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"


def test_a_client_signs_in_with_the_scopes_it_asked_for(service, token):
    answer = me(service, token("actions:read authority:806 authority:870"), expect=200).json
    assert answer["client_id"] == "council-front-end"
    assert answer["person"] is None
    assert "actions:read" in answer["scopes"]
    assert answer["authority_ids"] == ["806", "870"]


def test_what_it_did_not_ask_for_it_may_not(service, token):
    api = service.api(token("actions:read authority:806 clearance:council"))
    api.get("/v1/actions", expect=200)
    answer = api.post("/v1/actions", {"authority_id": "806", "title": "Refused"}, expect=403)
    assert 'error="insufficient_scope", scope="actions:write"' in answer.headers["WWW-Authenticate"]


def test_what_it_writes_is_written_down_as_its_own(service, token, cluster):
    api = service.api(token("actions:read actions:write authority:806 clearance:council"))
    made = api.create("/v1/actions", {"authority_id": "806", "title": "By a client of the provider"})
    with cluster.connect(service.database) as db:
        actors = db.execute("SELECT DISTINCT actor FROM inspectd.journal WHERE row_key = %s", [made["id"]]).fetchall()
    assert actors == [("token:council-front-end",)]


def test_a_token_for_another_service_is_refused(service, token, provider):
    me(service, token(client="somebody-else", resource="https://elsewhere.example"), expect=401)
    me(service, provider.token("council-front-end", SECRET, "actions:read", None), expect=401)


def test_a_claim_of_its_own_and_a_person_come_through_where_the_provider_adds_them(provider, start_service, service):
    """Tokens for people's passwords carry properties of the person; their audience is the list of scopes."""
    module = provider.administer("GET", "mod/user/database").json()
    module["parameters"]["data-format"]["authorities"] = {"multiple": False, "read": True, "write": True}
    provider.administer("PUT", "mod/user/database", module)
    provider.administer("PUT", "mod/user/database/reset/")
    provider.add_user("j.smith", "a-word-to-pass", ["actions:read"], authorities="870")
    settings = SETTINGS | {"INSPECTD_AUDIENCE": "actions:read", "INSPECTD_CLAIM_AUTHORITIES": "authorities"}
    other = start_service(service.database, INSPECTD_ISSUER=provider.issuer, **settings)
    token = provider.token(
        "council-front-end", SECRET, "actions:read", None,
        grant_type="password", username="j.smith", password="a-word-to-pass",
    )
    answer = me(other, token, expect=200).json
    assert answer["client_id"] == "council-front-end"
    assert answer["person"] and answer["person"] != "council-front-end"
    assert answer["authority_ids"] == ["870"]
    me(service, token, expect=401)


def test_a_key_that_is_changed_is_followed_within_a_request_and_the_old_one_ends(service, token, provider):
    first = token()
    me(service, first, expect=200)
    provider.change_keys(new_key("second", "ES256"))
    me(service, token(), expect=200)
    until(lambda: me(service, first).expect(200, 401).status == 401)
    for _ in range(20):
        me(service, first, expect=401)


def test_keys_that_overlap_serve_together(service, token, provider):
    old, new = new_key("third"), new_key("fourth")
    provider.change_keys(old)
    first = token()
    provider.change_keys(new, old)
    second = token()
    until(lambda: me(service, second).expect(200, 401).status == 200)
    me(service, first, expect=200)


def test_the_provider_may_be_down_and_come_back(service, token, provider):
    known = token()
    until(lambda: me(service, known).expect(200, 401).status == 200)
    provider.stop()
    until(lambda: "the last ones go on serving" in service.log_text)
    me(service, known, expect=200)
    provider.start()
    me(service, token(), expect=200)


def test_the_provider_may_be_down_when_the_service_starts(service, token, provider, start_service):
    known = token()
    provider.stop()
    late = start_service(service.database, INSPECTD_ISSUER=provider.issuer, **SETTINGS)
    answer = me(late, known, expect=503)
    assert int(answer.headers["Retry-After"]) > 0
    late.admin().get("/v1/me", expect=200)
    provider.start()
    until(lambda: me(late, known).expect(200, 503).status == 200)
