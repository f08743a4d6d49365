-- Who may call, and which POSTs have been answered already.

-- An API key is shown once, when it is made; only its SHA-256 stays. The key is
-- 256 random bits, so there is nothing for a slow hash to protect.
CREATE TABLE inspectd.client (
    id            uuid PRIMARY KEY,
    name          text        NOT NULL CHECK (name <> ''),
    key_hash      bytea       NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    scopes        text[]      NOT NULL,
    authority_ids text[],                 -- NULL: every authority
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz
);
GRANT SELECT ON inspectd.client TO inspectd_api;

-- Successful answers to POSTs that carried an Idempotency-Key, kept 24 hours.
-- A row without a status belongs to a transaction still in flight.
CREATE TABLE inspectd.idempotency (
    caller       text        NOT NULL,
    method       text        NOT NULL,
    path         text        NOT NULL,
    key          text        NOT NULL,
    request_hash text        NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    status       integer,
    location     text,
    etag         text,
    body         text,
    PRIMARY KEY (caller, method, path, key)
);
CREATE INDEX idempotency_at ON inspectd.idempotency (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON inspectd.idempotency TO inspectd_api;

-- Which files `inspectd load` has taken in, so that a second start is quick.
CREATE TABLE inspectd.loaded_file (
    name     text PRIMARY KEY,
    checksum text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
