-- Uploads in parts. Each part is a blob of its own until they are joined.

CREATE TABLE artifact.uploads (
    workspace_id  uuid NOT NULL,
    id            uuid NOT NULL,
    experiment_id uuid NOT NULL,
    -- What the asset will be, as the service writes it.
    draft         jsonb NOT NULL,
    parts         integer NOT NULL,
    expires_at    timestamptz NOT NULL,
    -- Kept until it expires, so that completing twice answers twice.
    completed_at  timestamptz,
    CONSTRAINT uploads_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT uploads_parts CHECK (parts BETWEEN 1 AND 10000)
);

CREATE INDEX uploads_by_expiry ON artifact.uploads (workspace_id, expires_at);

ALTER TABLE artifact.uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact.uploads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON artifact.uploads
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON artifact.uploads TO halley_artifact;

CREATE TABLE artifact.parts (
    workspace_id uuid NOT NULL,
    upload_id    uuid NOT NULL,
    number       integer NOT NULL,
    digest       bytea NOT NULL,
    size         bigint NOT NULL,
    CONSTRAINT parts_pkey PRIMARY KEY (workspace_id, upload_id, number),
    CONSTRAINT parts_upload FOREIGN KEY (workspace_id, upload_id)
        REFERENCES artifact.uploads (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT parts_number CHECK (number BETWEEN 1 AND 10000),
    CONSTRAINT parts_digest_length CHECK (octet_length(digest) = 32),
    CONSTRAINT parts_size CHECK (size >= 0)
);

CREATE INDEX parts_by_digest ON artifact.parts (workspace_id, digest);

ALTER TABLE artifact.parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact.parts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON artifact.parts
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON artifact.parts TO halley_artifact;
