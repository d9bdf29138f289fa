-- Workspaces, projects, what a person means by "my workspace", and audit entries on their way to auth.
-- name_key is the name as it is compared: folded by the service (Unicode case and canonical form), since
-- what lower() does depends on the locale of the cluster.

CREATE TABLE workspace.workspaces (
    workspace_id uuid        NOT NULL,
    name         text        NOT NULL,
    name_key     text        NOT NULL,
    created_by   uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id),
    -- The one key that spans tenants: addresses begin with this name. It says that a name is taken, never by whom.
    CONSTRAINT workspaces_name_key UNIQUE (name_key),
    CONSTRAINT workspaces_name_check CHECK (char_length(name) BETWEEN 1 AND 100)
);

CREATE TABLE workspace.projects (
    workspace_id uuid        NOT NULL,
    project_id   uuid        NOT NULL,
    name         text        NOT NULL,
    name_key     text        NOT NULL,
    description  text        NOT NULL DEFAULT '',
    notes        text        NOT NULL DEFAULT '',
    owner_id     uuid        NOT NULL,
    owner_name   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT projects_pkey PRIMARY KEY (workspace_id, project_id),
    CONSTRAINT projects_name_key UNIQUE (workspace_id, name_key),
    CONSTRAINT projects_workspace_id_fkey FOREIGN KEY (workspace_id)
        REFERENCES workspace.workspaces (workspace_id) ON DELETE CASCADE,
    CONSTRAINT projects_name_check CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT projects_description_check CHECK (octet_length(description) <= 65536),
    CONSTRAINT projects_notes_check CHECK (octet_length(notes) <= 1048576)
);

-- Belongs to an account, not to a tenant: see EXCEPTIONS.md. Read joined with what the caller may see.
CREATE TABLE workspace.preferences (
    account_id           uuid NOT NULL,
    default_workspace_id uuid NOT NULL,
    CONSTRAINT preferences_pkey PRIMARY KEY (account_id)
);

-- A queue across tenants: see EXCEPTIONS.md. Written in the transaction of the change it tells of,
-- deleted when auth has taken the entry into its log.
CREATE TABLE workspace.audit_queue (
    entry_id     uuid        NOT NULL,
    workspace_id uuid        NOT NULL,
    actor_id     uuid        NOT NULL,
    actor        text        NOT NULL,
    action       text        NOT NULL,
    object       text        NOT NULL,
    happened_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_queue_pkey PRIMARY KEY (entry_id)
);

ALTER TABLE workspace.workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace.workspaces FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON workspace.workspaces
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));

ALTER TABLE workspace.projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace.projects FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON workspace.projects
    USING (workspace_id = ANY ((SELECT halley.tenants())::uuid[]))
    WITH CHECK (workspace_id = ANY ((SELECT halley.tenants())::uuid[]));
