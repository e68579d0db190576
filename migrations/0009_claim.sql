-- A worker has a message for a job: may it run, now? Everything about it is decided here, in one round trip.
--
-- Every step locks the job's row first and its lease second, so steps of one job follow one another and never deadlock.
CREATE FUNCTION fleet.claim(p_job uuid, p_tenant text, p_worker text, p_lease_ms bigint, p_redelivered boolean,
    p_max_crashes smallint, OUT outcome text, OUT wait_ms bigint, OUT run jsonb, OUT spec jsonb, OUT events jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    j video_processing_jobs;
    l leases;
    t tenants;
    v_now timestamptz;
    v_crashed integer;
BEGIN
    SELECT * INTO j FROM video_processing_jobs WHERE id = p_job FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    ELSIF j.tenant_id <> p_tenant THEN
        outcome := 'wrong_tenant';
        RETURN;
    ELSIF j.status IN ('completed', 'failed', 'cancelled') THEN
        outcome := 'terminal';
        RETURN;
    ELSIF j.status = 'pending' THEN
        outcome := 'not_dispatched';
        RETURN;
    END IF;
    v_now := clock_timestamp();

    IF j.status = 'processing' THEN
        -- A renewal may be under way: whoever is first at the lease decides.
        SELECT * INTO l FROM leases WHERE job_id = p_job FOR UPDATE;
        -- A worker does one job at a time: if the lease is its own, it claimed before and the answer was lost on the way.
        v_crashed := (l.worker IS DISTINCT FROM p_worker)::integer;
        IF v_crashed = 1 AND l.expires_at > v_now THEN
            -- After a crash the broker delivers again long before the lease runs out. The message must not be lost, for it
            -- is what brings the job back; a copy that was never delivered before is one too many.
            outcome := CASE WHEN p_redelivered THEN 'park' ELSE 'duplicate' END;
            wait_ms := least(8000, ceil(extract(epoch FROM l.expires_at - v_now) * 1000));
            RETURN;
        ELSIF j.cancel_requested_at IS NOT NULL THEN
            DELETE FROM leases WHERE job_id = p_job;
            UPDATE video_processing_jobs SET status = 'cancelled', finished_at = v_now WHERE id = p_job;
            events := ledger.told(p_job);
            outcome := 'ended';
            RETURN;
        ELSIF v_crashed = 1 AND j.crashes + 1 >= p_max_crashes THEN
            DELETE FROM leases WHERE job_id = p_job;
            PERFORM ledger.poison(p_job);
            events := ledger.told(p_job);
            outcome := 'ended';
            RETURN;
        END IF;
        -- The job's own token goes to its next worker: a crash leaks none.
        UPDATE leases SET worker = p_worker, fence = j.fence + 1, acquired_at = v_now, renewed_at = v_now,
            expires_at = v_now + ledger.ms(p_lease_ms), progress = NULL WHERE job_id = p_job;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'job % is processing without a lease', p_job USING ERRCODE = 'data_corrupted';
        END IF;
        UPDATE video_processing_jobs SET fence = fence + 1, crashes = crashes + v_crashed, worker = p_worker,
            updated_at = v_now WHERE id = p_job RETURNING * INTO j;
        INSERT INTO job_history (job_id, tenant_id, at, from_status, to_status, attempt, worker, detail)
        VALUES (p_job, j.tenant_id, v_now, 'processing', 'processing', j.fence, p_worker,
            jsonb_build_object('crashes', j.crashes));
    ELSE
        IF j.not_before > v_now + interval '50 milliseconds' THEN
            outcome := 'park';
            wait_ms := ceil(extract(epoch FROM j.not_before - v_now) * 1000);
            RETURN;
        END IF;
        SELECT * INTO t FROM tenants WHERE id = p_tenant;
        IF t.suspended_at IS NOT NULL
            OR ledger.take_token(p_job, p_tenant, t.max_concurrent, p_worker, j.fence + 1, p_lease_ms) IS NULL
        THEN
            UPDATE video_processing_jobs SET status = 'pending', not_before = NULL WHERE id = p_job;
            outcome := 'deferred';
            RETURN;
        END IF;
        UPDATE video_processing_jobs SET status = 'processing', fence = fence + 1, worker = p_worker,
            started_at = coalesce(started_at, v_now), not_before = NULL WHERE id = p_job RETURNING * INTO j;
    END IF;

    outcome := 'run';
    spec := j.spec;
    run := jsonb_build_object('fence', j.fence, 'quality', j.quality, 'attempts', j.attempts, 'crashes', j.crashes,
        'traceparent', j.traceparent, 'priority', j.priority, 'created_at', j.created_at);
    events := ledger.told(p_job);
END
$$;

-- A message that takes its worker down again and again is set aside, whatever is wrong with it.
CREATE FUNCTION ledger.poison(p_job uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE video_processing_jobs SET status = 'failed', finished_at = clock_timestamp(), crashes = crashes + 1,
        failure_class = 'poison', failure_code = 'worker_killed',
        failure_message = 'the job took its worker down ' || (crashes + 1) || ' times'
    WHERE id = p_job
$$;

-- Keeps a lease alive. The lease's row alone is written, and only while it still bears that fencing number; one that has run
-- out but that nobody took is still ours.
CREATE FUNCTION fleet.renew(p_job uuid, p_fence bigint, p_extend_ms bigint, p_progress jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE leases SET renewed_at = v_now, expires_at = v_now + ledger.ms(p_extend_ms),
        progress = coalesce(p_progress, progress)
    WHERE job_id = p_job AND fence = p_fence;
    IF NOT FOUND THEN
        RETURN 'lost';
    END IF;
    RETURN (SELECT CASE WHEN cancel_requested_at IS NULL THEN 'held' ELSE 'cancel_requested' END
        FROM video_processing_jobs WHERE id = p_job);
END
$$;
