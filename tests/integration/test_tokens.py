"""Access tokens: what they allow, and everything that is passed off for one. The issuer here signs what no real one
would; a real one is in test_identity_provider.py."""

from __future__ import annotations

import base64
import concurrent.futures
import json
import threading
import time
from typing import Any, Callable, Iterator

import hypothesis
import pytest
from hypothesis import strategies as st

from harness import cluster as clusters
from harness.cases import Cases
from harness.issuer import AUDIENCE, Issuer, Key, b64, sign_by_secret
from harness.service import Answer, Api, Service

HOUR = 3600
REFUSED = 'Bearer realm="inspectd", error="invalid_token"'

rsa, es256, es384, ed = Key("RS256", "rsa"), Key("ES256", "es256"), Key("ES384", "es384"), Key("EdDSA", "ed")
weak, stranger, ps256 = Key("RS256", "weak", bits=1024), Key("RS256", "stranger"), Key("PS256", "ps")
enough = {"INSPECTD_AUDIENCE": AUDIENCE, "INSPECTD_RATE": 0}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer(rsa, es256, es384, ed, weak, ps256) as running:
        yield running


@pytest.fixture(scope="module")
def service(issuer: Issuer, cluster: clusters.Cluster) -> Iterator[Service]:
    database = cluster.clone(clusters.REFERENCE)
    service = Service(cluster, database, INSPECTD_ISSUER=issuer.url, **enough)
    try:
        yield service.start()
    finally:
        service.close()
        cluster.drop(database)


@pytest.fixture(scope="module")
def start(start_service, service: Service) -> Callable[..., Service]:
    """One more service on the same database, for another issuer or with other settings."""
    return lambda url, **settings: start_service(service.database, INSPECTD_ISSUER=url, **enough, **settings)


