-- What moves jobs and events on to the broker. Any number of relays may do this at once.

-- Hands waiting jobs out, in the order in which they are to be published. A job goes out while its tenant has
--   - credit: fewer jobs of the same or a higher priority under way than its limit, so that an urgent job never waits
--     behind its tenant's own lesser ones, and
--   - a token that is free, or that nothing holds yet: what would only be deferred stays here.
-- Tenants take turns: everyone's first job comes before anyone's second.
--
-- Only one relay hands out at a time, or two would spend the same credit. Meanwhile the other waits a moment,
-- then leaves it be: its next round comes.
CREATE FUNCTION fleet.dispatch(p_limit bigint) RETURNS TABLE (job_id uuid, tenant_id text, priority smallint,
    created_at timestamptz, traceparent text, events jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_tries integer := 10;
    v_jobs uuid[];
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(hashtextextended('gildhall.dispatch', 0)) LOOP
        v_tries := v_tries - 1;
        IF v_tries = 0 THEN
            RETURN;
        END IF;
        PERFORM pg_sleep(0.003);
    END LOOP;

    -- One probe per waiting tenant, however many jobs wait.
    WITH RECURSIVE waiting AS (
        (SELECT tenant_id FROM video_processing_jobs WHERE status = 'pending' ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id FROM waiting w CROSS JOIN LATERAL (
            SELECT j.tenant_id FROM video_processing_jobs j
            WHERE j.status = 'pending' AND j.tenant_id > w.tenant_id ORDER BY j.tenant_id LIMIT 1) n
    ),
    -- under_way[p + 1]: jobs of priority p or higher.
    credit AS (
        SELECT t.id, t.max_concurrent, u.under_way,
            t.max_concurrent - (SELECT count(*) FROM leases l WHERE l.tenant_id = t.id) AS free
        FROM waiting w
        -- OFFSET keeps the planner from asking for every tenant's leases before it knows which tenants wait.
        CROSS JOIN LATERAL (
            SELECT id, max_concurrent FROM tenants WHERE id = w.tenant_id AND suspended_at IS NULL OFFSET 0) t
        CROSS JOIN LATERAL (
            SELECT ARRAY[count(*), count(*) FILTER (WHERE j.priority >= 1), count(*) FILTER (WHERE j.priority >= 2),
                count(*) FILTER (WHERE j.priority >= 3), count(*) FILTER (WHERE j.priority >= 4),
                count(*) FILTER (WHERE j.priority >= 5), count(*) FILTER (WHERE j.priority >= 6),
                count(*) FILTER (WHERE j.priority >= 7), count(*) FILTER (WHERE j.priority >= 8),
                count(*) FILTER (WHERE j.priority >= 9)] AS under_way
            FROM video_processing_jobs j
            WHERE j.tenant_id = t.id AND j.status IN ('queued', 'processing', 'retrying')) u
    ),
    picked AS (
        SELECT r.id, r.turn, r.priority, r.created_at
        FROM credit c
        CROSS JOIN LATERAL (
            SELECT n.*, row_number() OVER (ORDER BY n.priority DESC, n.created_at, n.id) AS turn
            FROM (SELECT j.id, j.priority, j.created_at FROM video_processing_jobs j
                WHERE j.tenant_id = c.id AND j.status = 'pending'
                ORDER BY j.priority DESC, j.created_at, j.id
                LIMIT greatest(least(c.free, p_limit), 0)) n) r
        WHERE c.free > 0 AND c.under_way[r.priority + 1] + r.turn - 1 < c.max_concurrent
        ORDER BY r.turn, r.priority DESC, r.created_at, r.id
        LIMIT p_limit
    )
    SELECT array_agg(p.id ORDER BY p.turn, p.priority DESC, p.created_at, p.id) INTO v_jobs FROM picked p;
    IF v_jobs IS NULL THEN
        RETURN;
    END IF;

    -- A job that is cancelled at this moment is no longer pending once its row is free, and is left out.
    RETURN QUERY
    WITH queued AS (
        UPDATE video_processing_jobs j SET status = 'queued', dispatched_at = clock_timestamp(), dispatches = 1
        WHERE j.id = ANY (v_jobs) AND j.status = 'pending'
        RETURNING j.id, j.tenant_id, j.priority, j.created_at, j.traceparent,
            ledger.event_body(j.id, j.tenant_id, j.status, j.started_at, j.attempts, j.metadata) AS body
    ), told AS (
        INSERT INTO outbox AS o (kind, tenant_id, job_id, traceparent, payload)
        SELECT 'event', q.tenant_id, q.id, q.traceparent, q.body FROM queued q
        RETURNING o.*
    )
    SELECT q.id, q.tenant_id, q.priority, q.created_at, q.traceparent, jsonb_build_array(to_jsonb(t))
    FROM queued q JOIN told t ON t.job_id = q.id ORDER BY array_position(v_jobs, q.id);
END
$$;

-- How many messages for jobs the queue should hold at this moment; 0 where no job has waited for longer than p_older_ms,
-- since then nothing can be wrong yet.
CREATE FUNCTION fleet.waiting_on_broker(p_older_ms bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE WHEN bool_or(greatest(dispatched_at, not_before) < clock_timestamp() - ledger.ms(p_older_ms))
        THEN count(*) ELSE 0 END
    FROM video_processing_jobs
    WHERE status IN ('queued', 'retrying') AND (not_before IS NULL OR not_before < clock_timestamp())
$$;

-- Jobs whose message should have been served by now: its publisher died before or the broker lost it after. Each time it
-- takes twice as long until a job is looked at again, at most 32 times. Two messages for one job do no harm.
CREATE FUNCTION fleet.overdue(p_older_ms bigint, p_limit bigint) RETURNS TABLE (job_id uuid, tenant_id text,
    priority smallint, created_at timestamptz, traceparent text, events jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_older interval := ledger.ms(p_older_ms);
BEGIN
    RETURN QUERY
    WITH due AS (
        SELECT j.id FROM video_processing_jobs j
        WHERE j.status IN ('queued', 'retrying') AND j.dispatched_at < v_now - v_older
            AND greatest(j.dispatched_at, j.not_before) < v_now - v_older * (1 << least(greatest(j.dispatches, 1) - 1, 5))
        ORDER BY j.dispatched_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    )
    UPDATE video_processing_jobs j SET status = 'queued', not_before = NULL, dispatched_at = v_now,
        dispatches = j.dispatches + 1
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.tenant_id, j.priority, j.created_at, j.traceparent, '[]'::jsonb;
END
$$;

-- Takes jobs back from workers that stopped renewing. Most come back sooner, when the broker delivers their message again:
-- this is for those whose message is gone as well. `again`: a message is to be sent; else the job has ended.
-- While the database was down nobody could renew: leases that ran out then have their grace from its start on.
CREATE FUNCTION fleet.reap(p_grace_ms bigint, p_max_crashes smallint, p_limit bigint) RETURNS TABLE (job_id uuid,
    tenant_id text, priority smallint, created_at timestamptz, traceparent text, events jsonb, again boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_job uuid;
    v_before timestamptz := clock_timestamp() - ledger.ms(p_grace_ms);
    j video_processing_jobs;
BEGIN
    IF pg_postmaster_start_time() > v_before THEN
        RETURN;
    END IF;
    FOR v_job IN SELECT l.job_id FROM leases l WHERE l.expires_at < v_before ORDER BY l.expires_at LIMIT p_limit LOOP
        SELECT * INTO j FROM video_processing_jobs WHERE id = v_job FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        -- Renewed or taken over meanwhile: not ours.
        DELETE FROM leases l WHERE l.job_id = v_job AND l.expires_at < v_before;
        CONTINUE WHEN NOT FOUND;
        IF j.cancel_requested_at IS NOT NULL THEN
            UPDATE video_processing_jobs SET status = 'cancelled', finished_at = clock_timestamp() WHERE id = v_job;
        ELSIF j.crashes + 1 >= p_max_crashes THEN
            PERFORM ledger.poison(v_job);
        ELSE
            UPDATE video_processing_jobs SET status = 'queued', crashes = crashes + 1,
                dispatched_at = clock_timestamp(), dispatches = 1 WHERE id = v_job;
            RETURN QUERY SELECT j.id, j.tenant_id, j.priority, j.created_at, j.traceparent, '[]'::jsonb, true;
            CONTINUE;
        END IF;
        RETURN QUERY SELECT j.id, j.tenant_id, j.priority, j.created_at, j.traceparent, ledger.told(v_job), false;
    END LOOP;
END
$$;

-- What should have been published by now. Who takes a row up keeps others off it for as long again.
CREATE FUNCTION fleet.sweep(p_older_ms bigint, p_limit bigint) RETURNS SETOF outbox LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    WITH due AS (
        SELECT o.id FROM outbox o WHERE coalesce(o.swept_at, o.created_at) <= v_now - ledger.ms(p_older_ms)
        ORDER BY o.id LIMIT p_limit FOR UPDATE SKIP LOCKED
    ), swept AS (
        UPDATE outbox o SET swept_at = v_now FROM due WHERE o.id = due.id RETURNING o.*
    )
    SELECT * FROM swept ORDER BY id;
END
$$;
