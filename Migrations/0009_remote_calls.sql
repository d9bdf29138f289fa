-- Functions that running scripts offer, and the calls people make into them.

CREATE TABLE tracking.rpc_functions (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name          text NOT NULL,
    documentation text NOT NULL,
    arguments     text[] NOT NULL,
    CONSTRAINT rpc_functions_pkey PRIMARY KEY (workspace_id, experiment_id, name),
    CONSTRAINT rpc_functions_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE
);

ALTER TABLE tracking.rpc_functions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_functions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.rpc_functions
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.rpc_functions TO halley_tracking;

CREATE TABLE tracking.rpc_calls (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id            uuid NOT NULL,
    caller_id     uuid NOT NULL,
    caller_name   text NOT NULL,
    function      text NOT NULL,
    built_in      boolean NOT NULL,
    -- An object of texts.
    arguments     jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    delivered_at  timestamptz,
    ended_at      timestamptz,
    result        text NOT NULL DEFAULT '',
    error         text NOT NULL DEFAULT '',
    stack_trace   text NOT NULL DEFAULT '',
    CONSTRAINT rpc_calls_pkey PRIMARY KEY (workspace_id, experiment_id, id),
    CONSTRAINT rpc_calls_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX rpc_calls_waiting ON tracking.rpc_calls (workspace_id, experiment_id) WHERE delivered_at IS NULL;

ALTER TABLE tracking.rpc_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.rpc_calls
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.rpc_calls TO halley_tracking;
