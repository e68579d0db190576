-- Who did what by hand. Lines are added and read, never changed: nobody is granted more.
CREATE TABLE audit_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      text NOT NULL,
    actor_kind text COLLATE "C" NOT NULL CHECK (actor_kind IN ('api_key', 'operator', 'worker', 'relay')),
    tenant_id  text COLLATE "C",
    action     text COLLATE "C" NOT NULL,
    subject    text NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    outcome    text NOT NULL,
    address    inet
);
CREATE INDEX audit_log_by_tenant ON audit_log (tenant_id, id);
CREATE INDEX audit_log_by_subject ON audit_log (subject, id);
