-- How an attempt ends. Each step is guarded by the fencing number: for whoever lost the job nothing changes, and null comes
-- back. Whoever repeats a step whose answer got lost is told the same, which is right: its work is done.

CREATE FUNCTION fleet.finish(p_job uuid, p_fence bigint, p_output jsonb, p_inputs jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    l leases;
    v_now timestamptz := clock_timestamp();
    v_month date := date_trunc('month', v_now AT TIME ZONE 'UTC');
BEGIN
    SELECT * INTO l FROM ledger.release(p_job, p_fence);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE video_processing_jobs SET status = 'completed', finished_at = v_now, output = p_output,
        warnings = p_output -> 'warnings', failure_class = NULL, failure_code = NULL, failure_message = NULL
    WHERE id = p_job;

    INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, width, height,
        duration_ms, job_id)
    SELECT p_job, l.tenant_id, 'render', 'video', 'videos/' || p_job, v.key, v.content_type, v.bytes, v.sha256, v.width,
        v.height, (p_output ->> 'duration_ms')::bigint, p_job
    FROM jsonb_to_record(p_output -> 'video') AS v (key text, content_type text, bytes bigint, sha256 text,
        width integer, height integer);

    INSERT INTO media_renditions (asset_id, tenant_id, name, object_key, content_type, bytes, sha256, width, height)
    SELECT p_job, l.tenant_id, f.name, f.key, f.content_type, f.bytes, f.sha256, f.width, f.height
    FROM jsonb_to_recordset(
        CASE WHEN jsonb_typeof(p_output -> 'poster') = 'object'
            THEN jsonb_build_array(p_output -> 'poster') ELSE '[]' END
        || coalesce(p_output -> 'thumbnails', '[]') || coalesce(p_output -> 'renditions', '[]'))
        AS f (name text, key text, content_type text, bytes bigint, sha256 text, width integer, height integer);

    INSERT INTO video_processing_assets (job_id, tenant_id, role, position, asset_key, sha256, media_asset_id)
    -- A probe for each: a join would read all assets of the tenant.
    SELECT p_job, l.tenant_id, i.role, i.position, i.asset, i.sha256, (SELECT a.id FROM media_assets a
        WHERE a.tenant_id = l.tenant_id AND a.key = i.asset AND a.deleted_at IS NULL)
    FROM jsonb_to_recordset(p_inputs) AS i (role text, position integer, asset text, sha256 text);

    INSERT INTO usage AS u (tenant_id, month, slot, completed, render_ms)
    VALUES (l.tenant_id, v_month, l.slot, 1, extract(epoch FROM v_now - l.acquired_at) * 1000)
    ON CONFLICT (tenant_id, month, slot) DO UPDATE SET completed = u.completed + 1,
        render_ms = u.render_ms + excluded.render_ms;
    RETURN ledger.told(p_job);
END
$$;

-- Every other end of an attempt:
--   failed     p_failure says why; spends an attempt
--   retrying   with p_failure it spends an attempt, without it was an outage and spends none; runs again after p_after_ms
--   pending    given back, spends nothing
--   cancelled
-- Somebody who asked for a cancel meanwhile gets it instead of another attempt.
CREATE FUNCTION fleet.settle(p_job uuid, p_fence bigint, p_to text, p_failure jsonb, p_after_ms bigint, p_quality text)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_to text := p_to;
BEGIN
    PERFORM ledger.release(p_job, p_fence);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF p_to IN ('retrying', 'pending') AND EXISTS
        (SELECT 1 FROM video_processing_jobs WHERE id = p_job AND cancel_requested_at IS NOT NULL)
    THEN
        v_to := 'cancelled';
    END IF;
    UPDATE video_processing_jobs SET
        status = v_to,
        attempts = attempts + CASE WHEN p_failure IS NOT NULL AND v_to <> 'cancelled' THEN 1 ELSE 0 END,
        failure_class = CASE WHEN v_to = 'cancelled' THEN NULL ELSE coalesce(p_failure ->> 'class', failure_class) END,
        failure_code = CASE WHEN v_to = 'cancelled' THEN NULL ELSE coalesce(p_failure ->> 'code', failure_code) END,
        failure_message = CASE WHEN v_to = 'cancelled' THEN NULL
            ELSE coalesce(p_failure ->> 'message', failure_message) END,
        quality = coalesce(p_quality, quality),
        not_before = CASE WHEN v_to = 'retrying' THEN v_now + ledger.ms(p_after_ms) END,
        -- Its next message is sent by whoever called this, as soon as this is committed.
        dispatched_at = CASE WHEN v_to = 'retrying' THEN v_now ELSE dispatched_at END,
        dispatches = CASE WHEN v_to = 'retrying' THEN 1 ELSE dispatches END,
        finished_at = CASE WHEN v_to IN ('failed', 'cancelled') THEN v_now END
    WHERE id = p_job;
    IF v_to IN ('failed', 'cancelled') THEN
        RETURN ledger.told(p_job);
    END IF;
    RETURN '[]';
END
$$;
