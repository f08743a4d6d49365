"""An issuer of access tokens that signs whatever a test asks it to, which no real one would.

Key     a key pair, and the tokens that it signs: any header, any claims, any algorithm.
Issuer  serves discovery and a key set over loopback HTTP, and can go away, lag or talk nonsense.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import socket
import ssl
import threading
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

AUDIENCE = "https://tracker.example"


def b64(data: bytes | str | dict | list) -> str:
    """Base64url; of an object, its JSON."""
    if isinstance(data, (dict, list)):
        data = json.dumps(data)
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, length: int | None = None) -> str:
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


class Key:
    """Key("ES256", "k1"); Key("RS256", "k2", bits=1024)."""

    def __init__(self, algorithm: str, kid: str | None, bits: int = 2048):
        self.algorithm, self.kid = algorithm, kid
        if algorithm == "EdDSA":
            self.private: Any = ed25519.Ed25519PrivateKey.generate()
        elif algorithm.startswith("ES"):
            self.private = ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())
        else:
            self.private = rsa.generate_private_key(65537, bits)

    @property
    def public(self) -> dict:
        """As a JWK."""
        named = {"kid": self.kid} if self.kid is not None else {}
        public = self.private.public_key()
        if self.algorithm == "EdDSA":
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw), **named}
        if self.algorithm.startswith("ES"):
            numbers, length = public.public_numbers(), (public.key_size + 7) // 8
            curve = {"x": number(numbers.x, length), "y": number(numbers.y, length)}
            return {"kty": "EC", "crv": f"P-{public.key_size}", **curve, **named}
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **named}

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def signature(self, signed: bytes) -> bytes:
        if self.algorithm == "EdDSA":
            return self.private.sign(signed)
        if self.algorithm.startswith("ES"):
            length = (self.private.key_size + 7) // 8
            r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(digest(self.algorithm))))
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        if self.algorithm.startswith("PS"):
            return self.private.sign(signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return self.private.sign(signed, padding.PKCS1v15(), digest(self.algorithm))

    def sign(self, claims: Any, header: Any = None, **changed: Any) -> str:
        """A token. A header may be text, to be sent as it is; `changed` alters single members, None takes one away."""
        if header is None:
            header = {"alg": self.algorithm, "kid": self.kid, "typ": "at+jwt", **changed}
            header = {name: value for name, value in header.items() if value is not None}
        signed = f"{b64(header)}.{b64(claims)}"
        return f"{signed}.{b64(self.signature(signed.encode()))}"


def digest(algorithm: str) -> hashes.HashAlgorithm:
    return {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}[algorithm[-3:]]()


def sign_by_secret(secret: bytes, claims: Any, header: dict) -> str:
    """HS256."""
    signed = f"{b64(header)}.{b64(claims)}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no error here."""


class Issuer:
    """issuer.keys is what it serves, and the first of them signs; issuer.answers[path] = (status, headers, body)
    takes the place of what it would say; issuer.lag is how long each answer takes; issuer.asked counts by path."""

    def __init__(self, *keys: Key, end: str = "", certificate: pathlib.Path | None = None):
        self.keys = list(keys)
        self.answers: dict[str, tuple[int, dict, bytes]] = {}
        self.asked: dict[str, int] = {}
        self.lag = 0.0
        self.certificate = certificate
        self.port = free_port()
        self.end = end  # of its name: some end with a slash
        self.server: Server | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}/realms/council{self.end}"

    def __enter__(self) -> "Issuer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> "Issuer":
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked[self.path] = issuer.asked.get(self.path, 0) + 1
                time.sleep(issuer.lag)
                status, headers, body = issuer.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def stop(self) -> None:
        server, self.server = self.server, None
        if server:
            server.shutdown()
            server.server_close()

    DISCOVERY, JWKS = "/realms/council/.well-known/openid-configuration", "/realms/council/keys"

    def answer(self, path: str) -> tuple[int, dict, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == self.DISCOVERY:
            keys = self.url.removesuffix("/") + "/keys"
            return 200, {}, json.dumps({"issuer": self.url, "jwks_uri": keys}).encode()
        if path == self.JWKS:
            return 200, {}, json.dumps({"keys": [key.public for key in self.keys]}).encode()
        return 404, {}, b""

    # --- tokens -------------------------------------------------------------

    def claims(self, **changed: Any) -> dict:
        """What a good token claims; None takes a claim away."""
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": AUDIENCE, "client_id": "front", "sub": "front", "iat": now, "nbf": now,
            "exp": now + 600, "scope": "actions:read actions:write", "authorities": ["806"], "clearance": "restricted",
        } | changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, key: Key | None = None, **changed: Any) -> str:
        return (key or self.keys[0]).sign(self.claims(**changed))


def free_port() -> int:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]