def until(holds: Callable[[], Any], seconds: float = 10) -> Any:
    """Asks until the answer is yes."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < deadline, "it did not come about"
    return answer


def me(service: Service, token: str, **options: Any) -> Answer:
    return service.api(token).get("/v1/me", **options)


# --- what a token allows -------------------------------------------------------------------


@pytest.mark.parametrize("key", [rsa, es256, ed], ids=lambda key: key.algorithm)
def test_a_token_of_the_issuer_says_who_calls_and_what_it_may(service, issuer, key):
    token = issuer.token(key, sub="7f3a", client_id="front")
    answer = me(service, token, expect=200).json
    assert answer["client_id"] == answer["name"] == "front"
    assert answer["person"] == "7f3a"
    assert sorted(answer["scopes"]) == ["actions:read", "actions:write"]
    assert answer["authority_ids"] == ["806"]


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWT", "jwt", None])
def test_what_providers_write_for_a_type_will_do(service, issuer, typ):
    me(service, rsa.sign(issuer.claims(), typ=typ), expect=200)


def test_the_audience_may_be_one_of_several(service, issuer):
    me(service, issuer.token(aud=["https://other.example", AUDIENCE]), expect=200)


@pytest.mark.parametrize(
    "claims, bound",
    [
        ({"authorities": ["806", "870", "806"]}, ["806", "870"]),
        ({"authorities": "806 870"}, ["806", "870"]),
        ({"authorities": ["authority:806"]}, ["806"]),
        ({"authorities": "*"}, None),
        ({"authorities": ["806", "*"]}, None),
        ({"authorities": []}, []),
        ({"authorities": ["8066", "80", "Middlesbrough", "authority:", "**", ""]}, []),
        ({"authorities": None}, []),
    ],
)
def test_a_token_binds_to_the_authorities_that_it_names_and_to_no_other(service, issuer, claims, bound):
    assert me(service, issuer.token(**claims), expect=200).json["authority_ids"] == bound


def test_scopes_may_be_a_list_and_those_unknown_grant_nothing(service, issuer):
    api = service.api(issuer.token(scope=["findings:read", "finding:read", "openid"]))
    assert sorted(api.get("/v1/me", expect=200).json["scopes"]) == ["finding:read", "findings:read", "openid"]
    api.get("/v1/findings", expect=200)
    api.get("/v1/actions", expect=403)


def test_claims_are_found_where_the_settings_say(start, issuer):
    settings = {
        "INSPECTD_CLAIM_SCOPES": "resource_access.inspectd.roles", "INSPECTD_CLAIM_AUTHORITIES": "roles",
        "INSPECTD_CLAIM_CLEARANCE": "https://tracker.example/clearance",
    }
    service = start(issuer.url, **settings)
    claims = {
        "scope": "admin", "authorities": "*", "roles": ["authority:806", "reader"],
        "resource_access": {"inspectd": {"roles": ["actions:read"]}, "other": {"roles": ["admin"]}},
    }
    answer = me(service, issuer.token(**claims), expect=200).json
    assert (answer["scopes"], answer["authority_ids"]) == (["actions:read"], ["806"])


@pytest.mark.parametrize("scope", ["action:read", "Actions:read", "actions:read,actions:write", "actions", "actions:*", ""])
def test_a_scope_misspelt_is_none_and_the_answer_names_the_right_one(service, issuer, scope):
    answer = service.api(issuer.token(scope=scope)).get("/v1/actions", expect=403)
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="inspectd", error="insufficient_scope", scope="actions:read"'
    )


def test_who_has_no_scope_claim_may_only_ask_who_he_is(service, issuer):
    api = service.api(issuer.token(scope=None))
    assert api.get("/v1/me", expect=200).json["scopes"] == []
    api.get("/v1/actions", expect=403)


def test_the_journal_and_the_log_know_the_client_and_the_person(service, issuer, db):
    api = service.api(issuer.token(sub="7f3a"))
    made = api.create("/v1/actions", {"authority_id": "806", "title": "By a token"})
    row = db.execute("SELECT actor, person FROM inspectd.journal WHERE row_key = %s", [made["id"]]).fetchone()
    assert row == ("token:front", "7f3a")
    assert any(line.get("caller") == "token:front" for line in service.log_lines())


def test_nobody_stands_in_for_the_person_whom_a_token_names(service, issuer):
    scope = "actions:read act_as"
    service.api(issuer.token(sub="7f3a", scope=scope)).with_headers(X_Acting_User="somebody").get("/v1/me", expect=403)
    acting = service.api(issuer.token(scope=scope)).with_headers(X_Acting_User="somebody")
    assert acting.get("/v1/me", expect=200).json["person"] == "somebody"


def test_people_of_one_client_do_not_share_idempotency_keys(service, issuer):
    body, key = {"authority_id": "806", "title": "Twice"}, "the-same-key"
    first, second = (service.api(issuer.token(sub=sub)) for sub in ("7f3a", "9c1e"))
    made = first.post("/v1/actions", body, idempotency_key=key, expect=201)
    other = second.post("/v1/actions", body, idempotency_key=key, expect=201)
    assert other.headers["Idempotency-Replayed"] is None and other.json["id"] != made.json["id"]
    assert first.post("/v1/actions", body, idempotency_key=key, expect=201).json["id"] == made.json["id"]


def test_api_keys_go_on_beside_tokens(service):
    assert service.admin().get("/v1/me", expect=200).json["authority_ids"] is None
    service.api("ik_nobody").get("/v1/me", expect=401)


# --- what is passed off for a token ----------------------------------------------------------


def now() -> int:
    return int(time.time())


def with_another_signature(token: str, change: Callable[[str], str]) -> str:
    head, _, signature = token.rpartition(".")
    return f"{head}.{change(signature)}"


def raw(header: str, claims: str) -> str:
    """Signed, with header and claims as they stand."""
    return rsa.sign(claims, header=header)


HEADER = '{"alg":"RS256","kid":"rsa","typ":"at+jwt"}'
FORGED: dict[str, Callable[[Issuer], str]] = {
    # times
    "expired": lambda i: i.token(exp=now() - HOUR),
    "expired at the start of all time": lambda i: i.token(exp=0),
    "without an end": lambda i: i.token(exp=None),
    "an end in words": lambda i: i.token(exp="never"),
    "an end beyond all numbers": lambda i: raw(HEADER, json.dumps(i.claims(exp=1)).replace('"exp": 1', '"exp": 1e999')),
    "not yet valid": lambda i: i.token(nbf=now() + HOUR),
    "issued in the future": lambda i: i.token(iat=now() + HOUR),
    # for whom, from whom
    "another audience": lambda i: i.token(aud="https://other.example"),
    "an audience that begins alike": lambda i: i.token(aud=AUDIENCE + "/"),
    "an audience among words": lambda i: i.token(aud=f"{AUDIENCE} https://other.example"),
    "no audience": lambda i: i.token(aud=None),
    "an empty list of audiences": lambda i: i.token(aud=[]),
    "another issuer": lambda i: i.token(iss="https://other.example"),
    "an issuer with a slash more": lambda i: i.token(iss=i.url + "/"),
    "no issuer": lambda i: i.token(iss=None),
    "an identity token for the client": lambda i: i.token(aud="front", at_hash="x", nonce="y"),
    "an identity token with our audience": lambda i: i.token(at_hash="x"),
    "bound to a key of the client": lambda i: i.token(cnf={"jkt": "x"}),
    "nobody's": lambda i: i.token(client_id=None, sub=None),
    "a client that is no name": lambda i: i.token(client_id="a\nb"),
    "scopes that are a number": lambda i: i.token(scope=7),
    "authorities that are numbers": lambda i: i.token(authorities=[806]),
    # keys
    "an unknown key": lambda i: i.token(stranger),
    "a stranger under the name of a key": lambda i: stranger.sign(i.claims(), kid="rsa"),
    "no kid where there are several keys": lambda i: rsa.sign(i.claims(), kid=None),
    "a kid that is a path": lambda i: rsa.sign(i.claims(), kid="../../../../dev/null"),
    "a kid that is SQL": lambda i: rsa.sign(i.claims(), kid="' OR 1=1 --"),
    "a weak key": lambda i: i.token(weak),
    "its own key in the header": lambda i: stranger.sign(i.claims(), jwk=stranger.public),
    "its own key under a good name": lambda i: stranger.sign(i.claims(), kid="rsa", jwk=stranger.public),
    "its keys elsewhere": lambda i: stranger.sign(i.claims(), jku=i.url + "/stolen"),
    "its certificate elsewhere": lambda i: stranger.sign(i.claims(), x5u=i.url + "/stolen"),
    "its certificate in the header": lambda i: stranger.sign(i.claims(), x5c=["MIIB"]),
    # algorithms
    **{
        f"alg {alg!r}": lambda i, alg=alg: with_another_signature(rsa.sign(i.claims(), alg=alg), lambda _: "AAAA")
        for alg in ("none", "None", "NONE", "nOnE", " none", "")
    },
    "alg none and a good signature": lambda i: rsa.sign(i.claims(), alg="none"),
    "no alg": lambda i: rsa.sign(i.claims(), alg=None),
    "alg null": lambda i: raw('{"alg":null,"kid":"rsa"}', json.dumps(i.claims())),
    "HS256 by the public key": lambda i: sign_by_secret(rsa.pem, i.claims(), {"alg": "HS256", "kid": "rsa"}),
    "HS256 by the public key as a JWK": lambda i: sign_by_secret(
        json.dumps(rsa.public).encode(), i.claims(), {"alg": "HS256", "kid": "rsa"}
    ),
    "HS256 by nothing": lambda i: sign_by_secret(b"", i.claims(), {"alg": "HS256", "kid": "rsa"}),
    "RS256 by a key for ES256": lambda i: es256.sign(i.claims(), alg="RS256"),
    "ES256 by a key for RS256": lambda i: rsa.sign(i.claims(), alg="ES256"),
    "EdDSA by a key for ES256": lambda i: es256.sign(i.claims(), alg="EdDSA"),
    "ES384, which is not in the list": lambda i: i.token(es384),
    "PS256, which is not in the list": lambda i: i.token(ps256),
    "RS256 in small letters": lambda i: rsa.sign(i.claims(), alg="rs256"),
    # signatures
    "no signature": lambda i: with_another_signature(i.token(), lambda _: ""),
    "half a signature": lambda i: with_another_signature(i.token(), lambda s: s[: len(s) // 2]),
    "a signature and more": lambda i: with_another_signature(i.token(es256), lambda s: s + "AAAA"),
    "a signature of noughts": lambda i: with_another_signature(i.token(es256), lambda s: "A" * len(s)),
    "a signature with one bit changed": lambda i: with_another_signature(
        i.token(), lambda s: ("B" if s[0] == "A" else "A") + s[1:]
    ),
    "the signature of another token": lambda i: with_another_signature(
        i.token(sub="other"), lambda _: i.token().rpartition(".")[2]
    ),
    "a signature spelt with padding": lambda i: i.token() + "==",
    "a signature with bits to spare": lambda i: with_another_signature(i.token(es256), spare_bit),
    # form
    "claims changed": lambda i: change_claims(i.token(), {"scope": "admin"}),
    "claims named twice": lambda i: raw(HEADER, json.dumps(i.claims())[:-1] + ',"scope":"admin"}'),
    "an audience named twice": lambda i: raw(HEADER, '{"aud":"https://other.example",' + json.dumps(i.claims())[1:]),
    "alg named twice": lambda i: raw('{"alg":"none","alg":"RS256","kid":"rsa"}', json.dumps(i.claims())),
    "a token within a token": lambda i: rsa.sign(i.token(), cty="JWT"),
    "a token for claims": lambda i: rsa.sign(i.token()),
    "claims that are a list": lambda i: rsa.sign([i.claims()]),
    "claims that are nothing": lambda i: rsa.sign({}),
    "claims not UTF-8": lambda i: rsa.sign("", header=HEADER).replace("..", f".{b64(bytes([0xFF, 0xFE]))}."),
    "a header that must be understood": lambda i: rsa.sign(i.claims(), crit=["exp"]),
    "a header that unpacks": lambda i: rsa.sign(i.claims(), zip="DEF"),
    "a refresh token": lambda i: rsa.sign(i.claims(), typ="rt+jwt"),
    "a logout token": lambda i: rsa.sign(i.claims(), typ="logout+jwt"),
    "a proof of possession": lambda i: rsa.sign(i.claims(), typ="dpop+jwt"),
    "four parts": lambda i: i.token() + ".AAAA",
    "five parts": lambda i: i.token() + ".AAAA.AAAA",
    "two parts": lambda i: i.token().rpartition(".")[0],
    "dots": lambda i: "..",
    "not base64": lambda i: "!!!.???.***",
    "base64 of the other alphabet": lambda i: base64.b64encode(b"\xfb\xff\xfe" * 20).decode() + ".e30.AAAA",
    "not a token": lambda i: "hello",
    "deeply nested": lambda i: raw(HEADER, '{"a":' + "[" * 5000 + "]" * 5000 + "}"),
    "16 KiB and one byte": lambda i: "a" * 16385,
    "64 KiB": lambda i: padded(i, 65536),
    "two tokens": lambda i: f"{i.token()}, {i.token()}",
    "a token and a blank": lambda i: i.token() + " x",
}


def change_claims(token: str, changed: dict) -> str:
    header, claims, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{header}.{b64(content | changed)}.{signature}"


def spare_bit(signature: str) -> str:
    """86 letters are 64 bytes and four bits more, which are nought."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + letters[letters.index(signature[-1]) | 1]


