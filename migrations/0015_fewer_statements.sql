-- The same steps in fewer statements: what a job costs the database is mostly the number of statements it takes.

-- Refuses a step that the diagram does not have, whoever asks for it, and writes down one that it has.
CREATE OR REPLACE FUNCTION ledger.job_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    INSERT INTO job_history (job_id, tenant_id, at, from_status, to_status, attempt, worker, detail)
    SELECT NEW.id, NEW.tenant_id, NEW.updated_at, OLD.status, NEW.status, NEW.fence,
        CASE WHEN 'processing' IN (OLD.status, NEW.status) THEN NEW.worker END,
        CASE WHEN NEW.status IN ('failed', 'retrying') AND NEW.failure_class IS NOT NULL
            THEN jsonb_build_object('class', NEW.failure_class, 'code', NEW.failure_code,
                'message', NEW.failure_message, 'attempts', NEW.attempts)
            WHEN NEW.crashes > OLD.crashes THEN jsonb_build_object('crashes', NEW.crashes)
            WHEN NEW.run > OLD.run THEN jsonb_build_object('run', NEW.run)
            ELSE '{}' END
    FROM job_transitions WHERE from_status = OLD.status AND to_status = NEW.status;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a job cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_transitions';
    END IF;
    RETURN NEW;
END
$$;

-- Leaves the event of a job's present status in the outbox, and beside that of a failed one its dead letter. Gives the new
-- rows back, so that a step can return them.
CREATE FUNCTION ledger.told(j video_processing_jobs) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    o outbox;
    v_failure jsonb;
    v_told jsonb;
BEGIN
    IF j.status = 'failed' THEN
        v_failure := jsonb_build_object('class', j.failure_class, 'code', j.failure_code, 'message', j.failure_message);
    END IF;
    INSERT INTO outbox (kind, tenant_id, job_id, traceparent, payload)
    VALUES ('event', j.tenant_id, j.id, j.traceparent,
        ledger.event_body(j.id, j.tenant_id, j.status, j.started_at, j.attempts, j.metadata) || CASE j.status
            WHEN 'completed' THEN jsonb_build_object('output', j.output)
            WHEN 'failed' THEN jsonb_build_object('failure', v_failure)
            ELSE '{}' END)
    RETURNING * INTO o;
    v_told := jsonb_build_array(to_jsonb(o));
    IF j.status = 'failed' THEN
        INSERT INTO outbox (kind, tenant_id, job_id, traceparent, payload)
        VALUES ('dead', j.tenant_id, j.id, j.traceparent,
            jsonb_build_object('priority', j.priority, 'submitted_at', j.created_at, 'failure', v_failure))
        RETURNING * INTO o;
        v_told := v_told || to_jsonb(o);
    END IF;
    RETURN v_told;
END
$$;

