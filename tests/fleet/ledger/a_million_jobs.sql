-- A service that has run for three weeks: 100 tenants with a million jobs between them. Nearly all have ended; ten
-- tenants have jobs waiting, all have some on the broker and some in workers' hands. It runs as the owner of the tables.

-- No line of history for each step, and no index while the rows come in: both only take time.
ALTER TABLE video_processing_jobs DISABLE TRIGGER USER;
CREATE TEMP TABLE kept_indexes AS
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE tablename = 'video_processing_jobs' AND indexname LIKE 'jobs\_%';
DO $$
DECLARE
    v_name text;
BEGIN
    FOR v_name IN SELECT name FROM kept_indexes LOOP
        EXECUTE format('DROP INDEX %I', v_name);
    END LOOP;
END
$$;

-- Row-level security is forced on the owner too.
SET ROLE gildhall_fleet;

INSERT INTO tenants (id, max_concurrent, requests_per_minute)
SELECT 'tenant-' || lpad(n::text, 2, '0'), 20, 1000000 FROM generate_series(0, 99) n;

INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, metadata, fence, worker, created_at, updated_at,
    dispatched_at, dispatches, started_at, finished_at, not_before, failure_class, failure_code, failure_message, output)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'tenant-' || lpad((n % 100)::text, 2, '0'),
    w.status, n / 100 % 10,
    '{"images": ["products/ring.jpg", "products/chain.jpg"], "audio": "audio/song.mp3", "text_overlay": {"text": "Gold"}}',
    CASE WHEN n % 10 = 2 THEN jsonb_build_object('order', n) ELSE '{}' END,
    w.begun::int, CASE WHEN w.begun THEN 'worker/1' END, t.at, t.at,
    CASE WHEN w.status <> 'pending' THEN t.at END, (w.status <> 'pending')::int, CASE WHEN w.begun THEN t.at END,
    CASE WHEN w.ended THEN t.at + interval '30 s' END, CASE WHEN w.status = 'retrying' THEN t.at + interval '8 s' END,
    w.failure, w.failure, w.failure,
    CASE WHEN w.status = 'completed' THEN '{"video": {"key": "tenants/one/videos/two/1/video.mp4"}}'::jsonb END
FROM generate_series(1, 1000000) n
CROSS JOIN LATERAL (SELECT now() - (1000000 - n) * interval '2 s' - interval '1 minute' AS at) t
CROSS JOIN LATERAL (SELECT CASE
    WHEN n > 990000 AND n % 100 < 10 THEN 'pending'
    WHEN n > 999000 THEN 'queued'
    WHEN n > 998000 THEN 'processing'
    WHEN n > 997800 THEN 'retrying'
    WHEN n / 100 % 20 = 7 THEN 'failed'
    WHEN n / 100 % 50 = 1 THEN 'cancelled'
    ELSE 'completed' END AS status) s
CROSS JOIN LATERAL (SELECT s.status, s.status NOT IN ('pending', 'queued') AS begun,
    s.status IN ('completed', 'failed', 'cancelled') AS ended,
    CASE WHEN s.status = 'failed' THEN 'resource' END AS failure) w;

INSERT INTO job_history (job_id, tenant_id, to_status, attempt)
SELECT id, tenant_id, 'pending', 0 FROM video_processing_jobs
WHERE id > '00000000-0000-7000-8000-000000750000';

INSERT INTO idempotency_keys (tenant_id, key, body_sha256, job_id)
SELECT tenant_id, 'order-' || substr(id::text, 25), sha256('body'), id FROM video_processing_jobs
WHERE id > '00000000-0000-7000-8000-000000750000';

-- One worker in ten is dead.
INSERT INTO leases (job_id, tenant_id, slot, worker, fence, acquired_at, renewed_at, expires_at)
SELECT id, tenant_id, row_number() OVER of_tenant, worker, fence, now(), now(),
    now() + CASE WHEN priority = 0 THEN interval '-1 minute' ELSE interval '1 hour' END
FROM video_processing_jobs WHERE status = 'processing'
WINDOW of_tenant AS (PARTITION BY tenant_id ORDER BY id);

-- The broker has been away for a while.
INSERT INTO outbox (kind, tenant_id, job_id, payload, created_at)
SELECT 'event', tenant_id, id, '{}', now() - interval '1 minute' FROM video_processing_jobs
WHERE id > '00000000-0000-7000-8000-000000900000' ORDER BY id;

-- Uploads. The scanner has been away for a while, for one tenant.
INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, state, due_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, t.id, 'upload', 'products',
    'products/' || n || '.jpg', 'tenants/' || t.id || '/video-assets/products/' || n || '.jpg', 'image/jpeg', 1,
    lpad(to_hex(n), 64, '0'), CASE WHEN s.waits THEN 'quarantined' ELSE 'released' END,
    CASE WHEN s.waits THEN now() - interval '1 minute' END
FROM generate_series(1, 200000) n
CROSS JOIN LATERAL (SELECT 'tenant-' || lpad((n % 100)::text, 2, '0') AS id) t
CROSS JOIN LATERAL (SELECT n % 2000 = 42 AS waits) s;

RESET ROLE;
DO $$
DECLARE
    v_definition text;
BEGIN
    FOR v_definition IN SELECT definition FROM kept_indexes LOOP
        EXECUTE v_definition;
    END LOOP;
END
$$;
ALTER TABLE video_processing_jobs ENABLE TRIGGER USER;
