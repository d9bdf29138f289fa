-- Files of experiments. The bytes lie in the blob store under their digest; a row here is what makes them visible
-- and what keeps them. An asset is known by its experiment and the client's id: archives that are sent again carry
-- the same ids under new experiments.

CREATE TABLE artifact.assets (
    workspace_id        uuid NOT NULL,
    experiment_id       uuid NOT NULL,
    asset_id            text COLLATE "C" NOT NULL,
    file_name           text COLLATE "C" NOT NULL,
    type                text COLLATE "C" NOT NULL,
    extension           text NOT NULL DEFAULT '',
    step                double precision,
    epoch               double precision,
    context             text NOT NULL DEFAULT '',
    -- A JSON text as it came; not jsonb, for it is given back letter by letter.
    metadata            text NOT NULL DEFAULT '',
    grouping            text COLLATE "C" NOT NULL DEFAULT '',
    figure_counter      text NOT NULL DEFAULT '',
    artifact_version_id text COLLATE "C" NOT NULL DEFAULT '',
    parent_asset_id     text COLLATE "C" NOT NULL DEFAULT '',
    size                bigint NOT NULL,
    -- Of assets whose bytes are here.
    digest              bytea,
    -- Of assets that lie elsewhere.
    link                text,
    content_type        text NOT NULL,
    created_by          uuid NOT NULL,
    created_at          timestamptz NOT NULL,
    CONSTRAINT assets_pkey PRIMARY KEY (workspace_id, experiment_id, asset_id),
    CONSTRAINT assets_id_length CHECK (octet_length(asset_id) BETWEEN 1 AND 128),
    CONSTRAINT assets_file_name_length CHECK (octet_length(file_name) BETWEEN 1 AND 1024),
    CONSTRAINT assets_size CHECK (size >= 0),
    CONSTRAINT assets_digest_length CHECK (octet_length(digest) = 32),
    CONSTRAINT assets_body CHECK ((digest IS NULL) <> (link IS NULL))
);

CREATE INDEX assets_by_creation ON artifact.assets (workspace_id, experiment_id, created_at, asset_id);
CREATE INDEX assets_by_name ON artifact.assets (workspace_id, experiment_id, file_name);
CREATE INDEX assets_by_digest ON artifact.assets (workspace_id, digest) WHERE digest IS NOT NULL;

ALTER TABLE artifact.assets ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact.assets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON artifact.assets
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON artifact.assets TO halley_artifact;

-- Where the sweeper has to look. Ids only, without row-level security (EXCEPTIONS.md).
CREATE TABLE artifact.workspaces (
    workspace_id uuid NOT NULL,
    CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id)
);
GRANT SELECT, INSERT, DELETE ON artifact.workspaces TO halley_artifact;

-- An asset is written only where its experiment is: in this workspace and this project.
GRANT USAGE ON SCHEMA tracking TO halley_artifact;
GRANT SELECT (workspace_id, id, project_id, key) ON tracking.experiments TO halley_artifact;
