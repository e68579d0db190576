-- Uploads wait in quarantine until a scanner found them clean. An upload is entered as quarantined and becomes released or
-- refused, once; nothing leads back. What is released has its bytes under `object_key`, as they were scanned.
--
-- What cannot be scanned at once lies under `quarantine_key`, for a porter to see to: `due_at` says when, and that there is
-- something to do at all. A porter takes a row by putting that off for a while, so a porter that dies leaves it to the next
-- one, and two that have the same row do the same thing to it: each step looks where the row stands.
ALTER TABLE media_assets
    ADD COLUMN quarantine_key text,
    ADD COLUMN due_at         timestamptz,
    ADD COLUMN tries          integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    ADD COLUMN scanned_at     timestamptz,
    ADD COLUMN refusal        text,
    ADD CONSTRAINT quarantined_is_seen_to CHECK (state <> 'quarantined' OR deleted_at IS NOT NULL OR due_at IS NOT NULL),
    ADD CONSTRAINT left_in_quarantine_is_seen_to CHECK (quarantine_key IS NULL OR due_at IS NOT NULL),
    ADD CONSTRAINT refused_has_its_reason CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    ADD CONSTRAINT a_render_is_released CHECK (origin = 'upload' OR state = 'released');
COMMENT ON COLUMN media_assets.quarantine_key IS 'Where its bytes lie until they are scanned, or still lie afterwards.';
COMMENT ON COLUMN media_assets.due_at IS 'When a porter is to see to it: to scan it, or to clear away what is left of it.';
COMMENT ON COLUMN media_assets.tries IS 'How often a porter took it up.';
COMMENT ON COLUMN media_assets.scanned_at IS 'When a scanner found it clean; null where none was asked.';
COMMENT ON COLUMN media_assets.refusal IS 'What the scanner found in it.';

-- Both are empty while all is well.
CREATE INDEX media_assets_due ON media_assets (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX media_assets_unreleased ON media_assets (tenant_id, key) WHERE state <> 'released' AND deleted_at IS NULL;

GRANT UPDATE (state, quarantine_key, due_at, scanned_at, refusal) ON media_assets TO gildhall_api;

-- The steps, as their caller. Each tells where the asset stands now (null: it is gone), and whether this call brought it
-- there. Null p_tenant: any tenant's. Null p_actor: not worth a line in the audit log.

CREATE FUNCTION ledger.release_asset(p_tenant text, p_id uuid, p_scanned boolean, p_actor text, p_kind text,
    p_address text, p_action text, OUT changed boolean, OUT standing text) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_tenant text;
BEGIN
    UPDATE media_assets SET state = 'released', scanned_at = CASE WHEN p_scanned THEN v_now END,
        due_at = CASE WHEN quarantine_key IS NOT NULL THEN v_now END
    WHERE id = p_id AND (p_tenant IS NULL OR tenant_id = p_tenant) AND state = 'quarantined' AND deleted_at IS NULL
    RETURNING tenant_id INTO v_tenant;
    changed := FOUND;
    IF changed AND p_actor IS NOT NULL THEN
        PERFORM ledger.audit(p_actor, p_kind, p_address, v_tenant, p_action, p_id::text, 'released',
            jsonb_build_object('scanned', p_scanned));
    END IF;
    SELECT state INTO standing FROM media_assets
    WHERE id = p_id AND (p_tenant IS NULL OR tenant_id = p_tenant) AND deleted_at IS NULL;
END
$$;

CREATE FUNCTION ledger.refuse_asset(p_tenant text, p_id uuid, p_signature text, p_actor text, p_kind text,
    p_address text, OUT changed boolean, OUT standing text) LANGUAGE plpgsql AS $$
DECLARE
    v_tenant text;
BEGIN
    UPDATE media_assets SET state = 'refused', refusal = p_signature, due_at = clock_timestamp()
    WHERE id = p_id AND (p_tenant IS NULL OR tenant_id = p_tenant) AND state = 'quarantined' AND deleted_at IS NULL
    RETURNING tenant_id INTO v_tenant;
    changed := FOUND;
    IF changed THEN
        PERFORM ledger.audit(p_actor, p_kind, p_address, v_tenant, 'asset.refuse', p_id::text, 'infected',
            jsonb_build_object('signature', p_signature));
    END IF;
    SELECT state INTO standing FROM media_assets
    WHERE id = p_id AND (p_tenant IS NULL OR tenant_id = p_tenant) AND deleted_at IS NULL;
END
$$;

-- The steps of the API.

-- Enters an upload, in quarantine. Null p_quarantine_key: its bytes were scanned, and are about to be stored where they
-- belong. Whoever entered it has p_within_ms to store them and say so, before a porter sees to it. Where the same bytes are
-- there, the older asset stands; where the key means other bytes, nothing is entered.
DROP FUNCTION api.insert_asset;
CREATE FUNCTION api.enter_upload(p_tenant text, p_id uuid, p_kind text, p_key text, p_object_key text,
    p_quarantine_key text, p_content_type text, p_bytes bigint, p_sha256 text, p_width integer, p_height integer,
    p_duration_ms bigint, p_within_ms bigint, OUT outcome text, OUT asset media_assets) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    -- What stands in the way may be deleted before it is looked at.
    FOR v_try IN 1..5 LOOP
        INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, quarantine_key, content_type, bytes,
            sha256, width, height, duration_ms, state, due_at)
        VALUES (p_id, p_tenant, 'upload', p_kind, p_key, p_object_key, p_quarantine_key, p_content_type, p_bytes,
            p_sha256, p_width, p_height, p_duration_ms, 'quarantined', clock_timestamp() + ledger.ms(p_within_ms))
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

