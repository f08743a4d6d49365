"""Many cases in one test, where a test for each would cost more than what it tests.

    with Cases() as case:
        for method in ("PUT", "TRACE"):
            with case(method):
                api.request(method, path).expect(405)

Every case is tried; each that fails is named with its failure.
"""

from __future__ import annotations

import contextlib
import traceback
from typing import Any, Iterator


class Cases:
    SHOWN = 12  # of many that fail in one way, the first will do

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.tried = 0

    def __enter__(self) -> "Cases":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None and self.failures:
            more = len(self.failures) - self.SHOWN
            last = [f"... and {more} more"] if more > 0 else []
            raise AssertionError("\n\n".join([*self.failures[: self.SHOWN], *last]))

    @contextlib.contextmanager
    def __call__(self, *name: Any) -> Iterator[None]:
        self.tried += 1
        try:
            yield
        except Exception as error:  # whatever went wrong with this case, the next is tried
            where = traceback.extract_tb(error.__traceback__)
            line = next((frame for frame in where if "/tests/integration/" in frame.filename), where[-1])
            self.failures.append(
                f"{' '.join(map(str, name))}: {line.name}, line {line.lineno}: {line.line}\n{error or type(error).__name__}"
            )
