-- Service accounts and groups, accounts that are put out of use, keys of several kinds, invitations, custom roles, denials.

-- A service account or group belongs to a workspace or, with the nil UUID, to the instance. It has no password, and its
-- name is taken only there: `name_key` ends in `#` and the id of its home.
ALTER TABLE auth.accounts
    ADD COLUMN home_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN description text NOT NULL DEFAULT '',
    ADD COLUMN deactivated_at timestamptz,
    DROP CONSTRAINT accounts_kind_known,
    ADD CONSTRAINT accounts_kind_known CHECK (kind IN ('person', 'serviceAccount', 'group')),
    ADD CONSTRAINT accounts_description_length CHECK (length(description) <= 1000),
    ADD CONSTRAINT accounts_home_fits CHECK (
        CASE kind WHEN 'person' THEN home_id = '00000000-0000-0000-0000-000000000000'
            ELSE password IS NULL AND email = '' END);
CREATE INDEX accounts_home ON auth.accounts (home_id, name_key) WHERE kind <> 'person';

-- `ranges` empty: from anywhere. `replaced_by`: the key that takes this one's place; both work until this one expires.
ALTER TABLE auth.api_keys
    ADD COLUMN kind text NOT NULL DEFAULT 'person',
    ADD COLUMN ranges cidr[] NOT NULL DEFAULT '{}',
    ADD COLUMN created_by uuid,
    ADD COLUMN replaced_by uuid,
    DROP CONSTRAINT api_keys_life,
    ADD CONSTRAINT api_keys_kind_known CHECK (kind IN ('person', 'serviceAccount', 'ingest')),
    ADD CONSTRAINT api_keys_ingest CHECK (kind <> 'ingest' OR actions = '{log}'),
    ADD CONSTRAINT api_keys_life CHECK (expires_at <= created_at + interval '3651 days'),
    ADD CONSTRAINT api_keys_replaced_fkey FOREIGN KEY (replaced_by) REFERENCES auth.api_keys (id) ON DELETE SET NULL;
CREATE INDEX api_keys_replaced ON auth.api_keys (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE auth.group_members (
    group_id uuid NOT NULL,
    account_id uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT group_members_pkey PRIMARY KEY (group_id, account_id),
    CONSTRAINT group_members_group_fkey FOREIGN KEY (group_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT group_members_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE
);
CREATE INDEX group_members_account ON auth.group_members (account_id);

CREATE TABLE auth.roles (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    actions text[] NOT NULL,
    CONSTRAINT roles_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT roles_name_unique UNIQUE (workspace_id, name_key),
    CONSTRAINT roles_name_length CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT roles_actions_count CHECK (cardinality(actions) BETWEEN 1 AND 32)
);

-- The workspace is part of the key that grants point to: a role of one cannot be given in another.
ALTER TABLE auth.grants
    ADD COLUMN custom_role uuid,
    DROP CONSTRAINT grants_role_fits,
    ADD CONSTRAINT grants_role_fits CHECK (
        (role = 'custom') = (custom_role IS NOT NULL)
        AND CASE WHEN workspace_id = '00000000-0000-0000-0000-000000000000'
            THEN project_id = '00000000-0000-0000-0000-000000000000'
                AND role IN ('instanceUser', 'instanceAuditor', 'instanceAdmin')
            ELSE role IN ('viewer', 'commenter', 'editor', 'admin', 'owner', 'custom')
        END),
    ADD CONSTRAINT grants_custom_role_fkey FOREIGN KEY (workspace_id, custom_role) REFERENCES auth.roles (workspace_id, id);
CREATE INDEX grants_custom_role ON auth.grants (workspace_id, custom_role) WHERE custom_role IS NOT NULL;

-- As before, with the workspace's own role that a grant names.
CREATE OR REPLACE VIEW auth.held_roles WITH (security_invoker = true) AS
    SELECT workspace_id, project_id, account_id, role, granted_at, NULL::uuid AS provider_id, custom_role
      FROM auth.grants
    UNION ALL
    SELECT g.workspace_id, '00000000-0000-0000-0000-000000000000'::uuid, g.account_id, g.role, g.granted_at, g.provider_id,
           NULL::uuid
      FROM auth.provider_grants g JOIN auth.providers p ON p.id = g.provider_id AND p.enabled;

CREATE TABLE auth.denials (
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    actions text[] NOT NULL,
    denied_by uuid NOT NULL,
    denied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT denials_pkey PRIMARY KEY (workspace_id, project_id, account_id),
    CONSTRAINT denials_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT denials_actions_count CHECK (cardinality(actions) BETWEEN 1 AND 32)
);
CREATE INDEX denials_account ON auth.denials (account_id);

-- Only a digest of the link is kept. `label` says for whom it is meant; whoever holds the link can use it, once.
CREATE TABLE auth.invitations (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    role text NOT NULL,
    label text NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by uuid,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_digest_unique UNIQUE (digest),
    CONSTRAINT invitations_inviter_fkey FOREIGN KEY (invited_by) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT invitations_role_known CHECK (role IN ('viewer', 'commenter', 'editor', 'admin')),
    CONSTRAINT invitations_label_length CHECK (length(label) <= 254),
    CONSTRAINT invitations_digest_length CHECK (length(digest) = 32)
);
CREATE INDEX invitations_workspace ON auth.invitations (workspace_id);
CREATE INDEX invitations_inviter ON auth.invitations (invited_by);
