-- What is past its time goes: `gildhall janitor` takes these steps, a bounded batch at a time.
--
-- Uploads and videos go in three: the row is marked as deleted, then its objects are deleted, then the row says so
-- (`cleared_at`). A crash in between leaves a row that promises nothing, whose objects the next run deletes. The row itself
-- goes when nothing tells of it any more. Every step may be taken by two at a time, and again.

ALTER TABLE tenants
    ADD COLUMN keep_uploads_days integer CHECK (keep_uploads_days BETWEEN 0 AND 36500),
    ADD COLUMN keep_outputs_days integer CHECK (keep_outputs_days BETWEEN 0 AND 36500),
    ADD COLUMN keep_history_days integer CHECK (keep_history_days BETWEEN 0 AND 36500),
    ADD COLUMN keep_keys_days    integer CHECK (keep_keys_days BETWEEN 0 AND 36500),
    ADD COLUMN keep_audit_days   integer CHECK (keep_audit_days = 0 OR keep_audit_days BETWEEN 30 AND 36500);
COMMENT ON COLUMN tenants.keep_uploads_days IS 'Days without a use; 0 is for ever, null as the janitor is set. So are the others.';

ALTER TABLE media_assets
    ADD COLUMN used_at    timestamptz,
    ADD COLUMN cleared_at timestamptz,
    ADD CONSTRAINT cleared_was_deleted CHECK (cleared_at IS NULL OR deleted_at IS NOT NULL);
COMMENT ON COLUMN media_assets.used_at IS 'A use that is known of: uploaded again, or found in use by the janitor. There may be later ones.';
COMMENT ON COLUMN media_assets.cleared_at IS 'Since when none of its objects is left.';
GRANT UPDATE (used_at) ON media_assets TO gildhall_api;

CREATE INDEX media_assets_unused ON media_assets (tenant_id, (coalesce(used_at, created_at)))
    WHERE origin = 'upload' AND state <> 'quarantined' AND deleted_at IS NULL;
CREATE INDEX media_assets_videos ON media_assets (tenant_id, created_at) WHERE origin = 'render' AND deleted_at IS NULL;
CREATE INDEX media_assets_uncleared ON media_assets (id) WHERE deleted_at IS NOT NULL AND cleared_at IS NULL;
CREATE INDEX media_assets_gone_videos ON media_assets (tenant_id, created_at)
    WHERE origin = 'render' AND cleared_at IS NOT NULL;
CREATE INDEX media_assets_gone_uploads ON media_assets (tenant_id, deleted_at)
    WHERE origin = 'upload' AND cleared_at IS NOT NULL;
-- The ids of jobs grow with time: the last one is the latest use.
CREATE INDEX video_processing_assets_by_use ON video_processing_assets (media_asset_id, job_id)
    WHERE media_asset_id IS NOT NULL;
DROP INDEX video_processing_assets_by_asset;
-- A tenant that keeps its keys is in nobody's way.
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (tenant_id, created_at);
DROP INDEX idempotency_keys_by_age;

-- As before, and beside that whoever uploads the same bytes again uses them.
CREATE OR REPLACE FUNCTION api.asset_by_hash(p_tenant text, p_kind text, p_sha256 text) RETURNS SETOF media_assets
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    UPDATE media_assets SET used_at = clock_timestamp()
    WHERE tenant_id = p_tenant AND kind = p_kind AND sha256 = p_sha256 AND origin = 'upload' AND deleted_at IS NULL
        AND coalesce(used_at, created_at) < clock_timestamp() - interval '1 hour';
    RETURN QUERY SELECT * FROM media_assets WHERE tenant_id = p_tenant AND kind = p_kind AND sha256 = p_sha256
        AND origin = 'upload' AND deleted_at IS NULL;
END
$$;

-- A job that begins to live, submitted or replayed, does so before or after uploads are marked, never meanwhile: either
-- fleet.expire_uploads sees it, or the job comes after them, as after anybody's delete. Any number of jobs hold this at once.
CREATE FUNCTION ledger.job_lives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('gildhall.uploads', 0));
    RETURN NEW;
END
$$;
CREATE TRIGGER job_lives AFTER INSERT ON video_processing_jobs FOR EACH STATEMENT EXECUTE FUNCTION ledger.job_lives();
CREATE TRIGGER job_lives_again BEFORE UPDATE ON video_processing_jobs
    FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL AND NEW.finished_at IS NULL) EXECUTE FUNCTION ledger.job_lives();