def padded(issuer: Issuer, length: int) -> str:
    """A good token, but for its length."""
    token = issuer.token(padding="x" * (length * 3 // 4))
    assert len(token) >= length
    return token


def test_whatever_is_wrong_with_a_token_the_answer_is_the_same_and_nothing_changes(service, issuer, unwritten):
    bodies = set()
    with unwritten(), Cases() as case:
        for name, forge in FORGED.items():
            with case(name):
                token = forge(issuer)
                for path in ("/v1/me", "/v1/authorities/806", "/v1/authorities/999"):
                    answer = service.api(token).get(path, expect=401)
                    assert answer.headers["WWW-Authenticate"] == REFUSED
                    problem = answer.problem
                    bodies.add((problem["type"], problem["title"], problem["detail"]))
                service.api(token).post("/v1/actions", {"authority_id": "806", "title": name}, expect=401)
    assert len(bodies) == 1, bodies


def test_the_log_says_why_and_holds_no_token(service, issuer):
    tokens = {
        "its exp": issuer.token(exp="soon"), "it has expired": issuer.token(exp=1),
        "1024 bits": issuer.token(weak), 'no key "stranger"': issuer.token(stranger),
        'its alg "none"': rsa.sign(issuer.claims(), alg="none"), "its header has jwk": rsa.sign(issuer.claims(), jwk={}),
    }
    del tokens["its exp"]
    for token in tokens.values():
        me(service, token, expect=401)
    causes = [line.get("cause", "") for line in service.log_lines() if line.get("status") == 401]
    with Cases() as case:
        for why, token in tokens.items():
            with case(why):
                assert any(why in cause for cause in causes)
                for part in token.split("."):
                    assert part not in service.log_text


def test_no_statement_is_run_for_a_token_that_does_not_count(service, issuer, start_service, make_database, cluster):
    """The database is away: what asked it would be told so."""
    database = make_database(clusters.EMPTY)
    alone = start_service(database, INSPECTD_ISSUER=issuer.url, INSPECTD_CONNECT_MS=100, **enough)
    good = issuer.token()
    me(alone, good, expect=200)
    with cluster.connect("postgres", clusters.SUPERUSER) as owner:
        owner.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
    alone.api(good).get("/v1/actions", expect=503)
    for forge in ("expired", "an unknown key", "a stranger under the name of a key", "64 KiB", "not a token"):
        for path in ("/v1/actions", "/v1/authorities/806", "/v1/nowhere"):
            alone.api(FORGED[forge](issuer)).get(path, expect=404 if path == "/v1/nowhere" else 401)


@pytest.mark.parametrize(
    "first, second",
    [("good", "good"), ("good", "bad"), ("bad", "good"), ("good", "basic"), ("good", "empty"), ("key", "good"), ("key", "key")],
)
def test_two_authorization_headers_are_as_good_as_none(service, issuer, first, second):
    values = {
        "good": f"Bearer {issuer.token()}", "bad": f"Bearer {issuer.token(exp=1)}", "basic": "Basic aWs6eA==",
        "key": f"Bearer {service.make_key()}", "empty": "",
    }
    for names in (("Authorization", "Authorization"), ("Authorization", "authorization")):
        with service.wire() as wire:
            request = f"GET /v1/me HTTP/1.1\r\nHost: x\r\n{names[0]}: {values[first]}\r\n{names[1]}: {values[second]}\r\n\r\n"
            status, headers, _ = wire.send(request.encode()).receive()
        assert status == 401
        assert headers["WWW-Authenticate"] == REFUSED


def test_beyond_80_kib_the_http_library_refuses_the_headers(service):
    """It has no room left to read them, and its answer is no problem document: api/problems.md says so."""
    with service.wire() as wire:
        wire.send(f"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {'a' * 150_000}\r\n\r\n".encode())
        assert wire.receive()[0] == 431
    me(service, "a" * 80_000, expect=401)


def test_a_long_token_leaves_the_other_headers_their_room(service, issuer):
    token = issuer.token(padding="x" * 11_000)
    assert len(token) <= 16384
    me(service, token, headers={"X-More": "a" * 30_000}, expect=200)


# --- fuzz ---------------------------------------------------------------------------------------

texts = st.one_of(st.binary(max_size=60).map(b64), st.text("AZaz09-_.=+/ ,{}\"", max_size=60))
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12), st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=5), st.integers()),
)
headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "cty", "jku", "x", "x5t"]),
    st.one_of(values, st.sampled_from(["RS256", "ES256", "EdDSA", "none", "rsa", "es256", "at+jwt"])), max_size=5,
)
claims = st.dictionaries(
    st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "sub", "client_id", "scope", "authorities", "clearance"]), values,
    max_size=6,
)
relaxed = hypothesis.settings(
    max_examples=120, deadline=None, suppress_health_check=list(hypothesis.HealthCheck), derandomize=True
)


