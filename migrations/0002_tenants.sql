-- Who may use the service, and how much of it.

CREATE TABLE tenants (
    id                  text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    max_concurrent      integer NOT NULL DEFAULT 2 CHECK (max_concurrent BETWEEN 1 AND 1000),
    requests_per_minute integer NOT NULL DEFAULT 600 CHECK (requests_per_minute BETWEEN 1 AND 1000000),
    monthly_jobs        integer CHECK (monthly_jobs >= 0),
    suspended_at        timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN tenants.id IS 'Never changes: it stands in object keys and routing keys.';
COMMENT ON COLUMN tenants.monthly_jobs IS 'Jobs that may be submitted in a calendar month (UTC); null is no limit.';

-- Other tables name a tenant without a foreign key: tenants are never deleted, and the check would lock the
-- tenant's one row for every job of it.

CREATE TABLE api_keys (
    id            uuid PRIMARY KEY,
    tenant_id     text COLLATE "C" NOT NULL REFERENCES tenants,
    label         text NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
    prefix        text COLLATE "C" NOT NULL UNIQUE CHECK (length(prefix) BETWEEN 8 AND 64),
    secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
    scopes        text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, created_at);

-- One row per tenant, month and token. What is submitted counts on slot 0, what is rendered on the slot of the token it
-- was rendered under: no two workers ever finish on one slot at a time, so none waits for another's commit.
CREATE TABLE usage (
    tenant_id text COLLATE "C" NOT NULL,
    month     date NOT NULL CHECK (extract(day FROM month) = 1),
    slot      integer NOT NULL,
    jobs      bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    render_ms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, month, slot)
) WITH (fillfactor = 50);
