"""The binary's own commands, as they are called by hand; `load` and `client` are in test_load.py."""

from __future__ import annotations

import concurrent.futures
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
