-- Who may still try to sign in: strangers are counted by the name that they try, whoever has signed in before by browser.

-- Tries of a name since the last that succeeded, from wherever, whether there is such a name or not. Names are HMACs: what
-- is typed into that field may be a password.
CREATE TABLE auth.sign_in_tries (
    name bytea NOT NULL,
    tries integer NOT NULL,
    waits_until timestamptz,
    tried_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sign_in_tries_pkey PRIMARY KEY (name),
    CONSTRAINT sign_in_tries_name_length CHECK (octet_length(name) = 32),
    CONSTRAINT sign_in_tries_count CHECK (tries >= 0)
) WITH (fillfactor = 50);
CREATE INDEX sign_in_tries_age ON auth.sign_in_tries (tried_at);

-- Browsers in which somebody has signed in. One that several people use has one token, and a row of each.
CREATE TABLE auth.known_browsers (
    -- Stays when the token is exchanged: tries are counted on it.
    id uuid NOT NULL,
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    -- Empty: known to the password of here. Else the HMAC of a directory and a name there.
    known_as bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT known_browsers_pkey PRIMARY KEY (id),
    CONSTRAINT known_browsers_digest_unique UNIQUE (digest, account_id, known_as),
    CONSTRAINT known_browsers_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT known_browsers_digest_length CHECK (octet_length(digest) = 32),
    CONSTRAINT known_browsers_name_length CHECK (octet_length(known_as) IN (0, 32))
);
CREATE INDEX known_browsers_account ON auth.known_browsers (account_id, seen_at);
CREATE INDEX known_browsers_expiry ON auth.known_browsers (expires_at);

-- `forgives` names rows of auth.sign_in_tries from here on; of auth.throttles one try of one bucket is given back.
ALTER TABLE auth.pending_sign_ins
    ADD COLUMN gives_back bytea NOT NULL DEFAULT '',
    ADD COLUMN known_as bytea NOT NULL DEFAULT '';
