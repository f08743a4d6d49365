"""What README.md says is so: its tour runs as written, and its settings are those of the binary."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from harness import cluster as clusters

README = (clusters.REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh tour\n(.*?)^```$", README, re.S | re.M)


@pytest.fixture(scope="module")
def outputs(sample_service) -> list[str]:
    """What each block printed, run one after the other in one shell, as a reader would."""
    marker = "--- end of a block ---"
    script = "set -eu\n" + "".join(block + f"echo '{marker}'\n" for block in BLOCKS)
    environment = dict(os.environ, BASE=sample_service.base_url, KEY=sample_service.make_key())
    run = subprocess.run(["bash"], input=script, text=True, capture_output=True, env=environment,
                         cwd=clusters.REPOSITORY, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split(marker)[: len(BLOCKS)]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_each_block_of_the_tour_prints_what_it_promises(outputs, number):
    promised = re.findall(r"^# => (.*)$", BLOCKS[number], re.M)
    for line in promised:
        assert line in outputs[number], outputs[number]


def test_the_tour_asks_everything_that_it_should():
    text = " ".join(BLOCKS)
    for part in ("standing_grade=inadequate", "/806/inspections", "/806/findings", "transitions", "If-Match", "adequate"):
        assert part in text


def test_the_table_of_settings_is_that_of_the_binary():
    written = re.search(r"<!-- settings -->\n(.*?)<!-- /settings -->", README, re.S).group(1)
    assert written == settings_table(), "write into README.md:\n" + settings_table()


def test_the_table_of_limits_is_that_of_the_binary():
    """But for two that no request can meet: they are between the service and its database."""
    written = re.search(r"<!-- limits -->\n(.*?)<!-- /limits -->", README, re.S).group(1)
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| \S", written, re.M)
    limits = json.loads(clusters.inspectd("describe"))["limits"]
    inside = {"sql_bytes", "statements"}
    assert [(name, int(most.replace(",", ""))) for name, most in rows] == [
        (name, most) for name, most in limits.items() if name not in inside
    ]


def settings_table() -> str:
    """The settings as `inspectd describe` has them, as a table; paths from the repository's root."""


    settings = json.loads(clusters.inspectd("describe"))["settings"]
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for setting in settings:
        default = str(setting.get("default") or "").replace(str(clusters.REPOSITORY) + "/", "")
        low, high = setting.get("min"), setting.get("max")
        bounds = f" ({low} to {high})" if high else ""
        rows.append(f"| `{setting['name']}` | {default or '–'}{bounds} | {setting['meaning']} |")
    return "\n".join(rows) + "\n"


def test_every_link_to_a_file_leads_somewhere():
    for page in [clusters.REPOSITORY / "README.md", *clusters.REPOSITORY.glob("*/README.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
