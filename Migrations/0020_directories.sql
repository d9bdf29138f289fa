-- Directories (LDAP) as providers. The password of `bind_dn` is the provider's sealed secret.

ALTER TABLE auth.providers
    DROP CONSTRAINT providers_kind_known,
    ADD CONSTRAINT providers_kind_known CHECK (
        CASE kind WHEN 'oidc' THEN issuer <> '' AND authorize_url = '' AND token_url = '' AND userinfo_url = ''
            WHEN 'oauth2' THEN issuer = '' AND authorize_url <> '' AND token_url <> '' AND userinfo_url <> ''
            WHEN 'ldap' THEN issuer = '' AND authorize_url = '' AND token_url = '' AND userinfo_url = ''
            ELSE false END);

CREATE TABLE auth.directories (
    provider_id uuid NOT NULL,
    url text NOT NULL,
    start_tls boolean NOT NULL,
    -- Certificates in PEM; empty: those of the system.
    authority text NOT NULL,
    bind_dn text NOT NULL,
    base_dn text NOT NULL,
    user_filter text NOT NULL,
    group_base_dn text NOT NULL,
    group_filter text NOT NULL,
    CONSTRAINT directories_pkey PRIMARY KEY (provider_id),
    CONSTRAINT directories_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers (id) ON DELETE CASCADE,
    CONSTRAINT directories_group_search_whole CHECK ((group_base_dn = '') = (group_filter = ''))
);
