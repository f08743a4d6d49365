"""Redocly CLI and Spectral find nothing to say of api/openapi.yaml: no error, no warning.

Both come from tests/package.json (`npm ci` in tests/, which tests/run does). Without
them the test is skipped, but not where CI is set.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "node_modules" / ".bin"
# No look at home: a test neither reports nor asks for newer versions.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


@pytest.fixture(autouse=True)
def installed() -> None:
    if not TOOLS.exists() and not os.environ.get("CI"):
        pytest.skip("the linters are not installed: npm ci in tests/")


def lint(tool: str, *arguments: str) -> str:
    """What a linter prints as JSON. Its exit status is left to the caller: problems are no failure to run."""
    command = [str(TOOLS / tool), "lint", *arguments, str(ROOT / "api" / "openapi.yaml")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **QUIET}, capture_output=True, text=True, timeout=240)
    assert done.stdout.strip(), f"{tool} said nothing; on standard error: {done.stderr}"
    return done.stdout


def test_redocly_finds_nothing() -> None:
    report = json.loads(lint("redocly", "--config", str(ROOT / "api" / "redocly.yaml"), "--format", "json"))
    found = [f"{p['ruleId']}: {p['message']} at {p['location'][0].get('pointer')}" for p in report["problems"]]
    assert not found, "\n" + "\n".join(found)
    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}


def test_spectral_finds_nothing() -> None:
    output = lint("spectral", "--ruleset", str(ROOT / "api" / ".spectral.yaml"), "--format", "json")
    report, _ = json.JSONDecoder().raw_decode(output.strip())  # a sentence may follow the list
    found = [f"{p['code']}: {p['message']} at {'.'.join(map(str, p['path']))}" for p in report]
    assert not found, "\n" + "\n".join(found)