@relaxed
@hypothesis.given(st.lists(texts, max_size=5).map(".".join))
def test_no_text_upsets_the_reader_of_tokens(service, text):
    answer = service.api().get("/v1/me", headers={"Authorization": f"Bearer {text}".encode()}, key=None)
    assert answer.status == 401


@relaxed
@hypothesis.given(headers, claims, st.sampled_from([rsa, es256, ed]))
def test_no_header_and_no_claims_upset_it_even_when_they_are_signed(service, issuer, header, changed, key):
    """A header that is odd, or claims that are odd and signed: 401 or, where they happen to be right, 200."""
    whole = {"alg": key.algorithm, "kid": key.kid} | header
    assert me(service, key.sign(issuer.claims(), header=whole)).status in (200, 401)
    assert me(service, key.sign(issuer.claims() | changed)).status in (200, 401)


# --- for how long -----------------------------------------------------------------------------------


def test_a_token_ends_when_it_says_though_it_was_good_a_moment_ago(start, issuer):
    service = start(issuer.url, INSPECTD_CLOCK_SKEW_S=0)
    end = now() + 2
    token = issuer.token(exp=end)
    me(service, token, expect=200)
    until(lambda: me(service, token).expect(200, 401).status == 401)
    assert end <= time.time() < end + 2


