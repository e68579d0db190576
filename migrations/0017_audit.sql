-- The audit log of every act: who did what, on which, when, from where, and what came of it.

-- An API process by itself, a caller without a valid key, and what looks after quarantine and old rows act as well.
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_kind_check;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_actor_kind_check CHECK (actor_kind IN
    ('anonymous', 'api', 'api_key', 'janitor', 'operator', 'porter', 'relay', 'worker'));
CREATE INDEX audit_log_by_actor ON audit_log (actor, id);
-- Lines come in the order of their time: a few pages of index tell where a day begins.
CREATE INDEX audit_log_by_time ON audit_log USING brin (at);
CREATE INDEX job_history_by_time ON job_history USING brin (at);

-- The steps of jobs are acts too: nobody changes them afterwards. (Rows are added by triggers that run as their caller.)
REVOKE UPDATE, DELETE ON job_history FROM gildhall_fleet;

-- What has no tenant, the API may add and never read: its own start and end, and callers that it turned away.
CREATE POLICY of_nobody ON audit_log FOR INSERT TO gildhall_api
    WITH CHECK (tenant_id IS NULL AND actor_kind IN ('anonymous', 'api'));

-- Adds lines of any number of tenants, so that many requests share one commit.
CREATE FUNCTION api.audit(p_tenants text[], p_kinds text[], p_actors text[], p_addresses text[], p_actions text[],
    p_subjects text[], p_outcomes text[], p_details jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_tenant text;
BEGIN
    FOR v_tenant IN SELECT DISTINCT t FROM unnest(p_tenants) t LOOP
        PERFORM set_config('gildhall.tenant', coalesce(v_tenant, ''), true);
        INSERT INTO audit_log (tenant_id, actor_kind, actor, address, action, subject, outcome, detail)
        SELECT l.tenant, l.kind, l.actor, l.address::inet, l.action, l.subject, l.outcome, l.detail
        FROM unnest(p_tenants, p_kinds, p_actors, p_addresses, p_actions, p_subjects, p_outcomes, p_details)
            WITH ORDINALITY AS l (tenant, kind, actor, address, action, subject, outcome, detail, place)
        WHERE l.tenant IS NOT DISTINCT FROM v_tenant ORDER BY l.place;
    END LOOP;
END
$$;

-- As api.authenticate, which the release before asks, and beside that it gives keys that open nothing, with the reason, so
-- that the audit log can tell of them.
CREATE FUNCTION api.key_standing(p_prefix text, OUT standing text, OUT id uuid, OUT tenant_id text,
    OUT secret_sha256 bytea, OUT scopes text[], OUT expires_at timestamptz, OUT requests_per_minute integer)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
            WHEN k.revoked_at IS NOT NULL THEN 'revoked'
            WHEN k.expires_at <= now() THEN 'expired'
            WHEN t.suspended_at IS NOT NULL THEN 'suspended'
            ELSE 'good' END,
        k.id, k.tenant_id, k.secret_sha256, k.scopes, k.expires_at, t.requests_per_minute
    FROM api_keys k JOIN tenants t ON t.id = k.tenant_id WHERE k.prefix = p_prefix
$$;
GRANT CREATE ON SCHEMA api TO gildhall_fleet;
ALTER FUNCTION api.key_standing OWNER TO gildhall_fleet;
REVOKE CREATE ON SCHEMA api FROM gildhall_fleet;

ALTER TABLE api_keys ADD COLUMN replaced_by text COLLATE "C";
COMMENT ON COLUMN api_keys.replaced_by IS 'The prefix of the key that takes its place; both open until this one expires.';

-- Who submitted a job, and from where: columns of its row, and no line of their own for each job.
ALTER TABLE video_processing_jobs ADD COLUMN submitted_by text, ADD COLUMN submitted_from inet;
COMMENT ON COLUMN video_processing_jobs.submitted_by IS 'The public part of the API key.';

-- As before, and beside that it notes who submits each job, and from where. A job that names assets which are not released
-- is `barred`, with those assets and their states: it uses up neither its idempotency key nor the quota.
DROP FUNCTION api.submit;
CREATE FUNCTION api.submit(p_tenant text, p_jobs uuid[], p_specs jsonb[], p_priorities smallint[], p_keys text[],
    p_hashes bytea[], p_traceparents text[], p_actors text[] DEFAULT NULL, p_addresses text[] DEFAULT NULL)
    RETURNS TABLE (place integer, outcome text, job_id uuid, quota integer, resets_at timestamptz, barred jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_month timestamp := date_trunc('month', v_now AT TIME ZONE 'UTC');
    v_outcomes text[] := array_fill('created'::text, ARRAY[cardinality(p_jobs)]);
    v_barred jsonb[] := array_fill(NULL::jsonb, ARRAY[cardinality(p_jobs)]);
    v_ids uuid[] := p_jobs;
    v_known idempotency_keys;
    v_first integer;
    v_quota integer;
    v_over bigint;
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    FOR i IN 1..cardinality(p_jobs) LOOP
        CONTINUE WHEN p_keys[i] IS NULL;
        SELECT * INTO v_known FROM idempotency_keys WHERE tenant_id = p_tenant AND key = p_keys[i];
        IF NOT FOUND THEN
            v_first := array_position(p_keys[1:i - 1], p_keys[i]);
            IF v_first IS NOT NULL THEN
                v_ids[i] := v_ids[v_first];
                v_outcomes[i] := CASE WHEN v_outcomes[v_first] = 'in_flight' THEN 'in_flight'
                    WHEN p_hashes[i] = p_hashes[v_first] THEN 'existing' ELSE 'body_differs' END;
                CONTINUE;
            -- Held until the commit, which is when others can see the key.
            ELSIF NOT pg_try_advisory_xact_lock(hashtextextended(p_tenant || '/' || p_keys[i], 0)) THEN
                v_outcomes[i] := 'in_flight';
                CONTINUE;
            END IF;
            -- Its owner may have committed between the two.
            SELECT * INTO v_known FROM idempotency_keys WHERE tenant_id = p_tenant AND key = p_keys[i];
            CONTINUE WHEN NOT FOUND;
        END IF;
        v_ids[i] := v_known.job_id;
        v_outcomes[i] := CASE WHEN v_known.body_sha256 = p_hashes[i] THEN 'existing' ELSE 'body_differs' END;
    END LOOP;

    -- One look into an index that is nearly always empty.
    IF EXISTS (SELECT 1 FROM media_assets WHERE tenant_id = p_tenant AND state <> 'released' AND deleted_at IS NULL) THEN
        FOR i IN 1..cardinality(p_jobs) LOOP
            CONTINUE WHEN v_outcomes[i] <> 'created';
            v_barred[i] := ledger.barred_assets(p_tenant, p_specs[i]);
            IF v_barred[i] IS NOT NULL THEN
                v_outcomes[i] := 'barred';
            END IF;
        END LOOP;
    END IF;

    SELECT monthly_jobs INTO v_quota FROM tenants WHERE id = p_tenant;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no tenant %', p_tenant USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO usage AS u (tenant_id, month, slot, jobs)
    VALUES (p_tenant, v_month, 0, cardinality(array_positions(v_outcomes, 'created')))
    ON CONFLICT (tenant_id, month, slot) DO UPDATE SET jobs = u.jobs + excluded.jobs
    RETURNING jobs - v_quota INTO v_over;
    IF v_over > 0 THEN
        -- The last ones go. A quota that was lowered may lie below what was used already: only this batch is given back.
        SELECT count(*) INTO v_over FROM (
            SELECT a.i FROM unnest(array_positions(v_outcomes, 'created')) a (i) ORDER BY a.i DESC LIMIT v_over) x;
        UPDATE usage SET jobs = jobs - v_over WHERE tenant_id = p_tenant AND month = v_month AND slot = 0;
        FOR i IN REVERSE cardinality(p_jobs)..1 LOOP
            EXIT WHEN v_over = 0;
            IF v_outcomes[i] = 'created' THEN
                v_outcomes[i] := 'quota_exceeded';
                v_over := v_over - 1;
            END IF;
        END LOOP;
    END IF;
    -- Repeats within the batch fare like the first of them, which may have been turned away since.
    FOR i IN 1..cardinality(p_jobs) LOOP
        v_first := array_position(p_jobs, v_ids[i]);
        IF v_outcomes[i] = 'existing' AND v_first IS NOT NULL AND v_outcomes[v_first] <> 'created' THEN
            v_outcomes[i] := v_outcomes[v_first];
            v_barred[i] := v_barred[v_first];
        END IF;
    END LOOP;

    INSERT INTO video_processing_jobs (id, tenant_id, priority, spec, metadata, traceparent, created_at, updated_at,
        submitted_by, submitted_from)
    SELECT b.id, p_tenant, b.priority, b.spec, coalesce(b.spec -> 'metadata', '{}'), b.traceparent, v_now, v_now,
        b.actor, b.address::inet
    FROM unnest(p_jobs, p_specs, p_priorities, p_traceparents, p_actors, p_addresses, v_outcomes)
        AS b (id, spec, priority, traceparent, actor, address, outcome)
    WHERE b.outcome = 'created';
    INSERT INTO idempotency_keys (tenant_id, key, body_sha256, job_id)
    SELECT p_tenant, b.key, b.hash, b.id FROM unnest(p_jobs, p_keys, p_hashes, v_outcomes) AS b (id, key, hash, outcome)
    WHERE b.outcome = 'created' AND b.key IS NOT NULL;

    RETURN QUERY
    SELECT b.place::integer, b.outcome, b.id, v_quota, (v_month + interval '1 month') AT TIME ZONE 'UTC', b.barred
    FROM unnest(v_ids, v_outcomes, v_barred) WITH ORDINALITY AS b (id, outcome, barred, place) ORDER BY b.place;
END
$$;

-- The steps of jobs, as acts: their history is kept anyway, so none costs a line of the log. Steps that somebody's cancel
-- or replay took are left out: the log tells them, with who that was.
CREATE VIEW job_acts WITH (security_invoker = true) AS
SELECT h.id, h.at, h.tenant_id,
    CASE WHEN h.from_status IS NULL THEN 'api_key' WHEN h.to_status = 'queued' THEN 'relay' ELSE 'worker' END AS actor_kind,
    coalesce(CASE WHEN h.from_status IS NULL
        THEN (SELECT j.submitted_by FROM video_processing_jobs j WHERE j.id = h.job_id) ELSE h.worker END, '') AS actor,
    CASE WHEN h.from_status IS NULL
        THEN (SELECT j.submitted_from FROM video_processing_jobs j WHERE j.id = h.job_id) END AS address,
    CASE WHEN h.from_status IS NULL THEN 'job.submit' ELSE 'job.' || h.to_status END AS action,
    h.job_id, coalesce(h.detail ->> 'code', h.to_status) AS outcome, h.detail
FROM job_history h
WHERE h.from_status IS NULL
    OR (h.from_status NOT IN ('failed', 'cancelled') AND (h.to_status <> 'cancelled' OR h.from_status = 'processing'));

-- Every act there is a record of, with where it is recorded. To page through it, ask its two halves in the order of their
-- ids, as `gildhall audit list` does.
CREATE VIEW audit_trail WITH (security_invoker = true) AS
SELECT 'log' AS source, a.id, a.at, a.tenant_id, a.actor_kind, a.actor, a.address, a.action, a.subject, a.outcome, a.detail
FROM audit_log a
UNION ALL
SELECT 'job', s.id, s.at, s.tenant_id, s.actor_kind, s.actor, s.address, s.action, s.job_id::text, s.outcome, s.detail
FROM job_acts s;
GRANT SELECT ON job_acts, audit_trail TO gildhall_fleet;
