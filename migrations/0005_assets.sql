-- What lies in the object store, as far as tenants see it.

CREATE TABLE media_assets (
    id           uuid PRIMARY KEY,
    tenant_id    text COLLATE "C" NOT NULL,
    origin       text COLLATE "C" NOT NULL CHECK (origin IN ('upload', 'render')),
    kind         text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    object_key   text NOT NULL,
    content_type text NOT NULL,
    bytes        bigint NOT NULL CHECK (bytes >= 0),
    sha256       text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    width        integer,
    height       integer,
    duration_ms  bigint,
    job_id       uuid,
    state        text COLLATE "C" NOT NULL DEFAULT 'released' CHECK (state IN ('released', 'quarantined', 'refused')),
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at   timestamptz,
    CONSTRAINT a_render_has_its_job CHECK ((origin = 'render') = (job_id IS NOT NULL))
);
COMMENT ON COLUMN media_assets.id IS 'Of a rendered video: the id of its job.';
COMMENT ON COLUMN media_assets.key IS 'What jobs call it, below the tenant''s root.';
-- A key means one thing at a time, and the same bytes are kept once.
CREATE UNIQUE INDEX media_assets_by_key ON media_assets (tenant_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX media_assets_by_hash ON media_assets (tenant_id, kind, sha256)
    WHERE deleted_at IS NULL AND origin = 'upload';
CREATE INDEX media_assets_by_time ON media_assets (tenant_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- The poster, thumbnails and further sizes of a rendered video.
CREATE TABLE media_renditions (
    asset_id     uuid NOT NULL REFERENCES media_assets ON DELETE CASCADE,
    tenant_id    text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    object_key   text NOT NULL,
    content_type text NOT NULL,
    bytes        bigint NOT NULL CHECK (bytes >= 0),
    sha256       text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    width        integer,
    height       integer,
    PRIMARY KEY (asset_id, name)
);

-- What a finished job was made of, as its bytes were.
CREATE TABLE video_processing_assets (
    job_id         uuid NOT NULL REFERENCES video_processing_jobs ON DELETE CASCADE,
    tenant_id      text COLLATE "C" NOT NULL,
    role           text COLLATE "C" NOT NULL,
    position       integer NOT NULL CHECK (position >= 0),
    asset_key      text COLLATE "C" NOT NULL,
    sha256         text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_asset_id uuid,
    PRIMARY KEY (job_id, role, position)
);
CREATE INDEX video_processing_assets_by_asset ON video_processing_assets (media_asset_id)
    WHERE media_asset_id IS NOT NULL;