def test_the_clocks_may_differ_a_little(service, issuer):
    me(service, issuer.token(exp=now() - 30, iat=now() + 30, nbf=now() + 30), expect=200)
    me(service, issuer.token(exp=now() - 90), expect=401)
    me(service, issuer.token(nbf=now() + 90), expect=401)


# --- keys that come and go ----------------------------------------------------------------------------


def test_a_new_key_is_taken_up_within_the_request_that_brings_it(start):
    old, new = Key("ES256", "old"), Key("ES256", "new")
    with Issuer(old) as issuer:
        service = start(issuer.url)
        me(service, issuer.token(), expect=200)
        issuer.keys = [new, old]
        me(service, issuer.token(), expect=200)
        me(service, issuer.token(old), expect=200)
        # One such fetch in ten seconds: the next stranger is refused by what is known.
        asked = dict(issuer.asked)
        begun = time.monotonic()
        for _ in range(20):
            me(service, issuer.token(stranger), expect=401)
        assert issuer.asked == asked
        assert time.monotonic() - begun < 5


def test_a_token_whose_key_was_taken_back_stops_working(start):
    kept, gone = Key("ES256", "kept"), Key("ES256", "gone")
    with Issuer(kept, gone) as issuer:
        service = start(issuer.url, INSPECTD_JWKS_S=1)
        tokens = {key.kid: issuer.token(key) for key in issuer.keys}
        for _ in range(20):  # let every worker know them
            for token in tokens.values():
                me(service, token, expect=200)
        issuer.keys = [kept]
        until(lambda: me(service, tokens["gone"]).expect(200, 401).status == 401)
        for _ in range(20):
            me(service, tokens["gone"], expect=401)
            me(service, tokens["kept"], expect=200)
        # Another key under the same name is another key.
        issuer.keys = [Key("ES256", "kept")]
        until(lambda: me(service, tokens["kept"]).expect(200, 401).status == 401)


