-- What an experiment has one of: html, graph, code, git metadata, …, and the details of its system.

CREATE TABLE tracking.documents (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    content       text NOT NULL,
    -- Of the last appends, so that one which arrives again is not added again.
    tokens        text[] NOT NULL DEFAULT '{}',
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT documents_pkey PRIMARY KEY (workspace_id, experiment_id, kind),
    CONSTRAINT documents_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE,
    -- Must fit one message of the wire (4 MiB).
    CONSTRAINT documents_size CHECK (octet_length(content) <= 4000000)
);

ALTER TABLE tracking.documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.documents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.documents
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.documents TO halley_tracking;

CREATE TABLE tracking.system_details (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    details       jsonb NOT NULL,
    CONSTRAINT system_details_pkey PRIMARY KEY (workspace_id, experiment_id),
    CONSTRAINT system_details_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT system_details_object CHECK (jsonb_typeof(details) = 'object'),
    CONSTRAINT system_details_size CHECK (pg_column_size(details) <= 3000000)
);

ALTER TABLE tracking.system_details ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.system_details FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.system_details
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.system_details TO halley_tracking;

-- Field by field; nulls say nothing and change nothing. The list of {"key", "value"} is merged by its keys.
CREATE FUNCTION tracking.merge_details(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT old || coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(new) WHERE value <> 'null'), '{}')
        || CASE WHEN jsonb_typeof(old -> 'logAdditionalSystemInfoList') = 'array'
                 AND jsonb_typeof(new -> 'logAdditionalSystemInfoList') = 'array'
           THEN jsonb_build_object('logAdditionalSystemInfoList', (
               SELECT coalesce(jsonb_agg(item ORDER BY at), '[]')
                 FROM (SELECT DISTINCT ON (item -> 'key') item, at
                         FROM jsonb_array_elements(
                                  (old -> 'logAdditionalSystemInfoList') || (new -> 'logAdditionalSystemInfoList'))
                              WITH ORDINALITY AS i (item, at)
                        ORDER BY item -> 'key', at DESC) AS latest))
           ELSE '{}' END
$$;
