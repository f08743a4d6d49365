#!/usr/bin/env python3
"""Keeps a copy of a council's actions, by what has changed since the last time. The standard library is enough.

usage: INSPECTD_URL=http://127.0.0.1:8080 INSPECTD_KEY=... actions.py AUTHORITY COPY.json
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ["INSPECTD_URL"]
OVERLAP = 120  # seconds: a change that took long to be written carries the time at which it began


def ask(path: str) -> dict:
    """An answer, after as long as the service asks to wait; a problem says what is wrong and what helps."""
    request = urllib.request.Request(BASE + path, headers={"Authorization": f"Bearer {os.environ['INSPECTD_KEY']}"})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            problem = json.load(refusal)
            if refusal.code not in (429, 503):
                sys.exit(f"{problem['title']}: {problem['detail']}")
            time.sleep(float(refusal.headers.get("Retry-After", 1)))


def rows(resource: str, **filters: str):
    """All of a list, page by page; the cursor is a place and not a count, so rows that come and go shift nothing."""
    path = f"/v1/{resource}?" + urllib.parse.urlencode({"limit": 200, "sort": "updated_at", **filters})
    while path:
        page = ask(path)
        yield from page["data"]
        path = page["links"]["next"]


def main(authority: str, file: str) -> None:
    copy = pathlib.Path(file)
    kept = json.loads(copy.read_text()) if copy.exists() else {"since": None, "actions": {}}
    began = time.time()
    since = {"updated_since": kept["since"]} if kept["since"] else {}
    changed = {row["id"]: row for row in rows("actions", authority_id=authority, **since)}
    kept["actions"].update(changed)
    there = {row["id"] for row in rows("actions", authority_id=authority, fields="id", sort="id")}
    gone = [id for id in kept["actions"] if id not in there]
    for id in gone:
        del kept["actions"][id]
    kept["since"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began - OVERLAP))
    copy.write_text(json.dumps(kept))
    print(f"{len(kept['actions'])} actions: {len(changed)} read, {len(gone)} gone")


if __name__ == "__main__":
    main(*sys.argv[1:])