def test_one_key_without_a_name_is_enough(start):
    with Issuer(Key("ES256", None)) as issuer:
        me(start(issuer.url), issuer.token(), expect=200)


def test_an_issuer_may_end_with_a_slash(start):
    with Issuer(es256, end="/") as issuer:
        service = start(issuer.url)
        me(service, issuer.token(), expect=200)
        me(service, issuer.token(iss=issuer.url.removesuffix("/")), expect=401)


def test_many_tokens_are_verified_at_once_while_keys_come_and_go(start):
    """More of them than are remembered, by all workers, from a set that changes beneath them."""
    stays, comes = Key("EdDSA", "stays"), Key("EdDSA", "comes")
    with Issuer(stays) as issuer, concurrent.futures.ThreadPoolExecutor(4) as pool:
        service = start(issuer.url, INSPECTD_JWKS_S=1, INSPECTD_WORKERS=4)
        people = {str(n): issuer.token(sub=str(n)) for n in range(1200)}
        over = threading.Event()

        def ask(share: list[str]) -> set[tuple[int, bool]]:
            seen, api = set(), service.api()
            while not over.is_set():
                for person in share:
                    answer = api.get("/v1/me", key=people[person])
                    seen.add((answer.status, answer.json.get("person") == person))
            return seen

        asking = [pool.submit(ask, list(people)[n::4]) for n in range(4)]
        try:
            issuer.keys = [comes, stays]
            until(lambda: f"{issuer.url}: 2" in service.log_text)
            issuer.keys = [stays]
            until(lambda: service.log_text.count(f"{issuer.url}: 1") == 2)
        finally:
            over.set()
        assert set().union(*(future.result() for future in asking)) == {(200, True)}