-- History goes with its job, and in no other way: no program's role may delete it, and nobody can call a trigger. It runs
-- as the owner of the tables, whom row-level security would let see nothing.
CREATE POLICY owner_sees ON job_history FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_forgets ON job_history FOR DELETE TO CURRENT_USER USING (true);
CREATE FUNCTION ledger.job_was_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM job_history WHERE job_id = ANY (ARRAY(SELECT id FROM removed));
    RETURN NULL;
END
$$;
CREATE TRIGGER job_was_removed AFTER DELETE ON video_processing_jobs
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.job_was_removed();

-- Lines of the audit log go when they are old. However it is asked, what was done in the last 30 days stays: whoever takes
-- over a process cannot hide it. Null p_tenant: lines of no tenant.
CREATE POLICY owner_sees ON audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_forgets ON audit_log FOR DELETE TO CURRENT_USER USING (at < now() - interval '30 days');
CREATE FUNCTION fleet.forget_audit(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_before timestamptz := least(p_before, now() - interval '30 days');
    v_ids bigint[];
    v_count bigint;
BEGIN
    -- The oldest lines by id, which are the oldest in time but for moments: no line of a tenant that has none to lose is read
    -- beyond the first ones.
    IF p_tenant IS NULL THEN
        v_ids := ARRAY(SELECT id FROM audit_log WHERE tenant_id IS NULL ORDER BY id LIMIT p_limit);
    ELSE
        v_ids := ARRAY(SELECT id FROM audit_log WHERE tenant_id = p_tenant ORDER BY id LIMIT p_limit);
    END IF;
    DELETE FROM audit_log WHERE id = ANY (v_ids) AND at < v_before;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- All other steps run as the fleet. Each gives how many it took; fewer than p_limit are the last ones.

CREATE FUNCTION fleet.forget_keys(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM idempotency_keys k USING (
        SELECT key FROM idempotency_keys WHERE tenant_id = p_tenant AND created_at < p_before
        ORDER BY created_at LIMIT p_limit FOR UPDATE SKIP LOCKED) old
    WHERE k.tenant_id = p_tenant AND k.key = old.key;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Events that nobody took: of each of the tenants those before its time. One look for all of them, since the outbox is nearly
-- empty and has no index on anything.
CREATE FUNCTION fleet.forget_events(p_tenants text[], p_befores timestamptz[], p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM outbox o WHERE o.id = ANY (ARRAY(
        SELECT e.id FROM outbox e JOIN unnest(p_tenants, p_befores) AS t (tenant, before) ON e.tenant_id = t.tenant
        WHERE e.created_at < t.before ORDER BY e.id LIMIT p_limit FOR UPDATE OF e SKIP LOCKED));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

CREATE FUNCTION fleet.expire_outputs(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    UPDATE media_assets SET deleted_at = clock_timestamp() WHERE id = ANY (ARRAY(
        SELECT id FROM media_assets
        WHERE tenant_id = p_tenant AND origin = 'render' AND deleted_at IS NULL AND created_at < p_before
        ORDER BY created_at LIMIT p_limit FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- What jobs of a tenant that have not ended name. Null p_since: all of them; else those that were submitted or moved since.
CREATE FUNCTION ledger.living_assets(p_tenant text, p_since timestamptz) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT n), '{}') FROM video_processing_jobs j CROSS JOIN LATERAL ledger.named_assets(j.spec) n
    WHERE j.tenant_id = p_tenant AND j.status IN ('pending', 'queued', 'processing', 'retrying')
        AND (p_since IS NULL OR j.updated_at >= p_since) AND n IS NOT NULL
$$;

-- The latest end of a job that was made of it; null where no job is known of.
CREATE FUNCTION ledger.last_use(p_asset uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(j.finished_at, j.updated_at) FROM video_processing_jobs j WHERE j.id = (
        SELECT u.job_id FROM video_processing_assets u WHERE u.media_asset_id = p_asset ORDER BY u.job_id DESC LIMIT 1)
$$;

-- Marks uploads that nobody used since p_before, of the `seen` that looked like it. What turns out to be used is written
-- down as such, so that it is not looked at again until it is due again: each call gets further.
CREATE FUNCTION fleet.expire_uploads(p_tenant text, p_before timestamptz, p_limit bigint, OUT seen bigint,
    OUT expired bigint) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_ids uuid[];
    v_living text[];
BEGIN
    seen := 0;
    expired := 0;
    -- Two at a time would wait for each other's rows.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('gildhall.janitor/' || p_tenant, 0)) THEN
        RETURN;
    END IF;
    v_ids := ARRAY(SELECT id FROM media_assets
        WHERE tenant_id = p_tenant AND origin = 'upload' AND state <> 'quarantined' AND deleted_at IS NULL
            AND coalesce(used_at, created_at) < p_before
        ORDER BY coalesce(used_at, created_at) LIMIT p_limit);
    IF cardinality(v_ids) = 0 THEN
        RETURN;
    END IF;
    v_living := ledger.living_assets(p_tenant, NULL);
    UPDATE media_assets a SET used_at = CASE WHEN a.key = ANY (v_living) THEN v_now ELSE ledger.last_use(a.id) END
    WHERE a.id = ANY (v_ids) AND (a.key = ANY (v_living) OR ledger.last_use(a.id) >= p_before);

    -- New jobs wait from here to the commit, and for a second at most. Who was submitting at the look above is seen by this
    -- one: no transaction lasts ten minutes.
    PERFORM set_config('lock_timeout', '1s', true);
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('gildhall.uploads', 0));
    EXCEPTION WHEN lock_not_available THEN
        RETURN;
    END;
    v_living := ledger.living_assets(p_tenant, v_now - interval '10 minutes');
    UPDATE media_assets a SET deleted_at = v_now
    WHERE a.id = ANY (v_ids) AND a.deleted_at IS NULL AND coalesce(a.used_at, a.created_at) < p_before
        AND a.key <> ALL (v_living);
    GET DIAGNOSTICS expired = ROW_COUNT;
    UPDATE media_assets a SET used_at = v_now
    WHERE a.id = ANY (v_ids) AND a.deleted_at IS NULL AND a.key = ANY (v_living);
    seen := cardinality(v_ids);
END
$$;

-- Deleted assets with objects that may be there still, in the order of their ids. Uploads that a porter has yet to see to are
-- left to it. An object whose key does not hold its asset's id might be another's that has the same name by now.
CREATE FUNCTION fleet.uncleared(p_after uuid, p_limit bigint) RETURNS TABLE (id uuid, tenant_id text, objects text[])
LANGUAGE sql STABLE AS $$
    SELECT a.id, a.tenant_id, CASE
            WHEN position(a.id::text IN a.object_key) > 0 OR NOT EXISTS (SELECT 1 FROM media_assets b
                WHERE b.tenant_id = a.tenant_id AND b.key = a.key AND b.deleted_at IS NULL)
            THEN ARRAY[a.object_key] ELSE '{}' END
        || ARRAY(SELECT r.object_key FROM media_renditions r WHERE r.asset_id = a.id)
    FROM media_assets a
    WHERE a.deleted_at IS NOT NULL AND a.cleared_at IS NULL AND a.due_at IS NULL AND a.id > p_after
    ORDER BY a.id LIMIT p_limit
$$;

CREATE FUNCTION fleet.are_cleared(p_ids uuid[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    UPDATE media_assets SET cleared_at = clock_timestamp()
    WHERE id = ANY (p_ids) AND deleted_at IS NOT NULL AND cleared_at IS NULL;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Completed jobs, with the rows of their videos: a job stays for as long as its video does.
CREATE FUNCTION fleet.forget_completed(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_ids uuid[];
BEGIN
    v_ids := ARRAY(SELECT id FROM media_assets
        WHERE tenant_id = p_tenant AND origin = 'render' AND cleared_at IS NOT NULL AND created_at < p_before
        ORDER BY created_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    DELETE FROM video_processing_jobs WHERE id = ANY (v_ids) AND status = 'completed';
    DELETE FROM media_assets WHERE id = ANY (v_ids);
    RETURN cardinality(v_ids);
END
$$;

-- Failed and cancelled jobs. One that somebody replays at this moment is locked, and left alone.
CREATE FUNCTION fleet.forget_unfinished(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM video_processing_jobs WHERE id = ANY (ARRAY(
        SELECT j.id FROM video_processing_jobs j WHERE j.id = ANY (ARRAY(
            SELECT o.id FROM unnest(ARRAY['failed', 'cancelled']) s CROSS JOIN LATERAL (
                SELECT i.id FROM video_processing_jobs i
                WHERE i.tenant_id = p_tenant AND i.status = s AND i.created_at < p_before AND i.finished_at < p_before
                ORDER BY i.created_at LIMIT p_limit) o LIMIT p_limit))
            AND j.status IN ('failed', 'cancelled') FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Rows of deleted uploads that no job tells of.
CREATE FUNCTION fleet.forget_uploads(p_tenant text, p_before timestamptz, p_limit bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM media_assets WHERE id = ANY (ARRAY(
        SELECT a.id FROM media_assets a
        WHERE a.tenant_id = p_tenant AND a.origin = 'upload' AND a.cleared_at IS NOT NULL AND a.due_at IS NULL
            AND a.deleted_at < p_before
            AND NOT EXISTS (SELECT 1 FROM video_processing_assets u WHERE u.media_asset_id = a.id)
        ORDER BY a.deleted_at LIMIT p_limit FOR UPDATE OF a SKIP LOCKED));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Of these jobs, those that have not ended: nothing of theirs is a leftover.
CREATE FUNCTION fleet.living_jobs(p_jobs uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT id FROM video_processing_jobs WHERE id = ANY (p_jobs) AND finished_at IS NULL
$$;

-- The objects that rows of these jobs' videos name. Rows that are marked name theirs until those are cleared.
CREATE FUNCTION fleet.named_objects(p_jobs uuid[]) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT object_key FROM media_assets WHERE id = ANY (p_jobs) AND origin = 'render' AND cleared_at IS NULL
    UNION ALL
    SELECT r.object_key FROM media_renditions r JOIN media_assets a ON a.id = r.asset_id
    WHERE r.asset_id = ANY (p_jobs) AND a.cleared_at IS NULL
$$;

-- Of these assets, those that have something in quarantine by right.
CREATE FUNCTION fleet.in_quarantine(p_ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT id FROM media_assets WHERE id = ANY (p_ids) AND due_at IS NOT NULL
$$;

-- What the steps would take of a tenant, each by its own time (null: nothing), counted and not touched. Null p_tenant: lines
-- of the audit log that are no tenant's.
CREATE FUNCTION fleet.past(p_tenant text, p_keys timestamptz, p_outputs timestamptz, p_uploads timestamptz,
    p_history timestamptz, p_audit timestamptz, OUT keys bigint, OUT events bigint, OUT audit bigint, OUT outputs bigint,
    OUT uploads bigint, OUT jobs bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_living text[] := ledger.living_assets(p_tenant, NULL);
BEGIN
    SELECT count(*) INTO keys FROM idempotency_keys k WHERE k.tenant_id = p_tenant AND k.created_at < p_keys;
    SELECT count(*) INTO events FROM outbox o WHERE o.tenant_id = p_tenant AND o.created_at < p_history;
    SELECT count(*) INTO audit FROM audit_log l
    WHERE (l.tenant_id = p_tenant OR (p_tenant IS NULL AND l.tenant_id IS NULL)) AND l.at < p_audit;
    SELECT count(*) INTO outputs FROM media_assets a
    WHERE a.tenant_id = p_tenant AND a.origin = 'render' AND a.deleted_at IS NULL AND a.created_at < p_outputs;
    SELECT count(*) INTO uploads FROM media_assets a
    WHERE a.tenant_id = p_tenant AND a.origin = 'upload' AND a.state <> 'quarantined' AND a.deleted_at IS NULL
        AND coalesce(a.used_at, a.created_at) < p_uploads AND a.key <> ALL (v_living)
        AND coalesce(ledger.last_use(a.id) < p_uploads, true);
    SELECT count(*) INTO jobs FROM video_processing_jobs j
    WHERE j.tenant_id = p_tenant AND j.status IN ('completed', 'failed', 'cancelled') AND j.created_at < p_history
        AND j.finished_at < p_history AND (j.status <> 'completed' OR EXISTS (SELECT 1 FROM media_assets a
            WHERE a.id = j.id AND (a.deleted_at IS NOT NULL OR a.created_at < p_outputs)));
END
$$;
