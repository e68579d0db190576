-- Jobs, the diagram of their states, and the history of each.

CREATE TABLE job_transitions (
    from_status text COLLATE "C" NOT NULL,
    to_status   text COLLATE "C" NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
COMMENT ON TABLE job_transitions IS 'The state diagram: JobStatus::may_become of the contract says the same.';
INSERT INTO job_transitions VALUES
    ('pending', 'queued'), ('pending', 'cancelled'), ('pending', 'failed'),
    ('queued', 'processing'), ('queued', 'pending'), ('queued', 'cancelled'), ('queued', 'failed'),
    ('processing', 'completed'), ('processing', 'failed'), ('processing', 'cancelled'), ('processing', 'retrying'),
    ('processing', 'pending'), ('processing', 'queued'),
    ('retrying', 'processing'), ('retrying', 'queued'), ('retrying', 'pending'), ('retrying', 'cancelled'),
    ('retrying', 'failed'),
    ('failed', 'pending'), ('cancelled', 'pending');

CREATE TABLE video_processing_jobs (
    id                  uuid PRIMARY KEY,
    tenant_id           text COLLATE "C" NOT NULL,
    status              text COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'queued', 'processing', 'retrying', 'completed', 'failed', 'cancelled')),
    priority            smallint NOT NULL CHECK (priority BETWEEN 0 AND 9),
    spec                jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
    metadata            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    quality             text COLLATE "C" NOT NULL DEFAULT 'full' CHECK (quality IN ('full', 'reduced')),
    run                 integer NOT NULL DEFAULT 1 CHECK (run >= 1),
    attempts            smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    crashes             smallint NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    fence               bigint NOT NULL DEFAULT 0 CHECK (fence >= 0),
    worker              text,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    dispatched_at       timestamptz,
    dispatches          integer NOT NULL DEFAULT 0,
    started_at          timestamptz,
    finished_at         timestamptz,
    not_before          timestamptz,
    cancel_requested_at timestamptz,
    failure_class       text CHECK (failure_class IN ('recoverable', 'rejected', 'resource', 'poison')),
    failure_code        text,
    failure_message     text,
    output              jsonb,
    warnings            jsonb,
    traceparent         text,
    updated_at          timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT ended_has_its_time CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CONSTRAINT completed_has_its_output CHECK ((status = 'completed') = (output IS NOT NULL)),
    CONSTRAINT failed_has_its_reason CHECK (status <> 'failed' OR failure_class IS NOT NULL),
    CONSTRAINT a_failure_is_whole CHECK (num_nulls(failure_class, failure_code, failure_message) IN (0, 3)),
    CONSTRAINT processing_has_its_worker CHECK (status <> 'processing'
        OR (started_at IS NOT NULL AND fence > 0 AND worker IS NOT NULL)),
    CONSTRAINT under_way_was_dispatched CHECK (status NOT IN ('queued', 'processing', 'retrying')
        OR dispatched_at IS NOT NULL),
    CONSTRAINT only_retrying_waits_for_a_time CHECK ((status = 'retrying') = (not_before IS NOT NULL)),
    CONSTRAINT waiting_has_no_cancel CHECK (cancel_requested_at IS NULL
        OR status NOT IN ('pending', 'queued', 'retrying'))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
COMMENT ON COLUMN video_processing_jobs.run IS '1, and one more for each replay.';
COMMENT ON COLUMN video_processing_jobs.attempts IS 'Failed attempts that were spent in this run.';
COMMENT ON COLUMN video_processing_jobs.crashes IS 'Workers that were lost with this job in this run.';
COMMENT ON COLUMN video_processing_jobs.fence IS 'Raised by each claim, never lowered: whoever holds a lower one lost the job.';
COMMENT ON COLUMN video_processing_jobs.dispatches IS 'Messages since it was last queued or set to retry.';

-- Dispatch: tenants with waiting jobs, and each tenant's jobs in order. Bounded by what waits.
CREATE INDEX jobs_pending ON video_processing_jobs (tenant_id, priority DESC, created_at, id)
    WHERE status = 'pending';
-- Dispatch: what a tenant has under way. Bounded by the limits.
CREATE INDEX jobs_under_way ON video_processing_jobs (tenant_id, priority)
    WHERE status IN ('queued', 'processing', 'retrying');
-- The search for lost messages.
CREATE INDEX jobs_on_the_broker ON video_processing_jobs (dispatched_at)
    WHERE status IN ('queued', 'retrying');
-- Lists: the newest of a tenant, of one status each; lists over several statuses merge them.
CREATE INDEX jobs_by_tenant ON video_processing_jobs (tenant_id, status, created_at DESC, id DESC);
-- Lists by the caller's own metadata. Jobs without any, the many, cost nothing here.
CREATE INDEX jobs_by_metadata ON video_processing_jobs USING gin (metadata jsonb_path_ops)
    WHERE metadata <> '{}'::jsonb;

-- No foreign key: a step of a job has the job's row locked already, and each step writes a line here.
CREATE TABLE job_history (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id      uuid NOT NULL,
    tenant_id   text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    from_status text COLLATE "C",
    to_status   text COLLATE "C" NOT NULL,
    attempt     bigint NOT NULL,
    worker      text,
    detail      jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN job_history.attempt IS 'The fencing number of the job at that moment.';
CREATE INDEX job_history_by_job ON job_history (job_id, id);

CREATE FUNCTION ledger.job_was_submitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_history (job_id, tenant_id, from_status, to_status, attempt)
    SELECT id, tenant_id, NULL, status, fence FROM submitted;
    RETURN NULL;
END
$$;
CREATE TRIGGER job_was_submitted AFTER INSERT ON video_processing_jobs
    REFERENCING NEW TABLE AS submitted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.job_was_submitted();

-- Refuses a step that the diagram does not have, whoever asks for it, and writes down one that it has.
CREATE FUNCTION ledger.job_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM job_transitions WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'a job cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_transitions';
    END IF;
    NEW.updated_at := clock_timestamp();
    INSERT INTO job_history (job_id, tenant_id, at, from_status, to_status, attempt, worker, detail)
    VALUES (NEW.id, NEW.tenant_id, NEW.updated_at, OLD.status, NEW.status, NEW.fence,
        CASE WHEN 'processing' IN (OLD.status, NEW.status) THEN NEW.worker END,
        CASE WHEN NEW.status IN ('failed', 'retrying') AND NEW.failure_class IS NOT NULL
            THEN jsonb_build_object('class', NEW.failure_class, 'code', NEW.failure_code,
                'message', NEW.failure_message, 'attempts', NEW.attempts)
            WHEN NEW.crashes > OLD.crashes THEN jsonb_build_object('crashes', NEW.crashes)
            WHEN NEW.run > OLD.run THEN jsonb_build_object('run', NEW.run)
            ELSE '{}' END);
    RETURN NEW;
END
$$;
CREATE TRIGGER job_moves BEFORE UPDATE ON video_processing_jobs
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION ledger.job_moves();

-- What a caller's Idempotency-Key stands for.
CREATE TABLE idempotency_keys (
    tenant_id   text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_sha256 bytea NOT NULL CHECK (length(body_sha256) = 32),
    job_id      uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
