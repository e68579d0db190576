-- What the steps are made of. All of it runs as its caller.

-- The body of an event: EventData of the contract.
CREATE FUNCTION ledger.event_body(p_job uuid, p_tenant text, p_status text, p_started_at timestamptz, p_attempts integer,
    p_metadata jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('job_id', p_job, 'tenant_id', p_tenant, 'status', p_status, 'metadata', p_metadata,
        'attempt', CASE
            WHEN p_started_at IS NULL THEN 0
            -- The attempt that failed for good has been counted already.
            WHEN p_status = 'failed' THEN greatest(p_attempts, 1)
            ELSE p_attempts + 1 END)
$$;

-- Leaves the event of a job's present status in the outbox, and beside that of a failed one its dead letter. Gives the new
-- rows back, so that a step can return them.
CREATE FUNCTION ledger.told(p_job uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    j video_processing_jobs;
    o outbox;
    v_failure jsonb;
    v_told jsonb;
BEGIN
    SELECT * INTO j FROM video_processing_jobs WHERE id = p_job;
    IF j.status = 'failed' THEN
        v_failure := jsonb_build_object('class', j.failure_class, 'code', j.failure_code, 'message', j.failure_message);
    END IF;
    INSERT INTO outbox (kind, tenant_id, job_id, traceparent, payload)
    VALUES ('event', j.tenant_id, p_job, j.traceparent,
        ledger.event_body(p_job, j.tenant_id, j.status, j.started_at, j.attempts, j.metadata) || CASE j.status
            WHEN 'completed' THEN jsonb_build_object('output', j.output)
            WHEN 'failed' THEN jsonb_build_object('failure', v_failure)
            ELSE '{}' END)
    RETURNING * INTO o;
    v_told := jsonb_build_array(to_jsonb(o));
    IF j.status = 'failed' THEN
        INSERT INTO outbox (kind, tenant_id, job_id, traceparent, payload)
        VALUES ('dead', j.tenant_id, p_job, j.traceparent,
            jsonb_build_object('priority', j.priority, 'submitted_at', j.created_at, 'failure', v_failure))
        RETURNING * INTO o;
        v_told := v_told || to_jsonb(o);
    END IF;
    RETURN v_told;
END
$$;

CREATE FUNCTION ledger.ms(p_ms bigint) RETURNS interval LANGUAGE sql IMMUTABLE AS
    $$ SELECT p_ms * interval '1 millisecond' $$;

-- Takes one of the tenant's tokens for a job whose row the caller has locked; null where none is free.
--
-- With a limit of n the tokens are the slots 1 to n. After a limit was lowered, leases may still hold slots above it: each of
-- those makes the highest free slot unusable. So with u the highest usable slot, u and the number of leases above it
-- are never more than the limit together, and whoever takes slots up to u cannot bring the leases beyond it.
-- Claims that go for the same slot at the same moment meet at the unique key, where one waits for the other's commit,
-- then looks again. Looking from a random slot on makes that rare.
CREATE FUNCTION ledger.take_token(p_job uuid, p_tenant text, p_limit integer, p_worker text, p_fence bigint,
    p_lease_ms bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_above integer;
    v_usable integer;
    v_start integer;
    v_slot integer;
    v_now timestamptz;
BEGIN
    FOR v_try IN 1..8 LOOP
        v_usable := p_limit;
        SELECT count(*) INTO v_above FROM leases WHERE tenant_id = p_tenant AND slot > p_limit;
        IF v_above > 0 THEN
            v_usable := coalesce((SELECT s - 1 FROM generate_series(1, p_limit) s
                WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.tenant_id = p_tenant AND l.slot = s)
                ORDER BY s DESC OFFSET v_above - 1 LIMIT 1), 0);
        END IF;
        v_start := 1 + floor(random() * v_usable);
        v_slot := coalesce(ledger.free_slot(p_tenant, v_start, v_usable), ledger.free_slot(p_tenant, 1, v_start - 1));
        IF v_slot IS NULL THEN
            RETURN NULL;
        END IF;
        v_now := clock_timestamp();
        INSERT INTO leases (job_id, tenant_id, slot, worker, fence, acquired_at, renewed_at, expires_at)
        VALUES (p_job, p_tenant, v_slot, p_worker, p_fence, v_now, v_now, v_now + ledger.ms(p_lease_ms))
        ON CONFLICT (tenant_id, slot) DO NOTHING;
        IF FOUND THEN
            RETURN v_slot;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- The first slot from p_from to p_to that no lease of the tenant holds. A loop, since it nearly always ends at once.
CREATE FUNCTION ledger.free_slot(p_tenant text, p_from integer, p_to integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    FOR v_slot IN p_from..p_to LOOP
        IF NOT EXISTS (SELECT 1 FROM leases WHERE tenant_id = p_tenant AND slot = v_slot) THEN
            RETURN v_slot;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- Gives a job's token back and locks the job's row, if the job is still in the hands of that fencing number. No row
-- comes back where it is not: then nothing was changed, and nothing may be.
CREATE FUNCTION ledger.release(p_job uuid, p_fence bigint) RETURNS SETOF leases LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM video_processing_jobs WHERE id = p_job AND fence = p_fence AND status = 'processing' FOR UPDATE;
    IF FOUND THEN
        RETURN QUERY DELETE FROM leases l WHERE l.job_id = p_job AND l.fence = p_fence RETURNING l.*;
    END IF;
END
$$;

CREATE FUNCTION ledger.audit(p_actor text, p_kind text, p_address text, p_tenant text, p_action text, p_subject text,
    p_outcome text, p_detail jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (actor, actor_kind, address, tenant_id, action, subject, outcome, detail)
    VALUES (p_actor, p_kind, p_address::inet, p_tenant, p_action, p_subject, p_outcome, p_detail);
END
$$;
