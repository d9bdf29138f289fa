-- Experiments, and the sign of life of those that run.

CREATE TABLE tracking.experiments (
    workspace_id uuid NOT NULL,
    id           uuid NOT NULL,
    project_id   uuid NOT NULL,
    -- Made by the client: 32 to 50 ASCII letters and digits.
    key          text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    owner_id     uuid NOT NULL,
    owner_name   text NOT NULL,
    -- 1 running, 2 finished, 3 crashed, 4 lost: no message for too long.
    state        smallint NOT NULL DEFAULT 1,
    -- Stays after the end: a crashed run reports its end like any other.
    has_crashed  boolean NOT NULL DEFAULT false,
    error        text NOT NULL DEFAULT '',
    archived     boolean NOT NULL DEFAULT false,
    offline      boolean NOT NULL DEFAULT false,
    client       text NOT NULL DEFAULT '',
    -- What a repeated start carries again, so that it gets the run which the first one made.
    start_token  text NOT NULL DEFAULT '',
    file_name    text NOT NULL DEFAULT '',
    file_path    text NOT NULL DEFAULT '',
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    -- The last message, but for running experiments, whose beat says it better.
    updated_at   timestamptz NOT NULL DEFAULT now(),
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT experiments_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT experiments_key UNIQUE (workspace_id, key),
    CONSTRAINT experiments_key_form CHECK (key ~ '^[A-Za-z0-9]{32,50}$'),
    CONSTRAINT experiments_name_length CHECK (octet_length(name) <= 4096),
    CONSTRAINT experiments_state_known CHECK (state BETWEEN 1 AND 4)
) WITH (fillfactor = 85);

CREATE INDEX experiments_by_start ON tracking.experiments (workspace_id, project_id, archived, started_at, id);

ALTER TABLE tracking.experiments ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.experiments
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.experiments TO halley_tracking;

-- One narrow row for each running experiment, written every few seconds and deleted at its end; ids only.
-- Without row-level security, for the watchdog looks over all tenants (EXCEPTIONS.md).
CREATE TABLE tracking.beats (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    beat_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT beats_pkey PRIMARY KEY (workspace_id, experiment_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.beats TO halley_tracking;
