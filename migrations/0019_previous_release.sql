-- From here on, a release's tables work with the programs of the release before (docs/operate/upgrade.md): what those call
-- stays until the release after the one that stopped calling it. 0016 took one step away too early; this brings it back.

-- An upload as programs enter it that are older than 0016: its row first, released at once, since they scan nothing, and then
-- its bytes. No program since calls it: they call api.enter_upload.
CREATE FUNCTION api.insert_asset(p_tenant text, p_id uuid, p_kind text, p_key text, p_object_key text,
    p_content_type text, p_bytes bigint, p_sha256 text, p_width integer, p_height integer, p_duration_ms bigint,
    p_state text, OUT outcome text, OUT asset media_assets) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    -- What stands in the way may be deleted before it is looked at.
    FOR v_try IN 1..5 LOOP
        INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, width,
            height, duration_ms, state)
        VALUES (p_id, p_tenant, 'upload', p_kind, p_key, p_object_key, p_content_type, p_bytes, p_sha256, p_width,
            p_height, p_duration_ms, p_state)
        ON CONFLICT DO NOTHING RETURNING * INTO asset;
        outcome := 'created';
        EXIT WHEN FOUND;
        SELECT * INTO asset FROM media_assets WHERE tenant_id = p_tenant AND kind = p_kind AND sha256 = p_sha256
            AND origin = 'upload' AND deleted_at IS NULL;
        outcome := 'existing';
        EXIT WHEN FOUND;
        SELECT * INTO asset FROM media_assets WHERE tenant_id = p_tenant AND key = p_key AND deleted_at IS NULL;
        outcome := 'key_taken';
        EXIT WHEN FOUND;
    END LOOP;
    IF asset.id IS NULL THEN
        RAISE EXCEPTION 'the asset % comes and goes', p_key USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;
