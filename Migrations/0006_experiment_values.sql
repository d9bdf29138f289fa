-- Parameters, others and tags: one row for each experiment, so that logging twenty of them writes one row.

-- A document maps a name to {"v": text as shown, "j": JSON as sent, "t": epoch milliseconds}, and where there is one
-- "n" (the number it is), "lo" and "hi" (the least and greatest number it has been), "s" step, "c" context, "o" source.
CREATE TABLE tracking.experiment_values (
    workspace_id  uuid NOT NULL,
    experiment_id uuid NOT NULL,
    parameters    jsonb NOT NULL DEFAULT '{}',
    others        jsonb NOT NULL DEFAULT '{}',
    tags          text[] NOT NULL DEFAULT '{}',
    CONSTRAINT experiment_values_pkey PRIMARY KEY (workspace_id, experiment_id),
    CONSTRAINT experiment_values_experiment FOREIGN KEY (workspace_id, experiment_id)
        REFERENCES tracking.experiments (workspace_id, id) ON DELETE CASCADE,
    -- A listing reads these whole.
    CONSTRAINT experiment_values_size CHECK (
        pg_column_size(parameters) <= 2000000 AND pg_column_size(others) <= 1000000 AND cardinality(tags) <= 1000)
) WITH (fillfactor = 75);

ALTER TABLE tracking.experiment_values ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiment_values FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.experiment_values
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.experiment_values TO halley_tracking;

-- A listing reads these whole, and a run of a few dozen parameters is already beyond the size that is compressed.
ALTER TABLE tracking.experiment_values
    ALTER COLUMN parameters SET COMPRESSION lz4,
    ALTER COLUMN others SET COMPRESSION lz4;

-- These two in PL/pgSQL, which keeps its plans; PostgreSQL parses and plans a function in SQL at every call.

-- `new` over `old`, name by name. An older time never replaces a newer value; the range takes in both.
CREATE FUNCTION tracking.merge_values(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF old = '{}' OR NOT old ?| ARRAY(SELECT jsonb_object_keys(new)) THEN
        RETURN old || new;
    END IF;
    RETURN old || (
        SELECT jsonb_object_agg(
                   n.key,
                   CASE WHEN o.was IS NULL THEN n.value ELSE
                       CASE WHEN (o.was -> 't')::bigint > (n.value -> 't')::bigint THEN o.was ELSE n.value END
                       || CASE WHEN n.value ? 'lo' OR o.was ? 'lo' THEN jsonb_build_object(
                              'lo', least((o.was -> 'lo')::numeric, (n.value -> 'lo')::numeric),
                              'hi', greatest((o.was -> 'hi')::numeric, (n.value -> 'hi')::numeric))
                          ELSE '{}' END
                   END)
          FROM jsonb_each(new) n CROSS JOIN LATERAL (SELECT old -> n.key AS was) o);
END
$$;

-- `old` and `added` without `removed`, each once, in the order of their first appearance.
CREATE FUNCTION tracking.merge_tags(old text[], added text[], removed text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(tag ORDER BY at), '{}')
          FROM (SELECT tag, min(at) AS at
                  FROM unnest(old || added) WITH ORDINALITY AS t (tag, at)
                 WHERE tag <> ALL (removed)
                 GROUP BY tag) AS kept);
END
$$;
