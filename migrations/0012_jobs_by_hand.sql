-- What tenants and operators do to jobs, and how they look for them.

-- A job that nobody works on is cancelled at once; a worker is asked to stop. Null p_tenant: any tenant's.
CREATE FUNCTION ledger.cancel(p_tenant text, p_job uuid, p_actor text, p_kind text, p_address text,
    OUT outcome text, OUT status text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    j video_processing_jobs;
BEGIN
    SELECT * INTO j FROM video_processing_jobs WHERE id = p_job AND (p_tenant IS NULL OR tenant_id = p_tenant) FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    status := j.status;
    IF j.status IN ('completed', 'failed', 'cancelled') THEN
        outcome := 'terminal';
    ELSIF j.status = 'processing' THEN
        outcome := 'requested';
        UPDATE video_processing_jobs SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
        WHERE id = p_job;
    ELSE
        outcome := 'cancelled';
        status := 'cancelled';
        UPDATE video_processing_jobs SET status = 'cancelled', finished_at = clock_timestamp(), not_before = NULL,
            failure_class = NULL, failure_code = NULL, failure_message = NULL WHERE id = p_job;
        PERFORM ledger.told(p_job);
    END IF;
    PERFORM ledger.audit(p_actor, p_kind, p_address, j.tenant_id, 'job.cancel', p_job::text, outcome);
END
$$;

-- A failed or cancelled job starts over. Its row is locked, so of two people who ask at once one starts it and the
-- other is told that it is pending already.
CREATE FUNCTION ledger.replay(p_tenant text, p_job uuid, p_actor text, p_kind text, p_address text,
    OUT outcome text, OUT status text, OUT run integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    j video_processing_jobs;
BEGIN
    SELECT * INTO j FROM video_processing_jobs WHERE id = p_job AND (p_tenant IS NULL OR tenant_id = p_tenant) FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    status := j.status;
    run := j.run;
    outcome := 'not_ended';
    IF j.status = 'completed' THEN
        outcome := 'completed';
    ELSIF j.status IN ('failed', 'cancelled') THEN
        outcome := 'replayed';
        status := 'pending';
        run := j.run + 1;
        UPDATE video_processing_jobs SET status = 'pending', run = run + 1, attempts = 0, crashes = 0, quality = 'full',
            started_at = NULL, finished_at = NULL, cancel_requested_at = NULL, failure_class = NULL,
            failure_code = NULL, failure_message = NULL WHERE id = p_job;
    END IF;
    PERFORM ledger.audit(p_actor, p_kind, p_address, j.tenant_id, 'job.replay', p_job::text, outcome,
        jsonb_build_object('run', run));
END
$$;

-- Jobs with what their worker last said. It runs as whoever asks.
CREATE VIEW job_overview WITH (security_invoker = true) AS
SELECT j.id, j.tenant_id, j.status, j.priority, j.spec, j.metadata, j.quality, j.run, j.attempts, j.crashes, j.fence,
    j.worker, j.created_at, j.dispatched_at, j.dispatches, j.started_at, j.finished_at, j.not_before,
    j.cancel_requested_at, j.failure_class, j.failure_code, j.failure_message, j.output, j.warnings, j.traceparent,
    j.updated_at, l.progress, l.renewed_at
FROM video_processing_jobs j LEFT JOIN leases l ON l.job_id = j.id;
GRANT SELECT ON job_overview TO gildhall_api, gildhall_fleet;

-- The ids of a page, newest first. Every status is looked up by itself in one index and the results are merged, so a page
-- costs the same however many jobs there are. Null p_tenants or p_statuses: all.
CREATE FUNCTION ledger.page_of_jobs(p_tenants text[], p_statuses text[], p_from timestamptz, p_to timestamptz,
    p_metadata jsonb, p_before_at timestamptz, p_before_id uuid, p_limit bigint) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_tenants text[] := coalesce(p_tenants, ARRAY(SELECT id FROM tenants));
    v_statuses text[] := coalesce(p_statuses, ARRAY['pending', 'queued', 'processing', 'retrying', 'completed', 'failed',
        'cancelled']);
    v_before_at timestamptz := coalesce(p_before_at, 'infinity');
    v_before_id uuid := coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    IF p_metadata IS NULL OR p_metadata = '{}' THEN
        RETURN QUERY
        SELECT n.id FROM unnest(v_tenants) t CROSS JOIN unnest(v_statuses) s CROSS JOIN LATERAL (
            SELECT j.id, j.created_at FROM video_processing_jobs j
            WHERE j.tenant_id = t AND j.status = s AND j.created_at >= coalesce(p_from, '-infinity')
                AND j.created_at < coalesce(p_to, 'infinity') AND (j.created_at, j.id) < (v_before_at, v_before_id)
            ORDER BY j.created_at DESC, j.id DESC LIMIT p_limit) n
        ORDER BY n.created_at DESC, n.id DESC LIMIT p_limit;
    ELSE
        -- Planned anew each time: whether the index of metadata or that of times is better depends on the value.
        RETURN QUERY EXECUTE
        'SELECT j.id FROM video_processing_jobs j
         WHERE j.metadata @> $1 AND j.metadata <> ''{}''::jsonb AND j.tenant_id = ANY ($2) AND j.status = ANY ($3)
            AND j.created_at >= coalesce($4, ''-infinity''::timestamptz)
            AND j.created_at < coalesce($5, ''infinity''::timestamptz) AND (j.created_at, j.id) < ($6, $7)
         ORDER BY j.created_at DESC, j.id DESC LIMIT $8'
        USING p_metadata, v_tenants, v_statuses, p_from, p_to, v_before_at, v_before_id, p_limit;
    END IF;
END
$$;
