-- By which key or session and in which request something was done, and what is looked for in the log.

-- Rows of form 1 keep their bytes, and so their hashes; in them the new columns are empty. Rows of form 2 are hashed
-- with three more fields (Docs/formats/audit.md).
ALTER TABLE auth.audit
    ADD COLUMN form smallint NOT NULL DEFAULT 1,
    ADD COLUMN credential_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN request text NOT NULL DEFAULT '',
    -- A column of its own, since only equality is looked up in an index behind row-level security.
    ADD COLUMN noun text NOT NULL GENERATED ALWAYS AS (split_part(action, '.', 1)) STORED,
    ADD CONSTRAINT audit_forms CHECK (
        form = 2
        OR (form = 1 AND credential_id = '00000000-0000-0000-0000-000000000000' AND request = '')),
    ADD CONSTRAINT audit_request_length CHECK (length(request) <= 100);

CREATE INDEX audit_by_time ON auth.audit (workspace_id, time_us, sequence);
CREATE INDEX audit_by_actor ON auth.audit (workspace_id, actor, time_us);
CREATE INDEX audit_by_actor_id ON auth.audit (workspace_id, actor_id, time_us);
CREATE INDEX audit_by_action ON auth.audit (workspace_id, action, time_us);
CREATE INDEX audit_by_noun ON auth.audit (workspace_id, noun, time_us);
CREATE INDEX audit_by_object ON auth.audit (workspace_id, object, time_us);
CREATE INDEX audit_by_credential ON auth.audit (workspace_id, credential_id, time_us);
CREATE INDEX audit_refused ON auth.audit (workspace_id, time_us) WHERE outcome = 'refused';

-- Which chains there are, for whoever looks after all of them: ids and nothing else.
CREATE TABLE auth.audit_chains (
    workspace_id uuid NOT NULL,
    CONSTRAINT audit_chains_pkey PRIMARY KEY (workspace_id)
);
REVOKE UPDATE, DELETE, TRUNCATE ON auth.audit_chains FROM halley_auth;
ALTER TABLE auth.audit NO FORCE ROW LEVEL SECURITY;
INSERT INTO auth.audit_chains SELECT DISTINCT workspace_id FROM auth.audit;
ALTER TABLE auth.audit FORCE ROW LEVEL SECURITY;

-- Without sequential scans: a plan kept from when the log was short would read all of it for each row.
CREATE OR REPLACE FUNCTION auth.chain_audit() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
DECLARE
    before record;
BEGIN
    PERFORM auth.lock('audit', NEW.workspace_id);
    SELECT sequence, hash INTO before
      FROM auth.audit WHERE workspace_id = NEW.workspace_id ORDER BY sequence DESC LIMIT 1;
    IF before.sequence IS NULL THEN
        INSERT INTO auth.audit_chains VALUES (NEW.workspace_id) ON CONFLICT DO NOTHING;
    END IF;
    NEW.form := 2;
    NEW.sequence := coalesce(before.sequence, 0) + 1;
    NEW.time_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    NEW.hash := sha256(
        coalesce(before.hash, decode(repeat('00', 32), 'hex'))
        || auth.audit_field(NEW.workspace_id::text) || auth.audit_field(NEW.sequence::text)
        || auth.audit_field(NEW.time_us::text) || auth.audit_field(NEW.actor_id::text)
        || auth.audit_field(NEW.actor) || auth.audit_field(NEW.action) || auth.audit_field(NEW.object)
        || auth.audit_field(NEW.outcome) || auth.audit_field(NEW.address) || auth.audit_field(NEW.detail)
        || auth.audit_field(NEW.form::text) || auth.audit_field(NEW.credential_id::text)
        || auth.audit_field(NEW.request));
    RETURN NEW;
END
$$;

-- What the workspace service tells of later has the same to tell.
ALTER TABLE workspace.audit_queue
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN credential_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN request text NOT NULL DEFAULT '';
