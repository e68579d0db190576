-- A tenant's assets.

CREATE FUNCTION api.asset_by_hash(p_tenant text, p_kind text, p_sha256 text) RETURNS SETOF media_assets
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM media_assets WHERE tenant_id = p_tenant AND kind = p_kind AND sha256 = p_sha256
        AND origin = 'upload' AND deleted_at IS NULL;
END
$$;

-- Enters an upload whose bytes are stored already. Where the same bytes are there, the older asset stands and the caller
-- removes its copy; where the key means other bytes, nothing is entered.
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

CREATE FUNCTION api.assets(p_tenant text, p_origin text, p_kind text, p_before_at timestamptz, p_before_id uuid,
    p_limit bigint) RETURNS SETOF media_assets LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM media_assets a WHERE a.tenant_id = p_tenant AND a.deleted_at IS NULL
        AND (p_origin IS NULL OR a.origin = p_origin) AND (p_kind IS NULL OR a.kind = p_kind)
        AND (a.created_at, a.id) < (coalesce(p_before_at, 'infinity'),
            coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        ORDER BY a.created_at DESC, a.id DESC LIMIT p_limit;
END
$$;

CREATE FUNCTION api.asset(p_tenant text, p_id uuid) RETURNS SETOF media_assets LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM media_assets WHERE id = p_id AND tenant_id = p_tenant AND deleted_at IS NULL;
END
$$;

CREATE FUNCTION api.renditions(p_tenant text, p_asset uuid) RETURNS SETOF media_renditions LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM media_renditions WHERE asset_id = p_asset AND tenant_id = p_tenant ORDER BY name;
END
$$;

-- Takes an asset out of sight, and says which objects its bytes are; null where there is no such asset. The row stays,
-- for finished jobs name it.
CREATE FUNCTION api.delete_asset(p_tenant text, p_id uuid, p_actor text, p_address text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    v_object text;
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    UPDATE media_assets SET deleted_at = clock_timestamp()
    WHERE id = p_id AND tenant_id = p_tenant AND deleted_at IS NULL RETURNING object_key INTO v_object;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM ledger.audit(p_actor, 'api_key', p_address, p_tenant, 'asset.delete', p_id::text, 'deleted');
    RETURN ARRAY[v_object] || ARRAY(SELECT object_key FROM media_renditions WHERE asset_id = p_id ORDER BY name);
END
$$;