CREATE OR REPLACE FUNCTION ledger.told(p_job uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT ledger.told(j) FROM video_processing_jobs j WHERE id = p_job
$$;

-- As before, but tries one slot at random first: while a tenant is not at its limit, that is nearly always all.
CREATE OR REPLACE FUNCTION ledger.take_token(p_job uuid, p_tenant text, p_limit integer, p_worker text, p_fence bigint,
    p_lease_ms bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_above integer;
    v_usable integer;
    v_start integer := 1 + floor(random() * p_limit);
    v_slot integer;
    v_now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO leases (job_id, tenant_id, slot, worker, fence, acquired_at, renewed_at, expires_at)
    SELECT p_job, p_tenant, v_start, p_worker, p_fence, v_now, v_now, v_now + p_lease_ms * interval '1 millisecond'
    WHERE NOT EXISTS (SELECT 1 FROM leases WHERE tenant_id = p_tenant AND slot > p_limit)
    ON CONFLICT (tenant_id, slot) DO NOTHING;
    IF FOUND THEN
        RETURN v_start;
    END IF;
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

-- Only who holds the job's fencing number finds its row, and it has the job's lease then: a job is processing exactly while
-- it has one.
CREATE OR REPLACE FUNCTION fleet.finish(p_job uuid, p_fence bigint, p_output jsonb, p_inputs jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    j video_processing_jobs;
    l leases;
    v_files jsonb;
BEGIN
    UPDATE video_processing_jobs SET status = 'completed', finished_at = clock_timestamp(), output = p_output,
        warnings = p_output -> 'warnings', failure_class = NULL, failure_code = NULL, failure_message = NULL
    WHERE id = p_job AND fence = p_fence AND status = 'processing' RETURNING * INTO j;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM leases WHERE job_id = p_job RETURNING * INTO STRICT l;

    INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, width, height,
        duration_ms, job_id)
    SELECT p_job, j.tenant_id, 'render', 'video', 'videos/' || p_job, v.key, v.content_type, v.bytes, v.sha256, v.width,
        v.height, (p_output ->> 'duration_ms')::bigint, p_job
    FROM jsonb_to_record(p_output -> 'video') AS v (key text, content_type text, bytes bigint, sha256 text,
        width integer, height integer);

    v_files := CASE WHEN jsonb_typeof(p_output -> 'poster') = 'object'
            THEN jsonb_build_array(p_output -> 'poster') ELSE '[]' END
        || coalesce(p_output -> 'thumbnails', '[]') || coalesce(p_output -> 'renditions', '[]');
    IF jsonb_array_length(v_files) > 0 THEN
        INSERT INTO media_renditions (asset_id, tenant_id, name, object_key, content_type, bytes, sha256, width, height)
        SELECT p_job, j.tenant_id, f.name, f.key, f.content_type, f.bytes, f.sha256, f.width, f.height
        FROM jsonb_to_recordset(v_files)
            AS f (name text, key text, content_type text, bytes bigint, sha256 text, width integer, height integer);
    END IF;

    IF jsonb_array_length(p_inputs) > 0 THEN
        INSERT INTO video_processing_assets (job_id, tenant_id, role, position, asset_key, sha256, media_asset_id)
        -- A probe for each: a join would read all assets of the tenant.
        SELECT p_job, j.tenant_id, i.role, i.position, i.asset, i.sha256, (SELECT a.id FROM media_assets a
            WHERE a.tenant_id = j.tenant_id AND a.key = i.asset AND a.deleted_at IS NULL)
        FROM jsonb_to_recordset(p_inputs) AS i (role text, position integer, asset text, sha256 text);
    END IF;

    INSERT INTO usage AS u (tenant_id, month, slot, completed, render_ms)
    VALUES (j.tenant_id, date_trunc('month', j.finished_at AT TIME ZONE 'UTC'), l.slot, 1,
        extract(epoch FROM j.finished_at - l.acquired_at) * 1000)
    ON CONFLICT (tenant_id, month, slot) DO UPDATE SET completed = u.completed + 1,
        render_ms = u.render_ms + excluded.render_ms;
    RETURN ledger.told(j);
END
$$;

-- Tells with the row at hand.
CREATE OR REPLACE FUNCTION fleet.claim(p_job uuid, p_tenant text, p_worker text, p_lease_ms bigint, p_redelivered boolean,
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
    events := ledger.told(j);
END
$$;

-- Counts what is under way by priority first.
CREATE OR REPLACE FUNCTION fleet.dispatch(p_limit bigint) RETURNS TABLE (job_id uuid, tenant_id text, priority smallint,
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
            SELECT ARRAY[coalesce(sum(g.n) FILTER (WHERE g.priority >= 0), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 1), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 2), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 3), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 4), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 5), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 6), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 7), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 8), 0),
                coalesce(sum(g.n) FILTER (WHERE g.priority >= 9), 0)] AS under_way
            FROM (SELECT j.priority, count(*) AS n FROM video_processing_jobs j
                WHERE j.tenant_id = t.id AND j.status IN ('queued', 'processing', 'retrying')
                GROUP BY j.priority) g) u
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
