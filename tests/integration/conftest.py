"""Fixtures of the integration suites: rows to begin with, and the journal to look at."""

from __future__ import annotations

from typing import Callable, ContextManager, Iterator

import pytest

from harness.examples import Given, Journal


@pytest.fixture(scope="module")
def given(api, service, cluster) -> Iterator[Given]:
    """given.finding(gloss="a"): a new finding, with all that it belongs to."""
    with cluster.connect(service.database) as connection:
        yield Given(api, connection)


@pytest.fixture
def journal(db) -> Journal:
    return Journal(db)


@pytest.fixture
def unwritten(journal) -> Callable[[], ContextManager[None]]:
    """`with unwritten(): api.post(..., expect=422)`: fails if any row of any table has changed."""
    return journal.unchanged
