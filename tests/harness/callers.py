"""Kinds of callers, and what each may do: tables written by hand, held to the service by test_callers.py.

What a row is to a caller depends on whose it is (A and B: two authorities; nobody: all
of them) and on its kind:

  open        public, and what makes it open besides: published, final, agreed
  shut        public, and not open yet: an inspection that is not published, a provisional finding, a draft plan
  council     for those who are bound to the authority
  restricted  for those of them who are cleared for that
  gone        deleted; before that it was as `council`
"""

from __future__ import annotations

import dataclasses
from typing import Any, Iterator

import psycopg

from harness.service import ALL_SCOPES, Service

# --- the callers ------------------------------------------------------------------------

READS = sorted({scope for scope in ALL_SCOPES if scope.endswith(":read")} - {"audit:read"})
WRITES = sorted(scope for scope in ALL_SCOPES if scope.endswith(":write"))
READER, WRITER = [*READS, "audit:read"], [*READS, *WRITES, "audit:read"]

# caller: scopes, authorities (None: all of them), clearance
CALLERS: dict[str, tuple[list[str], str | None, str]] = {
    "public": (WRITER, None, "public"),
    "public_of_a": (WRITER, "A", "public"),
    "read_a": (READER, "A", "restricted"),
    "write_a": (WRITER, "A", "restricted"),
    "council_a": (WRITER, "A", "council"),
    "two": (WRITER, "AB", "restricted"),
    "council_all": (WRITER, None, "council"),
    "all_read": (READER, None, "restricted"),
    "all_write": (WRITER, None, "restricted"),
    "admin": (["admin"], None, "restricted"),
    # What is granted counts for nothing, because the client is bound, or not cleared for all.
    "bound_admin": (["admin"], "A", "restricted"),
    "council_admin": (["admin"], None, "council"),
    # For what is not about anybody's rows.
    "no_scope": (["act_as"], None, "restricted"),
}
STRANGERS = ("anonymous", "revoked", "expired")

# --- what each may, by hand ----------------------------------------------------------------

COLUMNS = [
    *(("A", kind) for kind in ("open", "shut", "council", "restricted", "gone")),
    *(("B", kind) for kind in ("open", "shut", "council", "restricted", "gone")),
    *(("nobody", kind) for kind in ("open", "council", "restricted", "gone")),
]


def table(text: str, columns: list) -> dict[str, dict[Any, str]]:
    """Of a table written as text: {caller: {column: cell}}."""
    found = {}
    for caller, *cells in (line.split() for line in text.strip().splitlines()):
        assert len(cells) == len(columns), f"{caller}: {len(cells)} cells for {len(columns)} columns"
        found[caller] = dict(zip(columns, cells))
    return found


# What reading one row answers. `gone` is as absent; where that is asked about what was, it is as `council`.
#                A: open shut coun rest gone  B: open shut coun rest gone  nobody's: open coun rest gone
SEES = table("""
    public           200  404  404  404  404     200  404  404  404  404             200  404  404  404
    public_of_a      200  404  404  404  404     200  404  404  404  404             200  404  404  404
    read_a           200  200  200  200  404     200  404  404  404  404             200  200  200  404
    write_a          200  200  200  200  404     200  404  404  404  404             200  200  200  404
    council_a        200  200  200  404  404     200  404  404  404  404             200  200  404  404
    two              200  200  200  200  404     200  200  200  200  404             200  200  200  404
    council_all      200  200  200  404  404     200  200  200  404  404             200  200  404  404
    all_read         200  200  200  200  404     200  200  200  200  404             200  200  200  404
    all_write        200  200  200  200  404     200  200  200  200  404             200  200  200  404
    admin            200  200  200  200  404     200  200  200  200  404             200  200  200  404
    bound_admin      403  403  403  403  403     403  403  403  403  403             403  403  403  403
    council_admin    403  403  403  403  403     403  403  403  403  403             403  403  403  403
    no_scope         403  403  403  403  403     403  403  403  403  403             403  403  403  403
    anonymous        401  401  401  401  401     401  401  401  401  401             401  401  401  401
    revoked          401  401  401  401  401     401  401  401  401  401             401  401  401  401
    expired          401  401  401  401  401     401  401  401  401  401             401  401  401  401
""", COLUMNS)