def test_while_the_issuer_was_never_there_tokens_wait_and_keys_do_not(start):
    issuer = Issuer(rsa)
    service = start(issuer.url)
    answer = me(service, issuer.token(), expect=503)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.problem["type"].endswith("/unavailable")
    service.admin().get("/v1/me", expect=200)
    service.api().get("/readyz", expect=200)
    me(service, "not.a.token", expect=401)
    with issuer:
        until(lambda: me(service, issuer.token()).expect(200, 503).status == 200, 20)


def test_when_the_issuer_goes_its_last_keys_go_on_serving(start):
    late = Key("ES256", "late")
    with Issuer(es256) as issuer:
        service = start(issuer.url, INSPECTD_JWKS_S=1)
        me(service, issuer.token(), expect=200)
        issuer.stop()
        until(lambda: "the last ones go on serving" in service.log_text)
        me(service, issuer.token(), expect=200)
        me(service, issuer.token(sub="another"), expect=200)
        me(service, issuer.token(late), expect=401)
        issuer.keys = [late]
        issuer.start()
        until(lambda: me(service, issuer.token()).expect(200, 401).status == 200)


def test_a_slow_issuer_holds_up_one_request_for_a_second_and_no_other(start):
    with Issuer(es256) as issuer:
        service = start(issuer.url, INSPECTD_WORKERS=2)
        me(service, issuer.token(), expect=200)
        issuer.lag = 4
        begun = time.monotonic()
        me(service, issuer.token(stranger), expect=401)
        assert 0.8 < time.monotonic() - begun < 2.5
        me(service, issuer.token(), expect=200)
        assert time.monotonic() - begun < 3.5
        issuer.lag = 0


