"""Fixtures for every suite that needs a running service. See README.md."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterator

import psycopg
import pytest

from harness import cluster as clusters
from harness.service import Api, Service

# Else it would keep its examples in whatever folder pytest was started from.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(clusters.REPOSITORY / "build" / "hypothesis"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[clusters.Cluster]:
    """This process' own PostgreSQL, with the template databases in it."""
    own = clusters.Cluster(clusters.template())
    try:
        yield own.start()
    finally:
        own.close()


@pytest.fixture(scope="session")
def make_database(cluster: clusters.Cluster) -> Callable[..., str]:
    """make_database(): a new database with reference data; make_database("inspectd_empty"): only migrated."""
    return lambda template=clusters.REFERENCE: cluster.clone(template)


@pytest.fixture(scope="module")
def start_service(cluster: clusters.Cluster) -> Iterator[Callable[..., Service]]:
    """start_service(database, INSPECTD_WORKERS=2): one more inspectd, with its own settings; stopped at the end."""
    started: list[Service] = []

    def start(database: str, **settings: Any) -> Service:
        started.append(Service(cluster, database, **settings))
        return started[-1].start()

    yield start
    failures = []
    for service in reversed(started):
        try:
            service.close()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


def _serve(cluster: clusters.Cluster, template: str) -> Iterator[Service]:
    database = cluster.clone(template)
    service = Service(cluster, database)
    try:
        yield service.start()
    finally:
        service.close()
        cluster.drop(database)


@pytest.fixture(scope="module")
def service(cluster: clusters.Cluster) -> Iterator[Service]:
    """inspectd on a database of this module's own, with the reference data loaded."""
    yield from _serve(cluster, clusters.REFERENCE)


@pytest.fixture(scope="module")
def empty_service(cluster: clusters.Cluster) -> Iterator[Service]:
    """inspectd on a database that is migrated and holds no data at all."""
    yield from _serve(cluster, clusters.EMPTY)


@pytest.fixture(scope="module")
def sample_service(cluster: clusters.Cluster) -> Iterator[Service]:
    """inspectd on a database with the reference data and the worked example."""
    yield from _serve(cluster, clusters.SAMPLE)


@pytest.fixture(scope="module")
def api(service: Service) -> Api:
    """A client of `service` whose key has every scope and no binding to authorities."""
    return service.admin()


@pytest.fixture(scope="module")
def make_key(service: Service) -> Callable[..., str]:
    """make_key(["findings:read"]): a key to give to api.with_key()."""
    return service.make_key


@pytest.fixture
def db(service: Service, cluster: clusters.Cluster) -> Iterator[psycopg.Connection]:
    """A connection to the database of `service` as its owner; each statement commits by itself."""
    with cluster.connect(service.database) as connection:
        yield connection
