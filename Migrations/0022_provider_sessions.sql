-- Which session at a provider a session here came from: who signs out here may sign out there, and the other way round.

ALTER TABLE auth.providers ADD COLUMN signs_out boolean NOT NULL DEFAULT false;

CREATE TABLE auth.provider_sessions (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    -- The provider's name for it (`sid`); empty: it named none.
    sid text NOT NULL,
    -- Sealed. Shown to the provider when somebody signs out there; empty: not kept.
    id_token bytea NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT provider_sessions_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT provider_sessions_sid_length CHECK (length(sid) <= 255)
);
CREATE INDEX provider_sessions_subject ON auth.provider_sessions (provider_id, subject);
CREATE INDEX provider_sessions_begun ON auth.provider_sessions (begun_at);

ALTER TABLE auth.sessions
    ADD COLUMN provider_session_id uuid,
    ADD CONSTRAINT sessions_provider_session_fkey FOREIGN KEY (provider_session_id)
        REFERENCES auth.provider_sessions (id) ON DELETE SET NULL;
CREATE INDEX sessions_provider_session ON auth.sessions (provider_session_id) WHERE provider_session_id IS NOT NULL;

ALTER TABLE auth.pending_sign_ins
    ADD COLUMN provider_session_id uuid,
    ADD CONSTRAINT pending_sign_ins_provider_session_fkey FOREIGN KEY (provider_session_id)
        REFERENCES auth.provider_sessions (id) ON DELETE SET NULL;
CREATE INDEX pending_sign_ins_provider_session ON auth.pending_sign_ins (provider_session_id)
    WHERE provider_session_id IS NOT NULL;

-- Each logout token counts once.
CREATE TABLE auth.logout_tokens (
    provider_id uuid NOT NULL,
    digest bytea NOT NULL,
    spent_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT logout_tokens_pkey PRIMARY KEY (provider_id, digest),
    CONSTRAINT logout_tokens_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT logout_tokens_digest_length CHECK (length(digest) = 32)
);
CREATE INDEX logout_tokens_spent ON auth.logout_tokens (spent_at);