# What changing, moving or deleting one answers; and of one that is gone, restoring it.
#                A: open shut coun rest gone  B: open shut coun rest gone  nobody's: open coun rest gone
CHANGES = table("""
    public           403  404  404  404  404     403  404  404  404  404             403  404  404  404
    public_of_a      403  404  404  404  404     403  404  404  404  404             403  404  404  404
    read_a           403  403  403  403  403     403  403  403  403  403             403  403  403  403
    write_a           ok   ok   ok   ok   ok     403  404  404  404  404             403  403  403  403
    council_a         ok   ok   ok  404   ok     403  404  404  404  404             403  403  404  403
    two               ok   ok   ok   ok   ok      ok   ok   ok   ok   ok             403  403  403  403
    council_all       ok   ok   ok  404   ok      ok   ok   ok  404   ok              ok   ok  404   ok
    all_read         403  403  403  403  403     403  403  403  403  403             403  403  403  403
    all_write         ok   ok   ok   ok   ok      ok   ok   ok   ok   ok              ok   ok   ok   ok
    admin             ok   ok   ok   ok   ok      ok   ok   ok   ok   ok              ok   ok   ok   ok
    bound_admin      403  403  403  403  403     403  403  403  403  403             403  403  403  403
    council_admin    403  403  403  403  403     403  403  403  403  403             403  403  403  403
    no_scope         403  403  403  403  403     403  403  403  403  403             403  403  403  403
    anonymous        401  401  401  401  401     401  401  401  401  401             401  401  401  401
    revoked          401  401  401  401  401     401  401  401  401  401             401  401  401  401
    expired          401  401  401  401  401     401  401  401  401  401             401  401  401  401
""", COLUMNS)

NEW = [(owner, sensitivity) for owner in ("A", "B", "nobody") for sensitivity in ("public", "council", "restricted")]

# What adding one answers, by its sensitivity.
#                A: publ coun rest   B: publ coun rest   nobody's: publ coun rest
ADDS = table("""
    public           403  403  403      403  403  403              403  403  403
    public_of_a      403  403  403      403  403  403              403  403  403
    read_a           403  403  403      403  403  403              403  403  403
    write_a           ok   ok   ok      403  403  403              403  403  403
    council_a         ok   ok  422      403  403  403              403  403  403
    two               ok   ok   ok       ok   ok   ok              403  403  403
    council_all       ok   ok  422       ok   ok  422               ok   ok  422
    all_read         403  403  403      403  403  403              403  403  403
    all_write         ok   ok   ok       ok   ok   ok               ok   ok   ok
    admin             ok   ok   ok       ok   ok   ok               ok   ok   ok
    bound_admin      403  403  403      403  403  403              403  403  403
    council_admin    403  403  403      403  403  403              403  403  403
    no_scope         403  403  403      403  403  403              403  403  403
    anonymous        401  401  401      401  401  401              401  401  401
    revoked          401  401  401      401  401  401              401  401  401
    expired          401  401  401      401  401  401              401  401  401
""", NEW)

# What an operation that is about no row of anybody's answers, by what it needs:
#   read, audit   the scope for reading, `audit:read`
#   seals         audit:read, bound to no authority and cleared for all
#   admin         that scope; any: a key; free: nothing
NEEDS = table("""
    public           200  200  403  403  200  200
    public_of_a      200  200  403  403  200  200
    read_a           200  200  403  403  200  200
    write_a          200  200  403  403  200  200
    council_a        200  200  403  403  200  200
    two              200  200  403  403  200  200
    council_all      200  200  403  403  200  200
    all_read         200  200  200  403  200  200
    all_write        200  200  200  403  200  200
    admin            200  200  200   ok  200  200
    bound_admin      403  403  403  403  200  200
    council_admin    403  403  403  403  200  200
    no_scope         403  403  403  403  200  200
    anonymous        401  401  401  401  401  200
    revoked          401  401  401  401  401  200
    expired          401  401  401  401  401  200
""", ["read", "audit", "seals", "admin", "any", "free"])

# --- every route, by hand: what it is ---------------------------------------------------------

