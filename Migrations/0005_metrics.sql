-- Metric series. A series is a set of points, kept as chunks of up to 512; what was appended and is not yet in them
-- stands in the journal, one row a request. Reading is the union of both, so that merging changes no answer.

-- Per-experiment counter: only new series touch it. The check is the limit.
CREATE TABLE tracking.metric_counts (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    series        bigint NOT NULL,
    CONSTRAINT metric_counts_pkey PRIMARY KEY (workspace_id, experiment_id),
    CONSTRAINT metric_counts_series_max CHECK (series <= 50000)
);

-- One row for each series, right at every moment: written in the transaction that appends.
-- A step that was not given is -infinity. The columns min and max are NULL while every value is NaN.
CREATE TABLE tracking.metric_summaries (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name          text COLLATE "C" NOT NULL,
    context       text COLLATE "C" NOT NULL,
    -- The latest by (time, step, value).
    current       double precision NOT NULL,
    current_step  double precision NOT NULL,
    current_ms    bigint NOT NULL,
    -- Of equal values the first by (step, time).
    min           double precision,
    min_step      double precision,
    min_ms        bigint,
    max           double precision,
    max_step      double precision,
    max_ms        bigint,
    -- Rises with every append.
    batches       bigint NOT NULL,
    CONSTRAINT metric_summaries_pkey PRIMARY KEY (workspace_id, experiment_id, name, context)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE tracking.metric_journal (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id            uuid NOT NULL,
    points        bigint NOT NULL,
    -- Docs/formats/series.md
    body          bytea NOT NULL,
    CONSTRAINT metric_journal_pkey PRIMARY KEY (workspace_id, experiment_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
ALTER TABLE tracking.metric_journal ALTER COLUMN body SET STORAGE EXTERNAL;

-- The chunks of a series are disjoint stretches of its order. A key is the last or first point, as 32 bytes that sort
-- like the points.
CREATE TABLE tracking.metric_chunks (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name          text COLLATE "C" NOT NULL,
    context       text COLLATE "C" NOT NULL,
    last_key      bytea NOT NULL,
    first_key     bytea NOT NULL,
    points        bigint NOT NULL,
    from_ms       bigint NOT NULL,
    to_ms         bigint NOT NULL,
    -- First, last, smallest and greatest point: of the chunk, and of every 64 points of it.
    peaks         bytea NOT NULL,
    sketch        bytea NOT NULL,
    body          bytea NOT NULL,
    CONSTRAINT metric_chunks_pkey PRIMARY KEY (workspace_id, experiment_id, name, context, last_key),
    CONSTRAINT metric_chunks_keys CHECK (octet_length(first_key) = 32 AND octet_length(last_key) = 32)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE tracking.metric_chunks
    ALTER COLUMN peaks SET STORAGE PLAIN,
    ALTER COLUMN sketch SET STORAGE PLAIN,
    ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE tracking.metric_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.metric_counts
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));

ALTER TABLE tracking.metric_summaries ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_summaries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.metric_summaries
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));

ALTER TABLE tracking.metric_journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_journal FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.metric_journal
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));

ALTER TABLE tracking.metric_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_chunks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.metric_chunks
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));

-- Which experiments have a journal to merge: one row for each transaction and experiment, deleted by the merge that
-- takes its batches. Ids and counts only; without row-level security, for the merger looks over all tenants
-- (EXCEPTIONS.md).
CREATE TABLE tracking.metric_pending (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id            bigint GENERATED ALWAYS AS IDENTITY,
    points        bigint NOT NULL,
    batches       bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT metric_pending_pkey PRIMARY KEY (workspace_id, experiment_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON tracking.metric_counts, tracking.metric_summaries, tracking.metric_journal, tracking.metric_chunks,
        tracking.metric_pending
    TO halley_tracking;
