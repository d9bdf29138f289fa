-- Keys that are not made on a page: asked for by a program and approved in a browser (RFC 8628), or given for a token
-- of another issuer that a rule trusts (RFC 8693).

CREATE TABLE auth.device_requests (
    digest bytea NOT NULL,
    user_digest bytea NOT NULL,
    name text NOT NULL,
    client text NOT NULL,
    address text NOT NULL,
    -- What is asked for: actions by name, and places by the names that the program knows.
    actions text[] NOT NULL,
    places text[] NOT NULL,
    key_seconds bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    polled_at timestamptz,
    decided_at timestamptz,
    approved boolean NOT NULL DEFAULT false,
    account_id uuid,
    workspaces uuid[] NOT NULL DEFAULT '{}',
    projects uuid[] NOT NULL DEFAULT '{}',
    spent_at timestamptz,
    CONSTRAINT device_requests_pkey PRIMARY KEY (digest),
    CONSTRAINT device_requests_user_unique UNIQUE (user_digest),
    CONSTRAINT device_requests_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT device_requests_decided CHECK (
        (decided_at IS NULL) = (account_id IS NULL) AND (NOT approved OR decided_at IS NOT NULL))
);
CREATE INDEX device_requests_address_idx ON auth.device_requests (address);
CREATE INDEX device_requests_account_idx ON auth.device_requests (account_id);
CREATE INDEX device_requests_expiry_idx ON auth.device_requests (expires_at);

CREATE TABLE auth.trusts (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    label text NOT NULL,
    issuer text NOT NULL,
    audience text NOT NULL,
    claims text[] NOT NULL,
    patterns text[] NOT NULL,
    actions text[] NOT NULL,
    key_seconds integer NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT trusts_pkey PRIMARY KEY (id),
    CONSTRAINT trusts_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT trusts_creator_fkey FOREIGN KEY (created_by) REFERENCES auth.accounts (id),
    CONSTRAINT trusts_rules CHECK (
        cardinality(claims) BETWEEN 1 AND 20 AND cardinality(claims) = cardinality(patterns)),
    CONSTRAINT trusts_key_seconds_range CHECK (key_seconds BETWEEN 60 AND 86400)
);
CREATE INDEX trusts_account_idx ON auth.trusts (account_id);
CREATE INDEX trusts_issuer_idx ON auth.trusts (issuer);
CREATE INDEX trusts_creator_idx ON auth.trusts (created_by);

-- With the rule go the keys that it gave.
ALTER TABLE auth.api_keys
    ADD COLUMN trust_id uuid,
    ADD CONSTRAINT api_keys_trust_fkey FOREIGN KEY (trust_id) REFERENCES auth.trusts (id) ON DELETE CASCADE;
CREATE INDEX api_keys_trust_idx ON auth.api_keys (trust_id) WHERE trust_id IS NOT NULL;
