-- What scripts print: one row for each post (a huge one makes several), not for each line.

CREATE TABLE tracking.output_blocks (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    first_offset  bigint NOT NULL,
    last_offset   bigint NOT NULL,
    -- Of offsets, streams and texts: a post that arrives again is the same block.
    digest        bigint NOT NULL,
    id            uuid NOT NULL,
    line_count    integer NOT NULL,
    -- Docs/formats/console-block.md
    lines         bytea NOT NULL,
    CONSTRAINT output_blocks_pkey PRIMARY KEY (workspace_id, experiment_id, first_offset, digest),
    CONSTRAINT output_blocks_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT output_blocks_order CHECK (first_offset <= last_offset)
);

CREATE INDEX output_blocks_by_end ON tracking.output_blocks (workspace_id, experiment_id, last_offset);

ALTER TABLE tracking.output_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.output_blocks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.output_blocks
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.output_blocks TO halley_tracking;
