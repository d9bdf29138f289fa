-- Provisioning (SCIM): people and groups that a provider keeps here, by keys that can do nothing else.

ALTER TABLE auth.api_keys
    DROP CONSTRAINT api_keys_kind_known,
    ADD CONSTRAINT api_keys_kind_known CHECK (kind IN ('person', 'serviceAccount', 'ingest', 'provisioning'));

-- The service account that owns a provider's keys of provisioning.
CREATE TABLE auth.provisioners (
    provider_id uuid NOT NULL,
    account_id uuid NOT NULL,
    CONSTRAINT provisioners_pkey PRIMARY KEY (provider_id),
    CONSTRAINT provisioners_account_unique UNIQUE (account_id),
    CONSTRAINT provisioners_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT provisioners_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE
);

-- Whom a provider keeps. `active` is what it has said last: an account that an administrator has put out of use stays
-- out, whatever else is said of it.
CREATE TABLE auth.provisioned_users (
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    user_name text NOT NULL,
    user_name_key text NOT NULL,
    external_id text NOT NULL,
    active boolean NOT NULL,
    profile jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provisioned_users_pkey PRIMARY KEY (account_id),
    CONSTRAINT provisioned_users_name_unique UNIQUE (provider_id, user_name_key),
    CONSTRAINT provisioned_users_identity_fkey FOREIGN KEY (account_id, provider_id)
        REFERENCES auth.identities (account_id, provider_id) ON DELETE CASCADE
);
CREATE INDEX provisioned_users_order ON auth.provisioned_users (provider_id, created_at, account_id);

-- Groups of accounts (`auth.group_members`) whose members a provider says.
CREATE TABLE auth.provisioned_groups (
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    external_id text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provisioned_groups_pkey PRIMARY KEY (account_id),
    CONSTRAINT provisioned_groups_name_unique UNIQUE (provider_id, name_key),
    CONSTRAINT provisioned_groups_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT provisioned_groups_provider_fkey FOREIGN KEY (provider_id)
        REFERENCES auth.providers (id) ON DELETE CASCADE
);
