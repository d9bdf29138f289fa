-- Administrators of the instance who enter a workspace: for a reason, for a while, and told to its owners.

CREATE TABLE auth.entries (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    -- As it was called then: for people to read.
    workspace_name text NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    -- When it was told that it is over. What somebody may is over at `ends_at`, whether it was told or not.
    ended_at timestamptz,
    CONSTRAINT entries_pkey PRIMARY KEY (id),
    CONSTRAINT entries_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT entries_role_known CHECK (role IN ('viewer', 'commenter', 'editor', 'admin')),
    CONSTRAINT entries_reason_length CHECK (length(reason) BETWEEN 10 AND 500),
    CONSTRAINT entries_name_length CHECK (length(workspace_name) BETWEEN 1 AND 100),
    CONSTRAINT entries_life CHECK (ends_at > entered_at AND ends_at <= entered_at + interval '8 hours')
);
CREATE UNIQUE INDEX entries_open ON auth.entries (account_id, workspace_id) WHERE ended_at IS NULL;
CREATE INDEX entries_account ON auth.entries (account_id, entered_at);
CREATE INDEX entries_workspace ON auth.entries (workspace_id, entered_at);
CREATE INDEX entries_time ON auth.entries (entered_at);

-- Those that count at this moment: of who is an administrator still.
CREATE VIEW auth.open_entries WITH (security_invoker = true) AS
    SELECT e.id, e.workspace_id, e.account_id, e.role, e.ends_at
      FROM auth.entries e
     WHERE e.ended_at IS NULL AND e.ends_at > now()
       AND EXISTS (SELECT FROM auth.accounts a WHERE a.id = e.account_id AND a.deactivated_at IS NULL)
       AND EXISTS (
            SELECT FROM auth.held_roles h
             WHERE h.workspace_id = '00000000-0000-0000-0000-000000000000' AND h.role = 'instanceAdmin'
               AND (h.account_id = e.account_id OR h.account_id IN (
                    SELECT m.group_id FROM auth.group_members m WHERE m.account_id = e.account_id)));

-- Each owner of the workspace is told, however many notices they have had: this one they must not miss. How often
-- somebody may enter is limited where they do.
CREATE FUNCTION auth.queue_entry_notice() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    told jsonb := NEW.detail::jsonb;
BEGIN
    INSERT INTO auth.outbox (id, kind, recipient, recipient_key, account_id, fields, expires_at)
    SELECT gen_random_uuid(), 'notice.workspace.enter', a.email, lower(a.email), a.id,
           jsonb_build_object(
               'time_us', NEW.time_us::text, 'by', NEW.actor, 'workspace', coalesce(told ->> 'workspace', ''),
               'role', coalesce(told ->> 'role', ''), 'hours', coalesce(told ->> 'hours', ''),
               'reason', coalesce(told ->> 'reason', ''))::text,
           now() + interval '2 days'
      FROM auth.accounts a
     WHERE a.kind = 'person' AND a.deactivated_at IS NULL AND a.email_confirmed_at IS NOT NULL AND a.id <> NEW.actor_id
       AND EXISTS (SELECT FROM auth.held_roles h
                    WHERE h.workspace_id = NEW.workspace_id AND h.account_id = a.id AND h.role = 'owner'
                      AND h.project_id = '00000000-0000-0000-0000-000000000000');
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_entry_notice AFTER INSERT ON auth.audit
    FOR EACH ROW WHEN (
        NEW.outcome = 'ok' AND NEW.action = 'workspace.enter'
        AND NEW.workspace_id <> '00000000-0000-0000-0000-000000000000')
    EXECUTE FUNCTION auth.queue_entry_notice();

-- Which workspace has a name, for who enters it and cannot see it yet. Digests and ids: the names stay behind the wall.
CREATE TABLE workspace.addresses (
    name_digest bytea NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT addresses_pkey PRIMARY KEY (name_digest),
    CONSTRAINT addresses_workspace_unique UNIQUE (workspace_id),
    CONSTRAINT addresses_workspace_fkey FOREIGN KEY (workspace_id)
        REFERENCES workspace.workspaces (workspace_id) ON DELETE CASCADE
);
ALTER TABLE workspace.workspaces NO FORCE ROW LEVEL SECURITY;
INSERT INTO workspace.addresses (name_digest, workspace_id)
    SELECT sha256(convert_to(name_key, 'UTF8')), workspace_id FROM workspace.workspaces;
ALTER TABLE workspace.workspaces FORCE ROW LEVEL SECURITY;

CREATE FUNCTION workspace.keep_address() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO workspace.addresses (name_digest, workspace_id)
    VALUES (sha256(convert_to(NEW.name_key, 'UTF8')), NEW.workspace_id)
    ON CONFLICT (workspace_id) DO UPDATE SET name_digest = excluded.name_digest;
    RETURN NULL;
END
$$;
CREATE TRIGGER workspaces_address AFTER INSERT OR UPDATE OF name_key ON workspace.workspaces
    FOR EACH ROW EXECUTE FUNCTION workspace.keep_address();
