-- Who renders what until when, and what is still to be told.

-- A lease is a tenant's token: a job is processing exactly while it has one. Slots are unique within a tenant, so two
-- claims can never end on one token, whatever they saw.
CREATE TABLE leases (
    job_id      uuid PRIMARY KEY,
    tenant_id   text COLLATE "C" NOT NULL,
    slot        integer NOT NULL CHECK (slot >= 1),
    worker      text NOT NULL,
    fence       bigint NOT NULL,
    acquired_at timestamptz NOT NULL,
    renewed_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    progress    jsonb,
    UNIQUE (tenant_id, slot)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- No index on the time: renewals then stay within their page, and there are never more rows than workers.

-- Events and dead letters between their commit and the broker's confirm. Normally nearly empty.
CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text COLLATE "C" NOT NULL CHECK (kind IN ('event', 'dead')),
    event_id    uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id   text COLLATE "C" NOT NULL,
    job_id      uuid NOT NULL,
    payload     jsonb NOT NULL,
    traceparent text,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    swept_at    timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON COLUMN outbox.event_id IS 'Told again, an event keeps it: whoever listens can drop repeats.';
COMMENT ON COLUMN outbox.payload IS 'event: the body (EventData of the contract). dead: failure, priority, submitted_at.';
COMMENT ON COLUMN outbox.swept_at IS 'When a relay last took it up to publish it.';
