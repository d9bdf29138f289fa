-- Accounts, sessions, keys, grants, and the audit log. In grants and audit the nil UUID stands where a scope
-- has no workspace (the instance) or no project (the whole workspace): keys cannot hold NULL.

CREATE TABLE auth.accounts (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    email text NOT NULL DEFAULT '',
    email_key text NOT NULL DEFAULT '',
    password text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,
    CONSTRAINT accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_name_key_unique UNIQUE (name_key),
    CONSTRAINT accounts_kind_known CHECK (kind IN ('person', 'serviceAccount')),
    CONSTRAINT accounts_name_length CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT accounts_email_length CHECK (length(email) <= 254),
    CONSTRAINT accounts_password_form CHECK (password LIKE '$argon2id$%')
);
CREATE UNIQUE INDEX accounts_email_key_unique ON auth.accounts (email_key) WHERE email_key <> '';

-- One-time links: the first password, or a new one. Only a digest is kept.
CREATE TABLE auth.setup_tokens (
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT setup_tokens_pkey PRIMARY KEY (digest),
    CONSTRAINT setup_tokens_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT setup_tokens_digest_length CHECK (length(digest) = 32)
);
CREATE INDEX setup_tokens_account ON auth.setup_tokens (account_id);

CREATE TABLE auth.sessions (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    address text NOT NULL,
    client text NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_digest_unique UNIQUE (digest),
    CONSTRAINT sessions_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT sessions_digest_length CHECK (length(digest) = 32)
);
CREATE INDEX sessions_account ON auth.sessions (account_id);
CREATE INDEX sessions_expiry ON auth.sessions (expires_at);

CREATE TABLE auth.api_keys (
    id uuid NOT NULL,
    key_id text NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    last_four text NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    actions text[] NOT NULL DEFAULT '{}',
    workspaces uuid[] NOT NULL DEFAULT '{}',
    projects uuid[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_address text NOT NULL DEFAULT '',
    last_client text NOT NULL DEFAULT '',
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_key_id_unique UNIQUE (key_id),
    CONSTRAINT api_keys_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_digest_length CHECK (length(digest) = 32),
    CONSTRAINT api_keys_life CHECK (expires_at <= created_at + interval '366 days')
);
CREATE INDEX api_keys_account ON auth.api_keys (account_id);

-- Failed sign-ins still allowed to a name from an address, and to an address. Buckets are named by digest.
CREATE TABLE auth.throttles (
    bucket bytea NOT NULL,
    tokens double precision NOT NULL,
    burst double precision NOT NULL,
    filled_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT throttles_pkey PRIMARY KEY (bucket)
);
CREATE INDEX throttles_age ON auth.throttles (filled_at);

CREATE TABLE auth.grants (
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT grants_pkey PRIMARY KEY (workspace_id, project_id, account_id),
    CONSTRAINT grants_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id),
    CONSTRAINT grants_role_fits CHECK (
        CASE WHEN workspace_id = '00000000-0000-0000-0000-000000000000'
            THEN project_id = '00000000-0000-0000-0000-000000000000'
                AND role IN ('instanceUser', 'instanceAuditor', 'instanceAdmin')
            ELSE role IN ('viewer', 'commenter', 'editor', 'admin', 'owner')
        END)
);
CREATE INDEX grants_account ON auth.grants (account_id);

-- Held until the end of the transaction. What is decided on what others may be writing is decided under it.
CREATE FUNCTION auth.lock(purpose text, id uuid) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(purpose || id::text, 20020));

-- A workspace keeps an owner and the instance an administrator, whoever is quicker. Deferred, so that owners can be
-- exchanged within one transaction. Two transactions that each remove one of two owners meet at the lock; the second
-- then sees what the first has committed.
CREATE FUNCTION auth.keep_last_owner() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.role NOT IN ('owner', 'instanceAdmin') OR OLD.project_id <> '00000000-0000-0000-0000-000000000000' THEN
        RETURN NULL;
    END IF;
    PERFORM auth.lock('owners', OLD.workspace_id);
    IF NOT EXISTS (
        SELECT FROM auth.grants
         WHERE workspace_id = OLD.workspace_id AND project_id = OLD.project_id AND role = OLD.role)
    THEN
        RAISE EXCEPTION 'the last % must stay', OLD.role
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'grants_last_owner';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER grants_last_owner AFTER UPDATE OR DELETE ON auth.grants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION auth.keep_last_owner();

-- Append-only, one chain a workspace and one of the instance: hash = SHA-256(hash before || the row's bytes).
CREATE TABLE auth.audit (
    workspace_id uuid NOT NULL,
    sequence bigint NOT NULL,
    time_us bigint NOT NULL,
    actor_id uuid NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    outcome text NOT NULL,
    address text NOT NULL,
    detail text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (workspace_id, sequence),
    CONSTRAINT audit_outcome_known CHECK (outcome IN ('ok', 'refused')),
    CONSTRAINT audit_sizes CHECK (
        length(actor) <= 200 AND length(action) <= 100 AND length(object) <= 400
            AND length(address) <= 100 AND octet_length(detail) <= 8192)
);
ALTER TABLE auth.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_tenants ON auth.audit
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
REVOKE UPDATE, DELETE, TRUNCATE ON auth.audit FROM halley_auth;

-- Each field as its length in bytes, a colon and the bytes, so that no two rows have the same form.
CREATE FUNCTION auth.audit_field(field text) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    RETURN pg_catalog.convert_to(pg_catalog.octet_length(field)::text || ':' || field, 'UTF8');

-- What the writer gives as sequence, time and hash does not count. The lock makes writers of one chain queue until
-- the one before has committed; in READ COMMITTED the SELECT after it sees that row.
CREATE FUNCTION auth.chain_audit() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before record;
BEGIN
    PERFORM auth.lock('audit', NEW.workspace_id);
    SELECT sequence, hash INTO before
      FROM auth.audit WHERE workspace_id = NEW.workspace_id ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := coalesce(before.sequence, 0) + 1;
    NEW.time_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    NEW.hash := sha256(
        coalesce(before.hash, decode(repeat('00', 32), 'hex'))
        || auth.audit_field(NEW.workspace_id::text) || auth.audit_field(NEW.sequence::text)
        || auth.audit_field(NEW.time_us::text) || auth.audit_field(NEW.actor_id::text)
        || auth.audit_field(NEW.actor) || auth.audit_field(NEW.action) || auth.audit_field(NEW.object)
        || auth.audit_field(NEW.outcome) || auth.audit_field(NEW.address) || auth.audit_field(NEW.detail));
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON auth.audit
    FOR EACH ROW EXECUTE FUNCTION auth.chain_audit();
