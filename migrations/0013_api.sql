-- The steps of the API. Each sets the tenant for its own transaction and is one statement to its caller, so no connection
-- ever goes back to the pool inside a transaction or with a tenant set.

-- Keys belong to no tenant until they are known, and no policy lets the API read them: this function, which runs as
-- the fleet, is the only way to one. It gives what is needed to judge the secret, which is never sent here, and nothing for
-- a key that is revoked or over or whose tenant is suspended.
CREATE FUNCTION api.authenticate(p_prefix text) RETURNS TABLE (id uuid, tenant_id text, secret_sha256 bytea,
    scopes text[], expires_at timestamptz, requests_per_minute integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.secret_sha256, k.scopes, k.expires_at, t.requests_per_minute
    FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
    WHERE k.prefix = p_prefix AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        AND t.suspended_at IS NULL
$$;

-- Called after a key's secret was found right. To the minute is enough, and spares a write per request.
CREATE FUNCTION api.key_was_used(p_key uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE api_keys SET last_used_at = now()
    WHERE id = p_key AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
$$;

-- Finds the ids of a page as the fleet, because no index may be asked by a tenant's own JSON before row-level security
-- has had its say (`@>` is not leakproof). It looks at the tenant of the transaction alone, and gives ids alone: the
-- rows are then read as the API.
CREATE FUNCTION api.page_of_jobs(p_statuses text[], p_from timestamptz, p_to timestamptz, p_metadata jsonb,
    p_before_at timestamptz, p_before_id uuid, p_limit bigint) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ledger.page_of_jobs(ARRAY[coalesce(current_setting('gildhall.tenant', true), '')], p_statuses, p_from, p_to,
        p_metadata, p_before_at, p_before_id, p_limit)
$$;

-- They belong to the fleet's role, whose policies show them all tenants. (To give a function away, its new owner must be
-- allowed to make one there.)
GRANT CREATE ON SCHEMA api TO gildhall_fleet;
ALTER FUNCTION api.authenticate OWNER TO gildhall_fleet;
ALTER FUNCTION api.key_was_used OWNER TO gildhall_fleet;
ALTER FUNCTION api.page_of_jobs OWNER TO gildhall_fleet;
REVOKE CREATE ON SCHEMA api FROM gildhall_fleet;

-- Accepts a batch of one tenant's jobs, each by itself: none is refused for another's sake.
CREATE FUNCTION api.submit(p_tenant text, p_jobs uuid[], p_specs jsonb[], p_priorities smallint[], p_keys text[],
    p_hashes bytea[], p_traceparents text[]) RETURNS TABLE (place integer, outcome text, job_id uuid, quota integer,
    resets_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_month timestamp := date_trunc('month', v_now AT TIME ZONE 'UTC');
    v_outcomes text[] := array_fill('created'::text, ARRAY[cardinality(p_jobs)]);
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

    INSERT INTO video_processing_jobs (id, tenant_id, priority, spec, metadata, traceparent, created_at, updated_at)
    SELECT b.id, p_tenant, b.priority, b.spec, coalesce(b.spec -> 'metadata', '{}'), b.traceparent, v_now, v_now
    FROM unnest(p_jobs, p_specs, p_priorities, p_traceparents, v_outcomes)
        AS b (id, spec, priority, traceparent, outcome)
    WHERE b.outcome = 'created';
    INSERT INTO idempotency_keys (tenant_id, key, body_sha256, job_id)
    SELECT p_tenant, b.key, b.hash, b.id FROM unnest(p_jobs, p_keys, p_hashes, v_outcomes) AS b (id, key, hash, outcome)
    WHERE b.outcome = 'created' AND b.key IS NOT NULL;

    RETURN QUERY
    SELECT b.place::integer, b.outcome, b.id, v_quota, (v_month + interval '1 month') AT TIME ZONE 'UTC'
    FROM unnest(v_ids, v_outcomes) WITH ORDINALITY AS b (id, outcome, place) ORDER BY b.place;
END
$$;

CREATE FUNCTION api.job(p_tenant text, p_job uuid) RETURNS SETOF job_overview LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM job_overview WHERE id = p_job AND tenant_id = p_tenant;
END
$$;

CREATE FUNCTION api.jobs(p_tenant text, p_statuses text[], p_from timestamptz, p_to timestamptz, p_metadata jsonb,
    p_before_at timestamptz, p_before_id uuid, p_limit bigint) RETURNS SETOF job_overview LANGUAGE plpgsql AS $$
DECLARE
    v_page uuid[];
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    v_page := ARRAY(SELECT api.page_of_jobs(p_statuses, p_from, p_to, p_metadata, p_before_at, p_before_id, p_limit));
    RETURN QUERY SELECT * FROM job_overview WHERE id = ANY (v_page) AND tenant_id = p_tenant
        ORDER BY created_at DESC, id DESC;
END
$$;

CREATE FUNCTION api.history(p_tenant text, p_job uuid, p_after bigint, p_limit bigint) RETURNS SETOF job_history
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM job_history WHERE job_id = p_job AND tenant_id = p_tenant AND id > p_after
        ORDER BY id LIMIT p_limit;
END
$$;

CREATE FUNCTION api.progress(p_tenant text, p_job uuid) RETURNS TABLE (status text, attempts smallint, progress jsonb,
    renewed_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT j.status, j.attempts, l.progress, l.renewed_at
        FROM video_processing_jobs j LEFT JOIN leases l ON l.job_id = j.id
        WHERE j.id = p_job AND j.tenant_id = p_tenant;
END
$$;

CREATE FUNCTION api.cancel(p_tenant text, p_job uuid, p_actor text, p_address text, OUT outcome text, OUT status text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    SELECT c.outcome, c.status INTO outcome, status
    FROM ledger.cancel(p_tenant, p_job, p_actor, 'api_key', p_address) c;
END
$$;

CREATE FUNCTION api.replay(p_tenant text, p_job uuid, p_actor text, p_address text, OUT outcome text, OUT status text,
    OUT run integer) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    SELECT r.outcome, r.status, r.run INTO outcome, status, run
    FROM ledger.replay(p_tenant, p_job, p_actor, 'api_key', p_address) r;
END
$$;

CREATE FUNCTION api.usage(p_tenant text, p_day date) RETURNS TABLE (jobs bigint, completed bigint, render_ms bigint,
    monthly_jobs integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT coalesce(sum(u.jobs), 0)::bigint, coalesce(sum(u.completed), 0)::bigint,
        coalesce(sum(u.render_ms), 0)::bigint, (SELECT t.monthly_jobs FROM tenants t WHERE t.id = p_tenant)
        FROM usage u WHERE u.tenant_id = p_tenant AND u.month = date_trunc('month', p_day)::date;
END
$$;