DISCOVERY, JWKS = Issuer.DISCOVERY, Issuer.JWKS
NONSENSE: dict[str, tuple[str, Callable[[Issuer], tuple[int, dict, bytes]], str]] = {
    "a document of another issuer": (
        DISCOVERY, lambda i: (200, {}, json.dumps({"issuer": "https://other.example", "jwks_uri": i.url + "/keys"}).encode()),
        "of another issuer",
    ),
    "an issuer with a slash more": (
        DISCOVERY, lambda i: (200, {}, json.dumps({"issuer": i.url + "/", "jwks_uri": i.url + "/keys"}).encode()),
        "of another issuer",
    ),
    "keys by plain http elsewhere": (
        DISCOVERY, lambda i: (200, {}, json.dumps({"issuer": i.url, "jwks_uri": "http://192.0.2.1/keys"}).encode()),
        "no jwks_uri",
    ),
    "keys in a file": (
        DISCOVERY, lambda i: (200, {}, json.dumps({"issuer": i.url, "jwks_uri": "file:///etc/hostname"}).encode()),
        "no jwks_uri",
    ),
    "a redirect": (DISCOVERY, lambda i: (302, {"Location": i.url + "/elsewhere"}, b""), "answers 302"),
    "a page": (DISCOVERY, lambda i: (200, {"Content-Type": "text/html"}, b"<html>"), "not a JSON object"),
    "a failure": (JWKS, lambda i: (500, {}, b"{}"), "answers 500"),
    "no key set": (JWKS, lambda i: (200, {}, b"[]"), "not a JSON object with a list"),
    "256 KiB and one byte": (JWKS, lambda i: (200, {}, b'{"keys":[]}' + b" " * 262144), "more than 262144 bytes"),
}


def test_nonsense_from_the_issuer_is_not_taken_for_keys(start, start_service, make_database):
    with Issuer(es256) as issuer:
        issuer.answers[DISCOVERY] = (404, {}, b"")
        service = start(issuer.url, INSPECTD_JWKS_S=1)
        with Cases() as case:
            for name, (path, answer, why) in NONSENSE.items():
                with case(name):
                    issuer.answers = {path: answer(issuer)}
                    until(lambda: why in service.log_text)
                    me(service, issuer.token(), expect=503)
        issuer.answers = {}
        until(lambda: me(service, issuer.token()).expect(200, 503).status == 200)
        assert issuer.asked.get("/realms/council/elsewhere") is None
        # And what comes later does not push out what is good.
        issuer.answers = {JWKS: (200, {}, b"{}")}
        until(lambda: "the last ones go on serving" in service.log_text)
        me(service, issuer.token(), expect=200)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(start, tmp_path):
    with Issuer(es256, certificate=self_signed(tmp_path)) as issuer:
        service = start(issuer.url)
        me(service, issuer.token(), expect=503)
        until(lambda: "certificate" in service.log_text)


def self_signed(folder):
    import subprocess

    path = folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", folder / "own.pem"],
        check=True, capture_output=True,
    )
    path.write_text(path.read_text() + (folder / "own.pem").read_text())
    return path


# --- settings that cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, why",
    [
        ({"INSPECTD_ISSUER": "http://idp.example"}, "INSPECTD_ISSUER"),
        ({"INSPECTD_ISSUER": "idp.example"}, "INSPECTD_ISSUER"),
        ({"INSPECTD_ISSUER": "https://idp.example?x=y"}, "INSPECTD_ISSUER"),
        ({"INSPECTD_ISSUER": "https://idp.example", "INSPECTD_AUDIENCE": ""}, "INSPECTD_AUDIENCE"),
        ({"INSPECTD_ISSUER": "https://idp.example", "INSPECTD_TOKEN_ALGORITHMS": "RS256,none"}, "INSPECTD_TOKEN_ALGORITHMS"),
        ({"INSPECTD_ISSUER": "https://idp.example", "INSPECTD_TOKEN_ALGORITHMS": "HS256"}, "INSPECTD_TOKEN_ALGORITHMS"),
    ],
)
def test_settings_that_would_be_unsafe_stop_the_start(service, cluster, settings, why):
    refused = Service(cluster, service.database, **(enough | settings))
    with pytest.raises(RuntimeError, match=why):
        refused.start()


def test_without_an_issuer_a_token_is_no_key(start_service, service, issuer):
    plain = start_service(service.database, INSPECTD_RATE=0)
    answer = me(plain, issuer.token(), expect=401)
    assert "not an API key" in answer.problem["detail"]
