"""`inspectd client`: keys made, rotated, listed and revoked by whoever holds the database."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from harness import cluster as clusters
from harness.described import ABSENT_ID
from harness.service import ALL_SCOPES, Api, Service

KEY = re.compile(r"ik_[A-Za-z0-9_-]{43}\n")


class Command:
    """`inspectd client` on a service's database."""

    def __init__(self, service: Service, db):
        self.service, self.db = service, db

    def __call__(self, *arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [str(clusters.binary()), "client", *arguments], env=self.service.environment | environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == status, f"ended with {done.returncode}:\n{done.stderr}"
        return done

    def add(self, *arguments: str, name: str = "Test", scopes: str = "findings:read") -> tuple[str, str]:
        """The new client's id, and its key."""
        done = self("add", "--name", name, "--scopes", scopes, *arguments)
        assert KEY.fullmatch(done.stdout) and done.stdout.strip() not in done.stderr
        return re.search(rf"client ([0-9a-f-]{{36}}) \({name}\)", done.stderr)[1], done.stdout.strip()

    def one(self, sql: str, *values: object) -> tuple:
        return self.db.execute(sql, values).fetchone()

    def keys_of(self, client: str) -> list[str]:
        rows = self.db.execute("SELECT id::text FROM inspectd.api_key WHERE client_id = %s ORDER BY id", [client])
        return [row[0] for row in rows]

    def count(self) -> int:
        return self.one("SELECT count(*) FROM inspectd.client")[0]


@pytest.fixture
def client(empty_service: Service, cluster) -> Command:
    with cluster.connect(empty_service.database) as db:
        yield Command(empty_service, db)


@pytest.fixture
def fresh(empty_service: Service, start_service):
    """fresh(key).get(...): a caller of a service that remembers no key yet."""
    return lambda key: start_service(empty_service.database).api(key)


def status_of(api: Api) -> int:
    return api.get("/v1/me", expect=[200, 401]).status


# --- add -----------------------------------------------------------------------------------


def test_a_key_is_alone_on_standard_output_and_opens_the_door(client, empty_service):
    id, key = client.add(scopes="findings:read,actions:write")
    me = empty_service.api(key).get("/v1/me", expect=200).json
    assert (me["client_id"], me["name"], me["scopes"]) == (id, "Test", ["findings:read", "actions:write"])
    row = client.one("SELECT authority_ids, clearance, expires_on, status FROM inspectd.client WHERE id = %s", id)
    assert row == (None, "restricted", None, "active")
    assert client.one("SELECT hint FROM inspectd.api_key WHERE client_id = %s", id) == (key[-4:],)


def test_a_key_that_is_made_by_hand_comes_with_a_warning(client):
    screen, shell = os.openpty()
    done = subprocess.run(
        [str(clusters.binary()), "client", "add", "--name", "Hand", "--scopes", "all"],
        env=client.service.environment, stdin=subprocess.DEVNULL, stdout=shell, stderr=subprocess.PIPE, text=True,
        timeout=60,
    )
    os.close(shell)
    assert done.returncode == 0 and done.stderr.endswith("its key is shown this once:\n")
    assert os.read(screen, 100).startswith(b"ik_")
    os.close(screen)


def test_a_client_is_bound_and_cleared_as_it_says(client, empty_service):
    given = empty_service.admin()
    for number in ("301", "806"):
        given.create("/v1/authorities", {"id": number, "name": f"Shire {number}", "type": "unitary"})
    id, _ = client.add("--authorities", "301,806,301", "--clearance", "council", "--expires", "2030-06-30")
    assert client.one("SELECT authority_ids, clearance, expires_on::text FROM inspectd.client WHERE id = %s", id) == (
        ["301", "806"], "council", "2030-06-30")


def test_all_scopes_are_all_that_such_a_client_may_have(client, empty_service):
    empty_service.admin().create("/v1/authorities", {"id": "807", "name": "Shire", "type": "unitary"})
    asked = "SELECT scopes FROM inspectd.client WHERE id = %s"
    assert sorted(client.one(asked, client.add(scopes="all")[0])[0]) == ALL_SCOPES
    bound = client.one(asked, client.add("--authorities", "807", scopes="all")[0])[0]
    assert set(ALL_SCOPES) - set(bound) == {"admin"}
    public = client.one(asked, client.add("--clearance", "public", scopes="all")[0])[0]
    assert set(ALL_SCOPES) - set(public) == {"admin", *(scope for scope in ALL_SCOPES if scope.endswith(":write"))}


@pytest.mark.parametrize(
    "arguments, status, said",
    [
        (["--name", "x", "--scopes", "findings:reed"], 1, '--scopes "findings:reed" is not a scope known here; did you'
                                                          ' mean findings:read?'),
        (["--name", "x", "--scopes", "findings:read,"], 1, '--scopes "" must say something'),
        (["--name", "x", "--scopes", "admin", "--clearance", "council"], 1, '--scopes "admin" admin is for clients of'),
        (["--name", "x", "--scopes", "actions:write", "--clearance", "public"], 1, "writes nothing"),
        (["--name", "x", "--scopes", "all", "--clearance", "secret"], 1, "--clearance is not a code known here"),
        (["--name", "x", "--scopes", "findings:read", "--authorities", "998"], 1, '--authorities "998" there is no'),
        (["--name", "x", "--scopes", "findings:read", "--authorities", "Leeds"], 1, '--authorities "Leeds" must be'),
        (["--name", " ", "--scopes", "all"], 1, "--name must be a name"),
        (["--name", "a\nb", "--scopes", "all"], 1, "--name must be a name"),
        (["--name", "x" * 121, "--scopes", "all"], 1, "--name must be at most 120"),
        (["--name", b"\xff", "--scopes", "all"], 2, "UTF-8"),
        (["--name", "x", "--scopes", "all", "--expires", "31/01/2030"], 1, "--expires write YYYY-MM-DD"),
        (["--name", "x", "--scopes", "all", "--expires", "2020-01-01"], 1, "--expires is the last day"),
        (["--name", "x"], 2, "usage"),
        (["--name", "x", "--scopes"], 2, "usage"),
        (["--name", "x", "--scopes", "all", "--colour", "red"], 2, "usage"),
    ],
)
def test_a_wrong_grant_is_refused_and_nothing_is_made(client, arguments, status, said):
    before = client.count()
    done = client("add", *arguments, status=status)
    assert said in done.stderr and done.stdout == ""
    assert client.count() == before


def test_without_the_secret_no_key_is_made_nor_its_client(client, tmp_path):
    before = client.count()
    done = client("add", "--name", "x", "--scopes", "all", status=1, INSPECTD_SECRET_FILE="")
    assert "INSPECTD_SECRET_FILE is not set" in done.stderr and "/dev/urandom" in done.stderr
    loose = tmp_path / "secret"
    loose.write_text("x" * 32)
    loose.chmod(0o644)
    done = client("add", "--name", "x", "--scopes", "all", status=1, INSPECTD_SECRET_FILE=str(loose))
    assert "others may read" in done.stderr and done.stdout == "" and client.count() == before


# --- rotate ---------------------------------------------------------------------------------


def test_a_rotation_gives_a_new_key_and_ends_the_old_one_a_day_later(client, empty_service, fresh):
    id, old = client.add(name="Rotated")
    new = client("rotate", id).stdout
    assert KEY.fullmatch(new) and status_of(fresh(old)) == status_of(fresh(new.strip())) == 200
    first, second = client.keys_of(id)
    left = "SELECT extract(epoch FROM ends_at - now()) / 3600 FROM inspectd.api_key WHERE id = %s"
    assert 23.9 < client.one(left, first)[0] <= 24 and client.one(left, second) == (None,)


def test_a_rotation_without_overlap_ends_the_old_key_at_once(client, fresh):
    id, old = client.add(name="At once")
    new = client("rotate", id, "--overlap", "0", "--expires", "2030-06-30").stdout.strip()
    assert (status_of(fresh(old)), status_of(fresh(new))) == (401, 200)
    assert client.one("SELECT expires_on::text FROM inspectd.api_key WHERE hint = %s", new[-4:]) == ("2030-06-30",)


def test_what_cannot_be_rotated_is_told(client):
    id, _ = client.add(name="Stays")
    for arguments, status, said in (
        ([ABSENT_ID], 1, f"there is no client {ABSENT_ID}"), (["Stays"], 2, "usage"), ([], 2, "usage"),
        ([id, "--overlap", "soon"], 2, "usage"), ([id, "--overlap", "721"], 1, "--overlap must be from 0 to 720"),
        ([id, "--overlap", "-1"], 1, "--overlap must be"), ([id, "--expires", "2020-01-01"], 1, "--expires is the last"),
    ):
        done = client("rotate", *arguments, status=status)
        assert said in done.stderr and done.stdout == "", arguments
    assert len(client.keys_of(id)) == 1
    client("revoke", id)
    assert "revoked for good" in client("rotate", id, status=1).stderr


# --- list, revoke -----------------------------------------------------------------------------


def lines_of(client: Command, *ids: str) -> list[str]:
    """What the list says of each: of a client's id or a key's."""
    listed = client("list").stdout.splitlines()
    return [next(line for line in listed if id in line) for id in ids]


def test_the_list_shows_clients_with_their_keys_and_no_key(client, fresh):
    id, key = client.add("--clearance", "council", "--expires", "2030-06-30", name="Listed",
                         scopes="findings:read,actions:write")
    one, = client.keys_of(id)
    row, of_key = lines_of(client, id, one)
    assert re.fullmatch(rf"{id}  good +\d{{4}}-\d\d-\d\d  2030-06-30  council +every +never +"
                        r"findings:read,actions:write  Listed", row)
    assert re.fullmatch(rf"  key {one}  good +made \S+, ends with the client, last used never, \.\.\.{key[-4:]}", of_key)
    assert status_of(fresh(key)) == 200
    row, of_key = lines_of(client, id, one)
    assert "never" not in row + of_key and re.search(r"last used \d{4}-\d\d-\d\d \d\d:\d\d, ", of_key)
    assert key not in client("list").stdout


def test_the_list_says_what_has_ended_and_why(client):
    id, _ = client.add(name="Ended")
    first, = client.keys_of(id)
    client("rotate", id, "--overlap", "0")
    second = client.keys_of(id)[1]
    client("revoke", id, "--key", second)
    assert [line.split()[2] for line in lines_of(client, first, second)] == ["ended", "revoked"]
    client.db.execute("UPDATE inspectd.client SET expires_on = current_date - 2 WHERE id = %s", [id])
    assert lines_of(client, id)[0].split()[1] == "expired"
    client("revoke", id)
    assert lines_of(client, id)[0].split()[1] == "revoked"


def test_a_revoked_client_and_a_revoked_key_are_no_longer_good(client, fresh):
    id, first = client.add(name="Gone")
    second = client("rotate", id).stdout.strip()
    assert "is revoked" in client("revoke", id, "--key", client.keys_of(id)[0]).stderr
    assert (status_of(fresh(first)), status_of(fresh(second))) == (401, 200)
    assert "was revoked already" in client("revoke", id, "--key", client.keys_of(id)[0]).stderr
    assert "is revoked" in client("revoke", id).stderr
    assert status_of(fresh(second)) == 401
    assert "was revoked already" in client("revoke", id).stderr
    row = client.one("SELECT op, actor FROM inspectd.journal WHERE row_key = %s ORDER BY seq DESC LIMIT 1", id)
    assert row == ("updated", f"database:{clusters.OWNER}")


def test_what_cannot_be_revoked_is_told(client):
    id, _ = client.add(name="Mine")
    other, _ = client.add(name="Other")
    key, = client.keys_of(other)
    assert "there is no client" in client("revoke", ABSENT_ID, status=1).stderr
    assert f"client {id} has no key {key}" in client("revoke", id, "--key", key, status=1).stderr
    for arguments in (["Mine"], [], [id, "--key"], [id, "--key", "x"], [id, "now"]):
        assert "usage" in client("revoke", *arguments, status=2).stderr


def test_without_a_verb_it_shows_how(client):
    for arguments in ([], ["remove"], ["list", "x"], ["revoke"]):
        assert "usage: inspectd client" in client(*arguments, status=2).stderr
    assert "usage: inspectd client" in client("--help").stdout