-- The bytes of a quarantined asset are put into quarantine: before, with the time that takes, so that they are never there
-- without a row that knows of them; and afterwards, with none, and with who did it. Tells where the asset stands; unless it
-- is quarantined, nothing was changed.
CREATE FUNCTION api.quarantine_asset(p_tenant text, p_id uuid, p_quarantine_key text, p_within_ms bigint, p_actor text,
    p_address text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_state text;
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    UPDATE media_assets SET quarantine_key = p_quarantine_key, due_at = clock_timestamp() + ledger.ms(p_within_ms)
    WHERE id = p_id AND tenant_id = p_tenant AND state = 'quarantined' AND deleted_at IS NULL;
    IF FOUND AND p_actor IS NOT NULL THEN
        PERFORM ledger.audit(p_actor, 'api_key', p_address, p_tenant, 'asset.upload', p_id::text, 'quarantined');
    END IF;
    SELECT state INTO v_state FROM media_assets WHERE id = p_id AND tenant_id = p_tenant AND deleted_at IS NULL;
    RETURN v_state;
END
$$;

CREATE FUNCTION api.release_asset(p_tenant text, p_id uuid, p_scanned boolean, p_actor text, p_address text,
    OUT changed boolean, OUT standing text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    SELECT r.changed, r.standing INTO changed, standing FROM ledger.release_asset(p_tenant, p_id, p_scanned, p_actor,
        'api_key', p_address, 'asset.upload') r;
END
$$;

CREATE FUNCTION api.refuse_asset(p_tenant text, p_id uuid, p_signature text, p_actor text, p_address text,
    OUT changed boolean, OUT standing text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    SELECT r.changed, r.standing INTO changed, standing FROM ledger.refuse_asset(p_tenant, p_id, p_signature, p_actor,
        'api_key', p_address) r;
END
$$;

-- An upload that was found infected before anything of it was kept leaves this line and nothing else.
CREATE FUNCTION api.upload_was_infected(p_tenant text, p_key text, p_sha256 text, p_bytes bigint, p_signature text,
    p_actor text, p_address text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    PERFORM ledger.audit(p_actor, 'api_key', p_address, p_tenant, 'asset.upload', p_key, 'infected',
        jsonb_build_object('signature', p_signature, 'sha256', p_sha256, 'bytes', p_bytes));
END
$$;

-- As before, and beside that a porter looks after the bytes of an upload once more: whoever was storing them at that
-- moment, or died between their deletion and this, may have left some.
CREATE OR REPLACE FUNCTION api.delete_asset(p_tenant text, p_id uuid, p_actor text, p_address text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    v_object text;
BEGIN
    PERFORM set_config('gildhall.tenant', p_tenant, true);
    UPDATE media_assets SET deleted_at = clock_timestamp(),
        due_at = CASE WHEN origin = 'upload' THEN clock_timestamp() END
    WHERE id = p_id AND tenant_id = p_tenant AND deleted_at IS NULL RETURNING object_key INTO v_object;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM ledger.audit(p_actor, 'api_key', p_address, p_tenant, 'asset.delete', p_id::text, 'deleted');
    RETURN ARRAY[v_object] || ARRAY(SELECT object_key FROM media_renditions WHERE asset_id = p_id ORDER BY name);
END
$$;

-- The steps of the porters.

-- now() and not the clock: an index is only asked for what stays the same while it is.
CREATE FUNCTION fleet.quarantine_is_due() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT EXISTS (SELECT 1 FROM media_assets WHERE due_at <= now()) $$;

-- Takes rows up, for p_lease_ms. Two porters never get the same one within that time.
CREATE FUNCTION fleet.take_quarantined(p_limit bigint, p_lease_ms bigint) RETURNS SETOF media_assets
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    WITH due AS (
        SELECT a.id FROM media_assets a WHERE a.due_at <= v_now ORDER BY a.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    )
    UPDATE media_assets a SET due_at = v_now + ledger.ms(p_lease_ms), tries = a.tries + 1
    FROM due WHERE a.id = due.id RETURNING a.*;
END
$$;

-- Puts a row back that could not be seen to.
CREATE FUNCTION fleet.look_again(p_id uuid, p_after_ms bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE media_assets SET due_at = clock_timestamp() + ledger.ms(p_after_ms) WHERE id = p_id AND due_at IS NOT NULL
$$;

CREATE FUNCTION fleet.release_asset(p_id uuid, p_scanned boolean, p_actor text, OUT changed boolean, OUT standing text)
LANGUAGE sql AS $$
    SELECT r.changed, r.standing FROM ledger.release_asset(NULL, p_id, p_scanned, p_actor, 'porter', NULL,
        'asset.release') r
$$;

CREATE FUNCTION fleet.refuse_asset(p_id uuid, p_signature text, p_actor text, OUT changed boolean, OUT standing text)
LANGUAGE sql AS
    $$ SELECT r.changed, r.standing FROM ledger.refuse_asset(NULL, p_id, p_signature, p_actor, 'porter', NULL) r $$;

-- A quarantined asset whose bytes are not what was uploaded, or not there: it can never be released. `p_why` is lost (its
-- upload was cut off, mostly, and its client was told nothing) or altered. Its key and its hash are free again.
CREATE FUNCTION fleet.withdraw_asset(p_id uuid, p_why text, p_actor text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_tenant text;
BEGIN
    UPDATE media_assets SET deleted_at = v_now, due_at = v_now
    WHERE id = p_id AND state = 'quarantined' AND deleted_at IS NULL RETURNING tenant_id INTO v_tenant;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM ledger.audit(p_actor, 'porter', NULL, v_tenant, 'asset.withdraw', p_id::text, p_why);
    RETURN true;
END
$$;

-- Nothing of it is left in quarantine.
CREATE FUNCTION fleet.quarantine_is_cleared(p_id uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE media_assets SET quarantine_key = NULL, due_at = NULL
    WHERE id = p_id AND (state <> 'quarantined' OR deleted_at IS NOT NULL)
$$;

-- Which keys a job names. Words of the contract, such as `none`, are no keys of anything.
CREATE FUNCTION ledger.named_assets(p_spec jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE ROWS 10 AS $$
    SELECT CASE jsonb_typeof(i) WHEN 'object' THEN i ->> 'asset' ELSE i #>> '{}' END
    FROM jsonb_array_elements(p_spec -> 'images') i
    UNION SELECT p_spec ->> 'audio' UNION SELECT p_spec ->> 'overlay' UNION SELECT p_spec ->> 'frame'
$$;

-- Those of them that are quarantined or refused, each with its state; null where there are none. A key that means nothing
-- is not among them: whether the video can do without it is for its render to say.
CREATE FUNCTION ledger.barred_assets(p_tenant text, p_spec jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(a.key, a.state) FROM media_assets a
    WHERE a.tenant_id = p_tenant AND a.key = ANY (ARRAY(SELECT ledger.named_assets(p_spec)))
        AND a.state <> 'released' AND a.deleted_at IS NULL
$$;
