"""HTTPS by the service itself: what it speaks, how its certificate is renewed, and what it does not start with."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import time
from typing import Any, Callable

import pytest

from harness import cluster as clusters
from harness.service import Service


def wait_until(holds: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
    return found


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Pair:
    """A certificate and its key, as two files that a service may be pointed at."""

    def __init__(self, folder: pathlib.Path, name: str, kind: str = "ec"):
        self.name = name
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        options = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"], "ed25519": ["ed25519"]}
        openssl("req", "-x509", "-newkey", *options[kind], "-nodes", "-subj", f"/CN={name}", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", self.certificate, "-keyout", self.key)
        self.key.chmod(0o600)

    def take(self, other: "Pair") -> None:
        """The files of another, in the place of these: as a renewal does it."""
        self.name = other.name
        for mine, theirs in ((self.certificate, other.certificate), (self.key, other.key)):
            shutil.copy(theirs, mine.with_suffix(".new"))
            mine.with_suffix(".new").chmod(0o600)
            mine.with_suffix(".new").replace(mine)

    @property
    def settings(self) -> dict[str, object]:
        return {"INSPECTD_TLS_CERTIFICATE": self.certificate, "INSPECTD_TLS_KEY": self.key}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> dict[str, Pair]:
    folder = tmp_path_factory.mktemp("pairs")
    return {name: Pair(folder, name, kind) for name, kind in (("first", "ec"), ("second", "rsa"), ("third", "ed25519"))}


@pytest.fixture
def pair(pairs, tmp_path) -> Pair:
    """One that a test may change."""
    return Pair(tmp_path, "mine")


@pytest.fixture(scope="module")
def secure(service: Service, start_service, pairs) -> Service:
    return start_service(service.database, **pairs["first"].settings)


def context(trusted: pathlib.Path | None = None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=trusted)
    if version:
        made.minimum_version = made.maximum_version = version
    return made


def connect(service: Service, using: ssl.SSLContext) -> http.client.HTTPSConnection:
    connection = http.client.HTTPSConnection("127.0.0.1", service.port, context=using, timeout=30)
    connection.connect()
    return connection


def ask(connection: http.client.HTTPSConnection, path: str = "/livez", **headers: str) -> tuple[int, Any, bytes]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def shown(service: Service) -> str:
    """The name in the certificate that a new connection is shown; whether it can be trusted is not asked."""
    using = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    using.check_hostname, using.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", service.port), 30) as plain, using.wrap_socket(plain) as wrapped:
        der = wrapped.getpeercert(binary_form=True)
    names = [name for name in (b"first", b"second", b"third", b"mine", b"leaf") if name in der]
    assert len(names) == 1
    return names[0].decode()


def logged(service: Service, words: str) -> int:
    return sum(words in line["message"] for line in service.log_lines())


def reload(service: Service, words: str = "is valid until") -> None:
    before = logged(service, words)
    service.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(service, words) > before)


# --- what it speaks ------------------------------------------------------------------------


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name)
def test_it_answers_over_tls(secure, service, pairs, version):
    assert secure.ready_line == f"ready https://127.0.0.1:{secure.port}"
    connection = connect(secure, context(pairs["first"].certificate, version))
    status, headers, body = ask(connection, "/v1/themes?limit=3", Authorization=f"Bearer {service.make_key()}")
    assert status == 200 and len(json.loads(body)["data"]) == 3
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    connection.close()


def test_long_answers_come_whole(secure, service, pairs):
    """From memory, and from a file."""
    connection, key = connect(secure, context(pairs["first"].certificate)), f"Bearer {service.make_key()}"
    assert len(ask(connection, "/v1/openapi.json")[2]) > 500_000
    whole = ask(connection, "/v1/inspections", Authorization=key, Accept="text/csv")[2]
    assert whole == service.admin().get("/v1/inspections", headers={"Accept": "text/csv"}, expect=200).body
    assert len(whole) > 100_000
    connection.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_what_is_older_than_tls_1_2_is_refused(secure, pairs):
    def attempt(version: ssl.TLSVersion) -> None:
        using = context(pairs["first"].certificate, version)
        using.set_ciphers("ALL:@SECLEVEL=0")
        connect(secure, using).close()

    attempt(ssl.TLSVersion.TLSv1_2)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises(ssl.SSLError) as refused:
            attempt(version)
        assert "NO_PROTOCOLS" not in str(refused.value), "it is the service that should refuse"


def test_a_session_of_today_cannot_be_read_with_the_key_of_tomorrow(secure, pairs):
    """Neither without a key exchange of its own, nor with a cipher of yesterday."""
    for ciphers in ("AES128-GCM-SHA256", "AES256-SHA", "NULL", "ECDHE-ECDSA-DES-CBC3-SHA"):
        using = context(pairs["first"].certificate, ssl.TLSVersion.TLSv1_2)
        with pytest.raises(ssl.SSLError):
            using.set_ciphers(f"{ciphers}:@SECLEVEL=0")
            connect(secure, using)


def test_plain_http_is_not_answered_there(secure, pairs):
    for data in (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\xff" + b"nonsense" * 40, b"\0" * 600):
        with secure.wire() as wire, contextlib.suppress(ConnectionError):
            assert b"HTTP/" not in wire.send(data).receive_all()
    assert ask(connect(secure, context(pairs["first"].certificate)))[0] == 200


def test_a_chain_is_shown_from_its_own_certificate_upwards(service, start_service, tmp_path):
    """The client knows the root alone; the file has the leaf and what is between."""
    root, between = Pair(tmp_path, "root"), Pair(tmp_path, "between")
    leaf = Pair(tmp_path, "leaf")
    (tmp_path / "authority.cnf").write_text("basicConstraints=critical,CA:true\n")
    (tmp_path / "leaf.cnf").write_text("subjectAltName=IP:127.0.0.1\n")
    for pair, above, extensions in ((between, root, "authority.cnf"), (leaf, between, "leaf.cnf")):
        request = tmp_path / f"{pair.name}.csr"
        openssl("req", "-new", "-key", pair.key, "-subj", f"/CN={pair.name}", "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", above.certificate, "-CAkey", above.key, "-CAcreateserial",
                "-days", 30, "-extfile", tmp_path / extensions, "-out", pair.certificate)
    chain = leaf.certificate.read_text() + between.certificate.read_text()
    leaf.certificate.write_text(chain)
    served = start_service(service.database, **leaf.settings)
    assert ask(connect(served, context(root.certificate)))[0] == 200


# --- handshakes that take their time -----------------------------------------------------------


def test_a_slow_handshake_keeps_nobody_waiting_and_is_ended(service, start_service, pairs):
    """Many more of them than workers, each stopped in the middle of its first message."""
    served = start_service(service.database, INSPECTD_WORKERS=2, INSPECTD_IDLE_S=2, **pairs["first"].settings)
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    slow = [served.wire().send(hello[: 1 + n % len(hello)]) for n in range(30)]
    try:
        began = time.monotonic()
        for _ in range(10):
            connection = connect(served, context(pairs["first"].certificate))
            assert ask(connection)[0] == 200
            connection.close()
        assert time.monotonic() - began < 2
        for wire in slow:
            wire.receive_all()  # until it is closed
        assert time.monotonic() - began < 15
    finally:
        for wire in slow:
            wire.socket.close()


# --- a new certificate ---------------------------------------------------------------------------


def test_a_renewed_certificate_is_shown_to_new_connections_and_old_ones_go_on(service, start_service, pair, pairs):
    served = start_service(service.database, **pair.settings)
    kept = connect(served, context(pair.certificate))
    assert ask(kept)[0] == 200 and shown(served) == "mine"
    for name in ("second", "third", "first"):
        pair.take(pairs[name])
        reload(served)
        assert shown(served) == name
        assert ask(connect(served, context(pairs[name].certificate)))[0] == 200
    socket_before = kept.sock
    assert ask(kept)[0] == 200 and kept.sock is socket_before, "the connection of before is open still"


def spoil_key(pair: Pair) -> None:
    pair.key.write_text("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")


def spoil_certificate(pair: Pair) -> None:
    pair.certificate.write_text(pair.certificate.read_text()[:200])


def show_key_to_all(pair: Pair) -> None:
    pair.key.chmod(0o644)


def let_group_write_key(pair: Pair) -> None:
    pair.key.chmod(0o620)


def remove_key(pair: Pair) -> None:
    pair.key.unlink()


def make_key_a_folder(pair: Pair) -> None:
    pair.key.unlink()
    pair.key.mkdir()


def give_passphrase(pair: Pair) -> None:
    openssl("ec", "-in", pair.key, "-aes256", "-passout", "pass:secret", "-out", pair.key.with_suffix(".locked"))
    pair.key.with_suffix(".locked").chmod(0o600)
    pair.key.with_suffix(".locked").replace(pair.key)


def mix_up(pair: Pair) -> None:
    certificate = pair.certificate.read_bytes()
    pair.take(Pair(pair.key.parent, "another"))
    pair.certificate.write_bytes(certificate)


SPOILT = {
    spoil_key: "holds no key", spoil_certificate: "holds no certificate", show_key_to_all: "others may read",
    let_group_write_key: "others may read or write", remove_key: "No such file", make_key_a_folder: "no file of PEM",
    give_passphrase: "passphrase", mix_up: "is not that of the certificate",
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_used_is_refused_at_the_start(service, start_service, pair, spoil):
    spoil(pair)
    with pytest.raises(RuntimeError) as refused:
        start_service(service.database, **pair.settings)
    assert SPOILT[spoil] in str(refused.value) and "INSPECTD_TLS_" in str(refused.value)
    assert "BEGIN" not in str(refused.value) and "nonsense" not in str(refused.value)


def test_what_cannot_be_used_is_told_and_the_one_before_stays_in_use(service, start_service, pairs, tmp_path):
    pair = Pair(tmp_path, "mine")
    original = Pair(tmp_path / "..", "mine")
    original.take(pair)
    served = start_service(service.database, **pair.settings)
    for spoil, words in SPOILT.items():
        spoil(pair)
        reload(served, "stays in use")
        assert any(words in line["message"] for line in served.log_lines() if line["level"] == "error"), spoil.__name__
        assert shown(served) == "mine"
        if pair.key.is_dir():
            pair.key.rmdir()
        pair.take(original)
    pair.take(pairs["second"])
    reload(served)
    assert shown(served) == "second"


def test_one_that_has_run_out_is_taken_with_a_warning(service, start_service, tmp_path):
    """An old one is better than none: whoever knows can still connect."""
    pair = Pair(tmp_path, "mine")
    (tmp_path / "index").touch()
    (tmp_path / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=old\n[old]\ndatabase={tmp_path}/index\nnew_certs_dir={tmp_path}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n"
    )
    openssl("req", "-new", "-key", pair.key, "-subj", "/CN=mine", "-out", tmp_path / "csr")
    openssl("ca", "-batch", "-notext", "-selfsign", "-config", tmp_path / "ca.cnf", "-keyfile", pair.key, "-in",
            tmp_path / "csr", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-out", pair.certificate)
    served = start_service(service.database, **pair.settings)
    [line] = [line for line in served.log_lines() if "is valid until" in line["message"]]
    assert line["level"] == "warn" and "2020-02-01" in line["message"]
    assert shown(served) == "mine"


@pytest.mark.parametrize("missing", ["INSPECTD_TLS_CERTIFICATE", "INSPECTD_TLS_KEY"])
def test_one_file_without_the_other_stops_the_start(service, start_service, pairs, missing):
    settings = pairs["first"].settings
    del settings[missing]
    with pytest.raises(RuntimeError, match="go together"):
        start_service(service.database, **settings)


def test_renewals_in_the_midst_of_handshakes_break_none(service, start_service, pair, pairs):
    served = start_service(service.database, INSPECTD_WORKERS=4, **pair.settings)
    using = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    using.check_hostname, using.verify_mode = False, ssl.CERT_NONE
    done, shaken = False, []

    def shake_hands(_: int) -> None:
        while not done:
            connection = connect(served, using)
            assert ask(connection)[0] == 200
            connection.close()
            shaken.append(1)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        hands = [pool.submit(shake_hands, n) for n in range(4)]
        try:
            for n in itertools.count():
                if (n >= 20 and len(shaken) > 20) or any(hand.done() for hand in hands):
                    break
                pair.take(pairs[("first", "second", "third")[n % 3]])
                reload(served)
        finally:
            done = True
        for hand in hands:
            hand.result()
    assert logged(served, "stays in use") == 0


def test_without_tls_a_hangup_changes_nothing(service, start_service, make_database):
    plain = start_service(make_database(clusters.EMPTY))
    api = plain.api()
    api.get("/livez", expect=200)
    plain.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(plain, "no TLS certificate"))
    api.get("/livez", expect=200)


def test_it_stops_in_order_with_connections_open(service, start_service, pairs):
    served = start_service(service.database, **pairs["first"].settings)
    kept = connect(served, context(pairs["first"].certificate))
    assert ask(kept)[0] == 200
    served.stop()
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected, ssl.SSLError)):
        ask(kept)
