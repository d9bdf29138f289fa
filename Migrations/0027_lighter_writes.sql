-- What every start and every value is checked against, as domains: PostgreSQL keeps their conditions at hand, while it
-- reads those of a table anew for every statement.

CREATE DOMAIN tracking.experiment_key AS text COLLATE "C"
    CONSTRAINT experiments_key_form CHECK (VALUE ~ '^[A-Za-z0-9]{32,50}$');
CREATE DOMAIN tracking.experiment_name AS text
    CONSTRAINT experiments_name_length CHECK (octet_length(VALUE) <= 4096);
CREATE DOMAIN tracking.experiment_state AS smallint
    CONSTRAINT experiments_state_known CHECK (VALUE BETWEEN 1 AND 4);
ALTER TABLE tracking.experiments
    DROP CONSTRAINT experiments_key_form,
    DROP CONSTRAINT experiments_name_length,
    DROP CONSTRAINT experiments_state_known,
    ALTER COLUMN key TYPE tracking.experiment_key,
    ALTER COLUMN name TYPE tracking.experiment_name,
    ALTER COLUMN state TYPE tracking.experiment_state;

-- A listing reads these whole.
CREATE DOMAIN tracking.parameters AS jsonb
    CONSTRAINT parameters_size CHECK (pg_column_size(VALUE) <= 2000000);
CREATE DOMAIN tracking.others AS jsonb
    CONSTRAINT others_size CHECK (pg_column_size(VALUE) <= 1000000);
CREATE DOMAIN tracking.tags AS text[]
    CONSTRAINT tags_size CHECK (cardinality(VALUE) <= 1000);
ALTER TABLE tracking.experiment_values
    DROP CONSTRAINT experiment_values_size,
    ALTER COLUMN parameters TYPE tracking.parameters,
    ALTER COLUMN others TYPE tracking.others,
    ALTER COLUMN tags TYPE tracking.tags;
-- A column of another type has forgotten it.
ALTER TABLE tracking.experiment_values
    ALTER COLUMN parameters SET COMPRESSION lz4,
    ALTER COLUMN others SET COMPRESSION lz4;

-- In a document, "lo" and "hi" stand from now on only where they are not "n", and "q" in place of "j" where that is
-- "v" between quotation marks, as the clients send nearly all.
CREATE OR REPLACE FUNCTION tracking.merge_values(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF old = '{}' OR NOT old ?| ARRAY(SELECT jsonb_object_keys(new)) THEN
        RETURN old || new;
    END IF;
    RETURN old || (
        SELECT jsonb_object_agg(
                   m.key,
                   m.later || CASE WHEN m.low IS NULL THEN '{}' ELSE
                       jsonb_build_object('lo', m.low, 'hi', m.high) END)
          FROM (SELECT n.key,
                       CASE WHEN (o.was -> 't')::bigint > (n.value -> 't')::bigint
                            THEN o.was ELSE n.value END AS later,
                       least(coalesce(o.was -> 'lo', o.was -> 'n')::numeric,
                             coalesce(n.value -> 'lo', n.value -> 'n')::numeric) AS low,
                       greatest(coalesce(o.was -> 'hi', o.was -> 'n')::numeric,
                                coalesce(n.value -> 'hi', n.value -> 'n')::numeric) AS high
                  FROM jsonb_each(new) n CROSS JOIN LATERAL (SELECT old -> n.key AS was) o) AS m);
END
$$;
