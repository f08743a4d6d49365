"""A real identity provider: Glewlwyd from Debian's package, with a database and a configuration of its own.

tests/run unpacks the package to build/glewlwyd and does not install it, which would make a user, a database and a
service that starts at boot.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
from typing import Any, Iterable

import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness import cluster as clusters
from harness.issuer import free_port, number

UNPACKED = clusters.REPOSITORY / "build" / "glewlwyd"
START_SECONDS = 20
ADMINISTRATOR = {"username": "admin", "password": "password"}  # as the package's own script has it


def new_key(kid: str, algorithm: str = "RS256") -> dict:
    """A private key as a JWK."""
    if algorithm == "ES256":
        values = ec.generate_private_key(ec.SECP256R1()).private_numbers()
        point = values.public_numbers
        members = {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}
        return {**members, "d": number(values.private_value, 32), "kid": kid, "alg": algorithm}
    values = rsa.generate_private_key(65537, 2048).private_numbers()
    members = {"n": values.public_numbers.n, "e": values.public_numbers.e, "d": values.d, "p": values.p, "q": values.q,
               "dp": values.dmp1, "dq": values.dmq1, "qi": values.iqmp}
    return {"kty": "RSA", **{name: number(value) for name, value in members.items()}, "kid": kid, "alg": algorithm}


class Glewlwyd:
    """Its OpenID Connect plugin is at `issuer`. Tokens are for clients that say who they are, or for people's passwords."""

    def __init__(self) -> None:
        program = UNPACKED / "usr/bin/glewlwyd"
        assert program.exists(), f"there is no {program}: tests/run unpacks it"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glewlwyd-"))
        self.program, self.port = program, free_port()
        self.process: subprocess.Popen | None = None
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy on the way to this machine
        self.parameters: dict[str, Any] = {}
        self._write_database()
        self._write_configuration()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def issuer(self) -> str:
        return f"{self.url}/oidc"

    # --- life ---------------------------------------------------------------

    def _write_database(self) -> None:
        tables = (UNPACKED / "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3").read_text()
        with sqlite3.connect(self.folder / "database") as database:
            database.executescript(tables)
        database.close()

    def _write_configuration(self) -> None:
        modules = UNPACKED / "usr/lib/glewlwyd"
        (self.folder / "configuration").write_text(f"""
port = {self.port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:{self.port}"
api_prefix = "api"
log_mode = "console"
log_level = "WARNING"
cookie_domain = "127.0.0.1"
cookie_secure = 0
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
hash_algorithm = "SHA512"
user_module_path = "{modules}/user"
client_module_path = "{modules}/client"
user_auth_scheme_module_path = "{modules}/scheme"
plugin_module_path = "{modules}/plugin"
user_middleware_module_path = "{self.folder}/none"
database = {{ type = "sqlite3" path = "{self.folder}/database" }};
""")
        (self.folder / "none").mkdir()

    def start(self) -> "Glewlwyd":
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", "--", self.program, f"--config-file={self.folder}/configuration"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.session.post(f"{self.url}/auth/", json=ADMINISTRATOR, timeout=5).raise_for_status()
                return self
            except requests.RequestException:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log
                time.sleep(0.02)

    def stop(self) -> None:
        process, self.process = self.process, None
        if process:
            process.terminate()
            process.wait(20)

    def close(self) -> None:
        self.stop()
        self.session.close()
        shutil.rmtree(self.folder)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    # --- what an administrator does -----------------------------------------

    def administer(self, method: str, path: str, body: Any = None) -> requests.Response:
        answer = self.session.request(method, f"{self.url}/{path}", json=body, timeout=20)
        assert answer.status_code == 200, f"{answer.status_code} to {method} {path}: {answer.text}\n{self.log}"
        return answer

    def add_plugin(self, *keys: dict, **parameters: Any) -> None:
        """OpenID Connect; the first key signs."""
        self.parameters = {
            "iss": self.issuer, "jwt-type": "rsa", "jwt-key-size": "256", "jwks-show": True, "subject-type": "public",
            "jwks-private": json.dumps({"keys": keys}), "default-kid": keys[0]["kid"],
            "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 600,
            "refresh-token-rolling": False, "allow-non-oidc": True,
            "auth-type-client-enabled": True, "auth-type-password-enabled": True, "auth-type-code-enabled": False,
            "auth-type-token-enabled": False, "auth-type-id-token-enabled": True, "auth-type-refresh-enabled": False,
            "auth-type-implicit-enabled": False, "auth-type-none-enabled": False,
            # The audience of a token is the resource that was asked for (RFC 8707).
            "resource-allowed": True, "resource-client-property": "resource", "resource-scope": {},
            "resource-scope-and-client-property": False, "resource-change-allowed": False,
        } | parameters
        self.administer("POST", "mod/plugin/", self._plugin())

    def change_keys(self, *keys: dict) -> None:
        """Others take the place of those there are; the first signs."""
        self.parameters |= {"jwks-private": json.dumps({"keys": keys}), "default-kid": keys[0]["kid"]}
        self.administer("PUT", "mod/plugin/oidc", self._plugin())
        self.administer("PUT", "mod/plugin/oidc/reset/")

    def _plugin(self) -> dict:
        return {"module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": self.parameters}

    def add_scopes(self, *names: str) -> None:
        for name in names:
            self.administer("POST", "scope/", {
                "name": name, "display_name": name, "description": name, "password_required": False, "scheme": {},
            })

    def add_client(self, client_id: str, secret: str, scopes: Iterable[str], resource: str) -> None:
        self.administer("POST", "client/", {
            "client_id": client_id, "name": client_id, "enabled": True, "confidential": True,
            "password": secret, "client_secret": secret, "scope": list(scopes), "resource": [resource],
            "authorization_type": ["client_credentials", "password"],
            "token_endpoint_auth_method": ["client_secret_basic"],
        })

    def add_user(self, username: str, password: str, scopes: Iterable[str], **properties: Any) -> None:
        self.administer("POST", "user/", {
            "username": username, "name": username, "password": password, "enabled": True, "scope": list(scopes),
            **properties,
        })

    # --- what a client does --------------------------------------------------

    def token(self, client_id: str, secret: str, scope: str, resource: str | None, **more: str) -> str:
        form = {"grant_type": "client_credentials", "scope": scope, **more}
        if resource:
            form["resource"] = resource
        answer = self.session.post(f"{self.issuer}/token", data=form, auth=(client_id, secret), timeout=20)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}\n{self.log}"
        return answer.json()["access_token"]
