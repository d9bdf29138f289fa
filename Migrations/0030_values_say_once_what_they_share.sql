-- A document of values may say once what many of them have in common, under the name that no value has: "" maps to
-- their "t", "q" and "o" (Docs/formats/values.md). A value with these has no "t" of its own, and is just a number or a
-- text where that says all of it. For twenty parameters of one request that is a third of the text, and of the row.

-- One value with all that is said of it; NULL for NULL.
CREATE FUNCTION tracking.whole_value(value jsonb, head jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value)
               WHEN 'number' THEN head || jsonb_build_object('v', value #>> '{}', 'n', value)
               WHEN 'string' THEN head || jsonb_build_object('v', value)
               ELSE CASE WHEN value ? 't' THEN value ELSE head || value END
           END;

-- The same document without a head.
CREATE FUNCTION tracking.whole_values(document jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF NOT document ? '' THEN
        RETURN document;
    END IF;
    RETURN (
        SELECT coalesce(jsonb_object_agg(d.key, tracking.whole_value(d.value, h.head)), '{}')
          FROM (SELECT document -> '' AS head) AS h, jsonb_each(document) AS d
         WHERE d.key <> '');
END
$$;

-- As before, with heads: when not both say the same, the values of `new` become whole.
CREATE OR REPLACE FUNCTION tracking.merge_values(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF coalesce(old -> '' = new -> '', true)
       AND NOT old ?| ARRAY(SELECT name FROM jsonb_object_keys(new) AS name WHERE name <> '') THEN
        RETURN old || new;
    END IF;
    RETURN old || (
        SELECT coalesce(jsonb_object_agg(
                   m.key,
                   m.later || CASE WHEN m.low IS NULL THEN '{}' ELSE
                       jsonb_build_object('lo', m.low, 'hi', m.high) END), '{}')
          FROM (SELECT n.key,
                       CASE WHEN (o.was -> 't')::bigint > (n.value -> 't')::bigint
                            THEN o.was ELSE n.value END AS later,
                       least(coalesce(o.was -> 'lo', o.was -> 'n')::numeric,
                             coalesce(n.value -> 'lo', n.value -> 'n')::numeric) AS low,
                       greatest(coalesce(o.was -> 'hi', o.was -> 'n')::numeric,
                                coalesce(n.value -> 'hi', n.value -> 'n')::numeric) AS high
                  FROM jsonb_each(tracking.whole_values(new)) AS n
                 CROSS JOIN (SELECT old -> '' AS head) AS h
                 CROSS JOIN LATERAL (SELECT tracking.whole_value(old -> n.key, h.head) AS was) AS o) AS m);
END
$$;
