-- How many requests a key, an account or an address has left. Gateways take some in advance and spend them by
-- themselves. Not logged: after a crash of PostgreSQL, and on a standby, all buckets are full.
CREATE UNLOGGED TABLE auth.rate_buckets (
    bucket bytea NOT NULL,
    tokens double precision NOT NULL,
    rate double precision NOT NULL,
    burst double precision NOT NULL,
    -- What the last one who asked was given.
    granted double precision NOT NULL,
    filled_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_buckets_pkey PRIMARY KEY (bucket)
) WITH (fillfactor = 50);
