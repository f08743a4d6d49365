"""service/SECURITY.md names tests that exist, and what it recommends to put in front of the service can be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from harness import cluster as clusters

ROOT = clusters.REPOSITORY
TEXT = (ROOT / "service" / "SECURITY.md").read_text(encoding="utf-8")
NGINX = (ROOT / "service" / "packaging" / "nginx.conf").read_text(encoding="utf-8")
SETTINGS = {setting["name"]: setting for setting in json.loads(clusters.inspectd("describe"))["settings"]}


def threats() -> list[list[str]]:
    table = re.search(r"<!-- threats -->\n(.*?)<!-- /threats -->", TEXT, re.S).group(1)
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("row", threats(), ids=lambda row: row[0][:60])
def test_each_threat_is_met_and_a_test_that_exists_shows_it(row):
    threat, defence, tests = row
    assert threat and defence
    named = re.findall(r"`([a-z_/]+\.(?:py|c))::(\w+|\?)`", tests)
    assert named and len(named) == tests.count("`") // 2, tests
    for path, test in named:
        source = (ROOT / "tests" / path).read_text(encoding="utf-8")
        start = "static void " if path.endswith(".c") else "def "
        assert re.search(rf"^{start}{re.escape(test)}\(", source, re.MULTILINE), f"{path} has no {test}"


def test_every_setting_that_it_speaks_of_is_one():
    for text in (TEXT, NGINX):
        assert set(re.findall(r"\bINSPECTD_[A-Z_]+\b", text)) <= set(SETTINGS)


def test_the_proxy_knows_where_the_service_is_and_says_who_calls():
    assert f"server 127.0.0.1:{SETTINGS['INSPECTD_PORT']['default']};" in NGINX
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "return 301" not in NGINX, "a key would have been sent in the clear by then"


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_takes_its_file(tmp_path):
    for pair in ("fullchain.pem", "key.pem"):
        assert f"/etc/inspectd/tls/{pair}" in NGINX
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-out", tmp_path / "fullchain.pem",
         "-keyout", tmp_path / "key.pem"], check=True, capture_output=True,
    )
    site = NGINX.replace("/etc/inspectd/tls", str(tmp_path))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{ }}\nhttp {{\naccess_log off;\n{folders}{site}\n}}\n"
    )
    done = subprocess.run(["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
