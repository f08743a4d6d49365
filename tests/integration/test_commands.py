"""The binary's own commands, as they are called by hand; `load` and `client` have suites of their own."""

from __future__ import annotations

import concurrent.futures
import datetime
import hashlib
import os
import re
import subprocess

import pytest

from harness import cluster as clusters


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTD")}
    return subprocess.run(
        [str(clusters.binary()), *arguments], env=theirs | environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60,
    )


@pytest.fixture
def database(cluster, make_database) -> str:
    return make_database(clusters.EMPTY)


def migrate(cluster: clusters.Cluster, database: str) -> subprocess.CompletedProcess:
    return call("migrate", INSPECTD_OWNER_URL=cluster.url(database))


def applied(done: subprocess.CompletedProcess) -> list[str]:
    return re.findall(r"applied ([^\"]+)", done.stderr)


# --- which command --------------------------------------------------------------------


def test_without_a_command_it_says_how_it_is_used():
    bare, helped = call(), call("--help")
    assert (bare.returncode, bare.stdout) == (2, "")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert bare.stderr == helped.stdout
    assert helped.stdout.startswith("usage: inspectd COMMAND")
    assert all(f"\n  {name} " in helped.stdout for name in ("serve", "migrate", "load", "client", "describe"))
    assert "\n  INSPECTD_DATABASE_URL " in helped.stdout


def test_its_version_is_one_line():
    done = call("--version")
    assert done.returncode == 0 and re.fullmatch(r"inspectd \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("name", ["", "Serve", "serv", "--serve", "served"])
def test_a_command_that_is_none_is_named(name):
    done = call(name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f'"{name}"' in done.stderr


def test_serve_wants_a_secret_and_says_how_to_make_one(cluster, database):
    done = call("serve", INSPECTD_DATABASE_URL=cluster.url(database, clusters.SERVICE))
    assert (done.returncode, done.stdout) == (1, "")
    assert "INSPECTD_SECRET_FILE is not set" in done.stderr and "/dev/urandom" in done.stderr


@pytest.mark.parametrize("command", ["migrate", "describe"])
def test_arguments_that_mean_nothing_are_refused(command):
    done = call(command, "now")
    assert (done.returncode, done.stdout) == (2, "")
    assert "takes no arguments" in done.stderr


# --- migrate ----------------------------------------------------------------------------


def test_without_a_database_to_migrate_it_says_which_setting_is_missing():
    done = call("migrate")
    assert done.returncode == 2 and "INSPECTD_OWNER_URL" in done.stderr


def test_a_database_that_is_not_there_is_a_failure_with_its_cause():
    done = call("migrate", INSPECTD_OWNER_URL="host=/nonexistent dbname=none")
    assert done.returncode == 1 and "/nonexistent" in done.stderr
    assert "migrate: the database cannot be reached: connection to server" in done.stderr
    assert not done.stderr.endswith("\n\n")


def test_migrating_again_changes_nothing(cluster, database):
    done = migrate(cluster, database)
    assert done.returncode == 0, done.stderr
    assert applied(done) == []


def test_a_new_database_gets_every_migration_once_however_many_begin_together(cluster):
    cluster.execute(f"CREATE DATABASE together OWNER {clusters.OWNER}")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate(cluster, "together"), range(4)))
    assert [d.returncode for d in done] == [0] * 4, "\n".join(d.stderr for d in done)
    files = sorted(path.name for path in (clusters.REPOSITORY / "sql" / "migrations").glob("*.sql"))
    assert sorted(name for d in done for name in applied(d)) == sorted([*files, "views and rules"])
    cluster.drop("together")


def test_a_migration_that_was_another_text_is_refused(cluster, database):
    with cluster.connect(database) as owner:
        owner.execute("UPDATE inspectd.migration SET checksum = 'other' WHERE name LIKE '0002%'")
    done = migrate(cluster, database)
    assert done.returncode == 1
    assert re.search(r"migration 0002\S+ was applied with another text", done.stderr)


def test_views_that_have_changed_are_made_anew(cluster, database):
    with cluster.connect(database) as owner:
        owner.execute("UPDATE inspectd.migration SET checksum = 'other' WHERE name = 'views and rules'")
    assert applied(migrate(cluster, database)) == ["views and rules"]
    assert applied(migrate(cluster, database)) == []


# --- keys of an earlier version -----------------------------------------------------------


def key_of(name: str) -> str:
    return "ik_" + (name * 43)[:43]


OLD_CLIENTS = {  # name: expires_at, revoked_at
    "good": (None, None),
    "summer": ("2099-06-30 23:00Z", None),  # the midnight after the last day, in London
    "expired": ("2024-07-31 23:00Z", None),
    "revoked": (None, "2024-05-01 12:00Z"),
}


@pytest.fixture
def old(cluster) -> str:
    """A database as the version before 0013 left it, with clients whose keys are kept as plain hashes."""
    cluster.execute(f"CREATE DATABASE old OWNER {clusters.OWNER}")
    with cluster.connect("old") as owner:
        for path in sorted((clusters.REPOSITORY / "sql" / "migrations").glob("*.sql")):
            if path.name < "0013":
                text = path.read_bytes()
                owner.execute(text)
                owner.execute("INSERT INTO inspectd.migration (name, checksum) VALUES (%s, %s)",
                              [path.name, hashlib.sha256(text).hexdigest()])
        for name, (expires_at, revoked_at) in OLD_CLIENTS.items():
            owner.execute("INSERT INTO inspectd.client (id, name, key_hash, scopes, expires_at, revoked_at) VALUES "
                          "(gen_random_uuid(), %s, sha256(%s), '{themes:read}', %s, %s)",
                          [name, key_of(name).encode(), expires_at, revoked_at])
    yield "old"
    cluster.drop("old")


def test_keys_of_an_earlier_version_go_on_once_they_are_hashed_under_the_secret(cluster, old, start_service):
    first = migrate(cluster, old)
    assert first.returncode == 1 and "0013_access.sql" in applied(first)
    assert "4 API keys from an earlier version" in first.stderr and "INSPECTD_SECRET_FILE" in first.stderr
    service = start_service(old)
    service.api(key_of("good")).get("/v1/themes", expect=401)

    second = call("migrate", INSPECTD_OWNER_URL=cluster.url(old), INSPECTD_SECRET_FILE=str(cluster.secret))
    assert second.returncode == 0 and "4 API keys of an earlier version" in second.stderr
    for name, status in {"good": 200, "summer": 200, "expired": 401, "revoked": 401}.items():
        service.api(key_of(name)).get("/v1/themes", expect=status)
    assert "API keys" not in migrate(cluster, old).stderr
    rows = {row["name"]: row for row in service.admin().get("/v1/clients", {"name": ",".join(OLD_CLIENTS)}).data}
    assert {name: (row["expires_on"], row["status"], row["status_on"]) for name, row in rows.items()} == {
        "good": (None, "active", None), "summer": ("2099-06-30", "active", None),
        "expired": ("2024-07-31", "active", None), "revoked": (None, "revoked", "2024-05-01"),
    }
    now = datetime.datetime.now(datetime.UTC).isoformat()
    then = service.admin().get("/v1/clients", {"as_recorded_at": now, "name": "good"}, expect=200).json["data"]
    assert then == [rows["good"]]