# Of no resource's rows.
PLAIN = {
    "free": "/docs /livez /metrics /problems /problems/{slug} /readyz /v1/openapi.json /v1/openapi.yaml",
    "any": "/v1 /v1/me /v1/search /v1/vocabularies /v1/working-days",
    "seals": "/v1/audit/verify /v1/audit/heads",
    "audit": "/v1/audit /v1/audit/counts /v1/audit/readings /v1/erasures /v1/erasures/counts /v1/erasures/{id} "
             "/v1/retention-rules /v1/retention-rules/{id}",
}
# A resource, what is done to its rows (a plus: by `admin` alone), and what is listed (and, with *, added) beneath them.
OWNED = """
actions          list add counts get change delete restore move history
                 documents* extensions* reschedules updates*
agenda-items     list add counts get change delete restore history
boards           list add counts get change delete restore history  actions meetings* plans
deadlines        list counts get change history
decisions        list add counts get change delete restore move history
delivery-models  list add counts get change delete restore history
documents        list add counts get change delete restore history
extensions       list add counts get move history
findings         list add counts get change delete restore move history  actions* documents*
inspections      list add counts get change delete restore move history
                 actions deadlines documents* findings* plans reschedules
interventions    list add counts get change delete restore history
measures         list add counts get change delete restore history  observations*
meetings         list add counts get change delete restore move history  agenda-items* decisions* documents*
observations     list add counts get change delete restore history
organisations    list add counts get change delete restore history
plans            list add counts get change delete restore move history carry-forwards
                 actions* deadlines documents* measures*
reschedules      list counts get history
updates          list add counts get history
"""
# Rows that are nobody's, so that all see them.
REFERENCE = """
authorities      list add+ counts get change+ delete+ restore+ move+ history handovers
                 actions* boards* deadlines delivery-models* findings inspections* interventions* measures* neighbours
                 plans*
frameworks       list get history
themes           list get history
clients          list+ add+ counts+ get+ change+ move+ history  keys*+
keys             list+ get+ move+ history
erasures         add+ history
retention-rules  change+ history
"""
WORDS = {
    "list": ("GET", ""), "add": ("POST", ""), "counts": ("GET", "/counts"), "get": ("GET", "/{id}"),
    "change": ("PATCH", "/{id}"), "delete": ("DELETE", "/{id}"), "restore": ("POST", "/{id}/restore"),
    "move": ("POST", "/{id}/transitions"), "history": ("GET", "/{id}/history"),
    "carry-forwards": ("POST", "/{id}/carry-forwards"), "handovers": ("POST", "/{id}/handovers"),
}


@dataclasses.dataclass(frozen=True)
class Route:
    method: str
    path: str
    does: str  # a word above; list_of and add_to, beneath a row; or what it needs
    above: str = ""  # whose id is in the path, or whose rows these are
    below: str = ""  # whose rows are listed or added beneath that
    admin: bool = False
    owned: bool = False

    @property
    def needs(self) -> str | None:
        """The column of NEEDS; None where it depends on the row, or on whose the new row would be."""
        if self.admin:
            return "admin"
        if self.owned and "{id}" in self.path or self.does in ("add", "list_of", "add_to", "handovers"):
            return None
        return {"list": "read", "counts": "read", "get": "read", "history": "audit"}.get(self.does, self.does)


def _of_resources(text: str, owned: bool) -> Iterator[Route]:
    for above, *words in (line.split() for line in text.replace("\n ", " ").strip().splitlines()):
        for word in words:
            name, admin = word.rstrip("*+"), word.endswith("+")
            if name in WORDS:
                method, suffix = WORDS[name]
                yield Route(method, f"/v1/{above}{suffix}", name, above, admin=admin, owned=owned)
                continue
            path = f"/v1/{above}/{{id}}/{name}"
            yield Route("GET", path, "list_of", above, name, admin, owned)
            if "*" in word:
                yield Route("POST", path, "add_to", above, name, admin, owned)


ROUTES = [
    *(Route("GET", path, needs) for needs, paths in PLAIN.items() for path in paths.split()),
    *_of_resources(OWNED, owned=True),
    *_of_resources(REFERENCE, owned=False),
]


# --- keys ----------------------------------------------------------------------------------------


def keys(service: Service, db: psycopg.Connection, authorities: dict[str, str]) -> dict[str, str | None]:
    """A key for each caller."""
    found: dict[str, str | None] = {"anonymous": None}
    for caller in (*CALLERS, *STRANGERS[1:]):
        scopes, owners, clearance = CALLERS.get(caller, CALLERS["all_read"])
        found[caller] = service.make_key(scopes, name=caller, new=True)
        # Not by options of `inspectd client`: some of these it would not make.
        db.execute("UPDATE inspectd.client SET authority_ids = %s, clearance = %s WHERE name = %s",
                   [owners and [authorities[owner] for owner in owners], clearance, caller])
    db.execute("UPDATE inspectd.client SET status = 'revoked' WHERE name = 'revoked'")
    db.execute("UPDATE inspectd.client SET expires_on = current_date - 2 WHERE name = 'expired'")
    return found
