-- The second factor: authenticators, recovery codes, sign-ins that wait for a code, and who must have one.

-- When the password, and the second factor of who has one, were last given in this session.
ALTER TABLE auth.sessions ADD COLUMN proved_at timestamptz NOT NULL DEFAULT now();
UPDATE auth.sessions SET proved_at = created_at;
-- Whether a second factor was among it. A session without is over as soon as its account has one.
ALTER TABLE auth.sessions ADD COLUMN second_factor boolean NOT NULL DEFAULT false;

-- One row an account and kind; other kinds than TOTP may come. The seed is sealed for its account: elsewhere it does
-- not open.
CREATE TABLE auth.factors (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    seed bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    -- Until then it is asked for nowhere.
    confirmed_at timestamptz,
    -- The time step (RFC 6238) of the last code that was accepted.
    last_step bigint NOT NULL DEFAULT 0,
    -- Wrong codes in a row; only whoever has the right password gets to give one.
    failures integer NOT NULL DEFAULT 0,
    waits_until timestamptz,
    locked_at timestamptz,
    CONSTRAINT factors_pkey PRIMARY KEY (id),
    CONSTRAINT factors_account_kind_unique UNIQUE (account_id, kind),
    CONSTRAINT factors_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT factors_kind_known CHECK (kind IN ('totp')),
    CONSTRAINT factors_seed_length CHECK (octet_length(seed) BETWEEN 34 AND 512)
);

CREATE TABLE auth.recovery_codes (
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, digest),
    CONSTRAINT recovery_codes_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT recovery_codes_digest_length CHECK (octet_length(digest) = 32)
);

-- The right password was given, or a one-time link spent; the second factor was not. No session yet.
CREATE TABLE auth.pending_sign_ins (
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- Buckets of auth.throttles that a success empties.
    forgives bytea[] NOT NULL DEFAULT '{}',
    used_at timestamptz,
    CONSTRAINT pending_sign_ins_pkey PRIMARY KEY (digest),
    CONSTRAINT pending_sign_ins_account_fkey FOREIGN KEY (account_id)
        REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT pending_sign_ins_digest_length CHECK (octet_length(digest) = 32)
);
CREATE INDEX pending_sign_ins_account ON auth.pending_sign_ins (account_id);
CREATE INDEX pending_sign_ins_expiry ON auth.pending_sign_ins (expires_at);

-- Who must have a second factor; the nil UUID stands for the instance. No row: nobody.
CREATE TABLE auth.factor_policies (
    workspace_id uuid NOT NULL,
    demand text NOT NULL,
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT factor_policies_pkey PRIMARY KEY (workspace_id),
    CONSTRAINT factor_policies_demand_fits CHECK (
        demand IN ('nobody', 'everybody')
        OR (demand = 'administrators' AND workspace_id = '00000000-0000-0000-0000-000000000000'))
);
