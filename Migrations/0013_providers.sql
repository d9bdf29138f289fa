-- Single sign-on: the providers of identities, who is who there, sign-ins under way, and roles that groups bring.

CREATE TABLE auth.providers (
    id uuid NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    enabled boolean NOT NULL,
    issuer text NOT NULL DEFAULT '',
    authorize_url text NOT NULL DEFAULT '',
    token_url text NOT NULL DEFAULT '',
    userinfo_url text NOT NULL DEFAULT '',
    client_id text NOT NULL,
    -- Sealed; empty for a public client.
    client_secret bytea NOT NULL DEFAULT '',
    scopes text[] NOT NULL,
    subject_claim text NOT NULL,
    name_claim text NOT NULL,
    email_claim text NOT NULL,
    group_claim text NOT NULL DEFAULT '',
    creates_accounts boolean NOT NULL DEFAULT false,
    email_domains text[] NOT NULL DEFAULT '{}',
    factor_values text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT providers_pkey PRIMARY KEY (id),
    CONSTRAINT providers_kind_known CHECK (
        CASE kind WHEN 'oidc' THEN issuer <> '' AND authorize_url = '' AND token_url = '' AND userinfo_url = ''
            WHEN 'oauth2' THEN issuer = '' AND authorize_url <> '' AND token_url <> '' AND userinfo_url <> ''
            ELSE false END),
    CONSTRAINT providers_label_length CHECK (length(label) BETWEEN 1 AND 60)
);

-- Who is in `group_name` at the provider has `role`.
CREATE TABLE auth.provider_roles (
    provider_id uuid NOT NULL,
    group_name text NOT NULL,
    workspace_id uuid NOT NULL,
    role text NOT NULL,
    CONSTRAINT provider_roles_pkey PRIMARY KEY (provider_id, group_name, workspace_id),
    CONSTRAINT provider_roles_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT provider_roles_role_fits CHECK (
        CASE WHEN workspace_id = '00000000-0000-0000-0000-000000000000'
            THEN role IN ('instanceUser', 'instanceAuditor', 'instanceAdmin')
            ELSE role IN ('viewer', 'commenter', 'editor', 'admin', 'owner')
        END)
);

-- An identity is the provider and its subject. Names and addresses are what the provider last said: labels.
CREATE TABLE auth.identities (
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    linked_at timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz,
    CONSTRAINT identities_pkey PRIMARY KEY (provider_id, subject),
    CONSTRAINT identities_account_unique UNIQUE (account_id, provider_id),
    CONSTRAINT identities_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT identities_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT identities_subject_length CHECK (length(subject) BETWEEN 1 AND 255)
);

-- Sign-ins that have begun. The state and the browser's token are kept as digests; the nonce and the verifier of
-- PKCE are not kept at all, but computed from the state with a key outside of the database.
CREATE TABLE auth.provider_sign_ins (
    state_digest bytea NOT NULL,
    browser_digest bytea NOT NULL,
    provider_id uuid NOT NULL,
    -- To whose account the identity will be joined, and the session that asked; both NULL for signing in.
    account_id uuid,
    session_id uuid,
    next text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT provider_sign_ins_pkey PRIMARY KEY (state_digest),
    CONSTRAINT provider_sign_ins_provider_fkey FOREIGN KEY (provider_id)
        REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT provider_sign_ins_account_fkey FOREIGN KEY (account_id)
        REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT provider_sign_ins_link_whole CHECK ((account_id IS NULL) = (session_id IS NULL)),
    CONSTRAINT provider_sign_ins_digest_length CHECK (length(state_digest) = 32 AND length(browser_digest) = 32)
);
CREATE INDEX provider_sign_ins_expiry ON auth.provider_sign_ins (expires_at);

-- Roles that somebody has because of a group, apart from those that somebody has given. They hold no workspace
-- together: the last owner is one who was made so by hand.
CREATE TABLE auth.provider_grants (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    role text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_grants_pkey PRIMARY KEY (workspace_id, account_id, provider_id),
    CONSTRAINT provider_grants_identity_fkey FOREIGN KEY (account_id, provider_id)
        REFERENCES auth.identities (account_id, provider_id) ON DELETE CASCADE,
    CONSTRAINT provider_grants_role_fits CHECK (
        CASE WHEN workspace_id = '00000000-0000-0000-0000-000000000000'
            THEN role IN ('instanceUser', 'instanceAuditor', 'instanceAdmin')
            ELSE role IN ('viewer', 'commenter', 'editor', 'admin', 'owner')
        END)
);
CREATE INDEX provider_grants_account ON auth.provider_grants (account_id);

-- What everybody holds, by hand and because of groups; the roles of a provider that is switched off are not held.
CREATE VIEW auth.held_roles WITH (security_invoker = true) AS
    SELECT workspace_id, project_id, account_id, role, granted_at, NULL::uuid AS provider_id
      FROM auth.grants
    UNION ALL
    SELECT g.workspace_id, '00000000-0000-0000-0000-000000000000'::uuid, g.account_id, g.role, g.granted_at, g.provider_id
      FROM auth.provider_grants g JOIN auth.providers p ON p.id = g.provider_id AND p.enabled;
