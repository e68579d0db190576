-- Row-level security: whoever the API asks for, it gets one tenant's rows, even if a query forgets its filter.
-- The tenant is `gildhall.tenant`, which every step of the API sets for its own transaction; where it is not set, nothing
-- is seen. Relay, worker and operators serve all tenants, and so does the role they take on.
DO $$
DECLARE
    v_table text;
    v_column text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['tenants', 'api_keys', 'usage', 'video_processing_jobs', 'job_history',
        'idempotency_keys', 'leases', 'outbox', 'media_assets', 'media_renditions', 'video_processing_assets', 'audit_log']
    LOOP
        v_column := CASE v_table WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY fleet ON %I TO gildhall_fleet USING (true) WITH CHECK (true)', v_table);
        EXECUTE format('CREATE POLICY tenant ON %I TO gildhall_api
            USING (%2$I = current_setting(''gildhall.tenant'', true))
            WITH CHECK (%2$I = current_setting(''gildhall.tenant'', true))', v_table, v_column);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON tenants, api_keys, usage, video_processing_jobs, job_history, idempotency_keys,
    leases, outbox, media_assets, media_renditions, video_processing_assets TO gildhall_fleet;
GRANT SELECT ON job_transitions TO gildhall_fleet, gildhall_api;
GRANT SELECT, INSERT ON audit_log TO gildhall_fleet, gildhall_api;

-- Keys are not here: the API only ever asks api.authenticate for one.
GRANT SELECT ON tenants, leases, media_renditions, video_processing_assets TO gildhall_api;
GRANT SELECT, INSERT ON job_history, idempotency_keys, outbox TO gildhall_api;
GRANT SELECT, INSERT, UPDATE ON usage TO gildhall_api;
GRANT SELECT, INSERT, UPDATE (deleted_at) ON media_assets TO gildhall_api;
-- What a cancel and a replay change, and nothing else.
GRANT SELECT, INSERT, UPDATE (status, run, attempts, crashes, quality, worker, dispatched_at, dispatches, started_at,
    finished_at, not_before, cancel_requested_at, failure_class, failure_code, failure_message)
    ON video_processing_jobs TO gildhall_api;

-- Programs look there whether the database is as new as they are.
DO $$
BEGIN
    IF to_regclass('_sqlx_migrations') IS NOT NULL THEN
        GRANT SELECT ON _sqlx_migrations TO gildhall_fleet, gildhall_api;
    END IF;
END
$$;
