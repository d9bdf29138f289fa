CREATE SCHEMA artifact;
ALTER SCHEMA artifact OWNER TO halley_owner;
CREATE SCHEMA auth;
ALTER SCHEMA auth OWNER TO halley_owner;
CREATE SCHEMA halley;
ALTER SCHEMA halley OWNER TO halley_owner;
CREATE SCHEMA tracking;
ALTER SCHEMA tracking OWNER TO halley_owner;
CREATE SCHEMA workspace;
ALTER SCHEMA workspace OWNER TO halley_owner;
CREATE DOMAIN tracking.experiment_key AS text COLLATE pg_catalog."C"
	CONSTRAINT experiments_key_form CHECK ((VALUE ~ '^[A-Za-z0-9]{32,50}$'::text));
ALTER DOMAIN tracking.experiment_key OWNER TO halley_owner;
CREATE DOMAIN tracking.experiment_name AS text
	CONSTRAINT experiments_name_length CHECK ((octet_length(VALUE) <= 4096));
ALTER DOMAIN tracking.experiment_name OWNER TO halley_owner;
CREATE DOMAIN tracking.experiment_state AS smallint
	CONSTRAINT experiments_state_known CHECK (((VALUE >= 1) AND (VALUE <= 4)));
ALTER DOMAIN tracking.experiment_state OWNER TO halley_owner;
CREATE DOMAIN tracking.others AS jsonb
	CONSTRAINT others_size CHECK ((pg_column_size(VALUE) <= 1000000));
ALTER DOMAIN tracking.others OWNER TO halley_owner;
CREATE DOMAIN tracking.parameters AS jsonb
	CONSTRAINT parameters_size CHECK ((pg_column_size(VALUE) <= 2000000));
ALTER DOMAIN tracking.parameters OWNER TO halley_owner;
CREATE DOMAIN tracking.tags AS text[]
	CONSTRAINT tags_size CHECK ((cardinality(VALUE) <= 1000));
ALTER DOMAIN tracking.tags OWNER TO halley_owner;
CREATE FUNCTION auth.audit_field(field text) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    RETURN convert_to((((octet_length(field))::text || ':'::text) || field), 'UTF8'::name);
ALTER FUNCTION auth.audit_field(field text) OWNER TO halley_owner;
CREATE FUNCTION auth.chain_audit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
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
ALTER FUNCTION auth.chain_audit() OWNER TO halley_owner;
CREATE FUNCTION auth.keep_last_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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
ALTER FUNCTION auth.keep_last_owner() OWNER TO halley_owner;
CREATE FUNCTION auth.lock(purpose text, id uuid) RETURNS void
    LANGUAGE sql
    RETURN pg_advisory_xact_lock(hashtextextended((purpose || (id)::text), (20020)::bigint));
ALTER FUNCTION auth.lock(purpose text, id uuid) OWNER TO halley_owner;
CREATE FUNCTION auth.queue_entry_notice() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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
ALTER FUNCTION auth.queue_entry_notice() OWNER TO halley_owner;
CREATE FUNCTION auth.queue_notice() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    told jsonb := NEW.detail::jsonb;
    whose text := CASE
        WHEN NEW.action LIKE 'session.%' THEN NEW.actor_id::text
        WHEN NEW.action LIKE 'key.%' THEN told ->> 'owner'
        ELSE NEW.object END;
BEGIN
    IF (NEW.action LIKE 'session.%' AND told ->> 'second_factor' IS DISTINCT FROM 'recovery code')
        OR (NEW.action = 'email.change' AND NOT told ? 'old_email')
        OR whose IS NULL OR whose !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN
        RETURN NULL;
    END IF;
    INSERT INTO auth.outbox (id, kind, recipient, recipient_key, account_id, fields, expires_at)
    SELECT gen_random_uuid(),
           CASE WHEN NEW.action LIKE 'session.%' THEN 'notice.recovery_code_used' ELSE 'notice.' || NEW.action END,
           coalesce(told ->> 'old_email', a.email), lower(coalesce(told ->> 'old_email', a.email)), a.id,
           jsonb_build_object(
               'time_us', NEW.time_us::text, 'address', NEW.address,
               'by', CASE WHEN NEW.actor_id = a.id THEN '' ELSE NEW.actor END, 'name', coalesce(told ->> 'name', ''),
               'provider', coalesce(told ->> 'provider', ''))::text,
           now() + interval '2 days'
      FROM auth.accounts a
     WHERE a.id = whose::uuid AND a.kind = 'person' AND a.deactivated_at IS NULL AND a.email_confirmed_at IS NOT NULL
       AND 20 > (SELECT count(*) FROM auth.outbox o
                  WHERE o.account_id = a.id AND o.created_at > now() - interval '1 hour' AND o.kind LIKE 'notice.%');
    RETURN NULL;
END
$_$;
ALTER FUNCTION auth.queue_notice() OWNER TO halley_owner;
CREATE FUNCTION halley.tenants() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (string_to_array(NULLIF(current_setting('halley.workspaces'::text, true), ''::text), ','::text))::uuid[];
ALTER FUNCTION halley.tenants() OWNER TO halley_owner;
CREATE FUNCTION tracking.merge_details(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT old || coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(new) WHERE value <> 'null'), '{}')
        || CASE WHEN jsonb_typeof(old -> 'logAdditionalSystemInfoList') = 'array'
                 AND jsonb_typeof(new -> 'logAdditionalSystemInfoList') = 'array'
           THEN jsonb_build_object('logAdditionalSystemInfoList', (
               SELECT coalesce(jsonb_agg(item ORDER BY at), '[]')
                 FROM (SELECT DISTINCT ON (item -> 'key') item, at
                         FROM jsonb_array_elements(
                                  (old -> 'logAdditionalSystemInfoList') || (new -> 'logAdditionalSystemInfoList'))
                              WITH ORDINALITY AS i (item, at)
                        ORDER BY item -> 'key', at DESC) AS latest))
           ELSE '{}' END
$$;
ALTER FUNCTION tracking.merge_details(old jsonb, new jsonb) OWNER TO halley_owner;
CREATE FUNCTION tracking.merge_tags(old text[], added text[], removed text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(tag ORDER BY at), '{}')
          FROM (SELECT tag, min(at) AS at
                  FROM unnest(old || added) WITH ORDINALITY AS t (tag, at)
                 WHERE tag <> ALL (removed)
                 GROUP BY tag) AS kept);
END
$$;
ALTER FUNCTION tracking.merge_tags(old text[], added text[], removed text[]) OWNER TO halley_owner;
CREATE FUNCTION tracking.merge_values(old jsonb, new jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    IF coalesce(old -> '' = new -> '', true)
       AND NOT old ?| ARRAY(SELECT name FROM jsonb_object_keys(new) AS name WHERE name <> '') THEN
        RETURN old || new;
    END IF;
    RETURN old || (
        SELECT coalesce(jsonb_object_agg(
                   m.key,
                   m.later || CASE WHEN m.low IS NULL THEN '{}' ELSE
                       jsonb_build_object('lo', m.low, 'hi', m.high) END), '{}')
          FROM (SELECT n.key,
                       CASE WHEN (o.was -> 't')::bigint > (n.value -> 't')::bigint
                            THEN o.was ELSE n.value END AS later,
                       least(coalesce(o.was -> 'lo', o.was -> 'n')::numeric,
                             coalesce(n.value -> 'lo', n.value -> 'n')::numeric) AS low,
                       greatest(coalesce(o.was -> 'hi', o.was -> 'n')::numeric,
                                coalesce(n.value -> 'hi', n.value -> 'n')::numeric) AS high
                  FROM jsonb_each(tracking.whole_values(new)) AS n
                 CROSS JOIN (SELECT old -> '' AS head) AS h
                 CROSS JOIN LATERAL (SELECT tracking.whole_value(old -> n.key, h.head) AS was) AS o) AS m);
END
$$;
ALTER FUNCTION tracking.merge_values(old jsonb, new jsonb) OWNER TO halley_owner;
CREATE FUNCTION tracking.whole_value(value jsonb, head jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'number'::text THEN (head || jsonb_build_object('v', (value #>> '{}'::text[]), 'n', value)) WHEN 'string'::text THEN (head || jsonb_build_object('v', value)) ELSE CASE WHEN (value ? 't'::text) THEN value ELSE (head || value) END END;
ALTER FUNCTION tracking.whole_value(value jsonb, head jsonb) OWNER TO halley_owner;
CREATE FUNCTION tracking.whole_values(document jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    IF NOT document ? '' THEN
        RETURN document;
    END IF;
    RETURN (
        SELECT coalesce(jsonb_object_agg(d.key, tracking.whole_value(d.value, h.head)), '{}')
          FROM (SELECT document -> '' AS head) AS h, jsonb_each(document) AS d
         WHERE d.key <> '');
END
$$;
ALTER FUNCTION tracking.whole_values(document jsonb) OWNER TO halley_owner;
CREATE FUNCTION workspace.keep_address() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO workspace.addresses (name_digest, workspace_id)
    VALUES (sha256(convert_to(NEW.name_key, 'UTF8')), NEW.workspace_id)
    ON CONFLICT (workspace_id) DO UPDATE SET name_digest = excluded.name_digest;
    RETURN NULL;
END
$$;
ALTER FUNCTION workspace.keep_address() OWNER TO halley_owner;
CREATE TABLE artifact.assets (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    asset_id text NOT NULL COLLATE pg_catalog."C",
    file_name text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    extension text DEFAULT ''::text NOT NULL,
    step double precision,
    epoch double precision,
    context text DEFAULT ''::text NOT NULL,
    metadata text DEFAULT ''::text NOT NULL,
    "grouping" text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    figure_counter text DEFAULT ''::text NOT NULL,
    artifact_version_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    parent_asset_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    digest bytea,
    link text,
    content_type text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT assets_body CHECK (((digest IS NULL) <> (link IS NULL))),
    CONSTRAINT assets_digest_length CHECK ((octet_length(digest) = 32)),
    CONSTRAINT assets_file_name_length CHECK (((octet_length(file_name) >= 1) AND (octet_length(file_name) <= 1024))),
    CONSTRAINT assets_id_length CHECK (((octet_length(asset_id) >= 1) AND (octet_length(asset_id) <= 128))),
    CONSTRAINT assets_size CHECK ((size >= 0))
);
ALTER TABLE ONLY artifact.assets FORCE ROW LEVEL SECURITY;
ALTER TABLE artifact.assets OWNER TO halley_owner;
CREATE TABLE artifact.parts (
    workspace_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    number integer NOT NULL,
    digest bytea NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT parts_digest_length CHECK ((octet_length(digest) = 32)),
    CONSTRAINT parts_number CHECK (((number >= 1) AND (number <= 10000))),
    CONSTRAINT parts_size CHECK ((size >= 0))
);
ALTER TABLE ONLY artifact.parts FORCE ROW LEVEL SECURITY;
ALTER TABLE artifact.parts OWNER TO halley_owner;
CREATE TABLE artifact.uploads (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    draft jsonb NOT NULL,
    parts integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    CONSTRAINT uploads_parts CHECK (((parts >= 1) AND (parts <= 10000)))
);
ALTER TABLE ONLY artifact.uploads FORCE ROW LEVEL SECURITY;
ALTER TABLE artifact.uploads OWNER TO halley_owner;
CREATE TABLE artifact.workspaces (
    workspace_id uuid NOT NULL
);
ALTER TABLE artifact.workspaces OWNER TO halley_owner;
CREATE TABLE auth.accounts (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    email_key text DEFAULT ''::text NOT NULL,
    password text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    home_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    deactivated_at timestamp with time zone,
    email_confirmed_at timestamp with time zone,
    CONSTRAINT accounts_confirmed_email CHECK (((email_confirmed_at IS NULL) OR (email <> ''::text))),
    CONSTRAINT accounts_description_length CHECK ((length(description) <= 1000)),
    CONSTRAINT accounts_email_length CHECK ((length(email) <= 254)),
    CONSTRAINT accounts_failures_count CHECK ((failures >= 0)),
    CONSTRAINT accounts_home_fits CHECK (
CASE kind
    WHEN 'person'::text THEN (home_id = '00000000-0000-0000-0000-000000000000'::uuid)
    ELSE ((password IS NULL) AND (email = ''::text))
END),
    CONSTRAINT accounts_kind_known CHECK ((kind = ANY (ARRAY['person'::text, 'serviceAccount'::text, 'group'::text]))),
    CONSTRAINT accounts_name_length CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT accounts_password_form CHECK ((password ~~ '$argon2id$%'::text))
);
ALTER TABLE auth.accounts OWNER TO halley_owner;
CREATE TABLE auth.api_keys (
    id uuid NOT NULL,
    key_id text NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    last_four text NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    actions text[] DEFAULT '{}'::text[] NOT NULL,
    workspaces uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    projects uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_address text DEFAULT ''::text NOT NULL,
    last_client text DEFAULT ''::text NOT NULL,
    kind text DEFAULT 'person'::text NOT NULL,
    ranges cidr[] DEFAULT '{}'::cidr[] NOT NULL,
    created_by uuid,
    replaced_by uuid,
    trust_id uuid,
    CONSTRAINT api_keys_digest_length CHECK ((length(digest) = 32)),
    CONSTRAINT api_keys_ingest CHECK (((kind <> 'ingest'::text) OR (actions = '{log}'::text[]))),
    CONSTRAINT api_keys_kind_known CHECK ((kind = ANY (ARRAY['person'::text, 'serviceAccount'::text, 'ingest'::text, 'provisioning'::text]))),
    CONSTRAINT api_keys_life CHECK ((expires_at <= (created_at + '3651 days'::interval)))
);
ALTER TABLE auth.api_keys OWNER TO halley_owner;
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
    form smallint DEFAULT 1 NOT NULL,
    credential_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    request text DEFAULT ''::text NOT NULL,
    noun text GENERATED ALWAYS AS (split_part(action, '.'::text, 1)) STORED NOT NULL,
    CONSTRAINT audit_forms CHECK (((form = 2) OR ((form = 1) AND (credential_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (request = ''::text)))),
    CONSTRAINT audit_outcome_known CHECK ((outcome = ANY (ARRAY['ok'::text, 'refused'::text]))),
    CONSTRAINT audit_request_length CHECK ((length(request) <= 100)),
    CONSTRAINT audit_sizes CHECK (((length(actor) <= 200) AND (length(action) <= 100) AND (length(object) <= 400) AND (length(address) <= 100) AND (octet_length(detail) <= 8192)))
);
ALTER TABLE ONLY auth.audit FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.audit OWNER TO halley_owner;
CREATE TABLE auth.audit_chains (
    workspace_id uuid NOT NULL
);
ALTER TABLE auth.audit_chains OWNER TO halley_owner;
CREATE TABLE auth.denials (
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    actions text[] NOT NULL,
    denied_by uuid NOT NULL,
    denied_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT denials_actions_count CHECK (((cardinality(actions) >= 1) AND (cardinality(actions) <= 32))),
    CONSTRAINT denials_reason_length CHECK ((length(reason) <= 500))
);
ALTER TABLE auth.denials OWNER TO halley_owner;
CREATE TABLE auth.device_requests (
    digest bytea NOT NULL,
    user_digest bytea NOT NULL,
    name text NOT NULL,
    client text NOT NULL,
    address text NOT NULL,
    actions text[] NOT NULL,
    places text[] NOT NULL,
    key_seconds bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    polled_at timestamp with time zone,
    decided_at timestamp with time zone,
    approved boolean DEFAULT false NOT NULL,
    account_id uuid,
    workspaces uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    projects uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    spent_at timestamp with time zone,
    CONSTRAINT device_requests_decided CHECK ((((decided_at IS NULL) = (account_id IS NULL)) AND ((NOT approved) OR (decided_at IS NOT NULL))))
);
ALTER TABLE auth.device_requests OWNER TO halley_owner;
CREATE TABLE auth.directories (
    provider_id uuid NOT NULL,
    url text NOT NULL,
    start_tls boolean NOT NULL,
    authority text NOT NULL,
    bind_dn text NOT NULL,
    base_dn text NOT NULL,
    user_filter text NOT NULL,
    group_base_dn text NOT NULL,
    group_filter text NOT NULL,
    CONSTRAINT directories_group_search_whole CHECK (((group_base_dn = ''::text) = (group_filter = ''::text)))
);
ALTER TABLE auth.directories OWNER TO halley_owner;
CREATE TABLE auth.email_confirmations (
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    email text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT email_confirmations_digest_length CHECK ((octet_length(digest) = 32))
);
ALTER TABLE auth.email_confirmations OWNER TO halley_owner;
CREATE TABLE auth.entries (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    workspace_name text NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    entered_at timestamp with time zone DEFAULT now() NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT entries_life CHECK (((ends_at > entered_at) AND (ends_at <= (entered_at + '08:00:00'::interval)))),
    CONSTRAINT entries_name_length CHECK (((length(workspace_name) >= 1) AND (length(workspace_name) <= 100))),
    CONSTRAINT entries_reason_length CHECK (((length(reason) >= 10) AND (length(reason) <= 500))),
    CONSTRAINT entries_role_known CHECK ((role = ANY (ARRAY['viewer'::text, 'commenter'::text, 'editor'::text, 'admin'::text])))
);
ALTER TABLE auth.entries OWNER TO halley_owner;
CREATE TABLE auth.factor_policies (
    workspace_id uuid NOT NULL,
    demand text NOT NULL,
    set_by uuid NOT NULL,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT factor_policies_demand_fits CHECK (((demand = ANY (ARRAY['nobody'::text, 'everybody'::text])) OR ((demand = 'administrators'::text) AND (workspace_id = '00000000-0000-0000-0000-000000000000'::uuid))))
);
ALTER TABLE auth.factor_policies OWNER TO halley_owner;
CREATE TABLE auth.factors (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    seed bytea NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    waits_until timestamp with time zone,
    locked_at timestamp with time zone,
    CONSTRAINT factors_kind_known CHECK ((kind = 'totp'::text)),
    CONSTRAINT factors_seed_length CHECK (((octet_length(seed) >= 34) AND (octet_length(seed) <= 512)))
);
ALTER TABLE auth.factors OWNER TO halley_owner;
CREATE TABLE auth.grants (
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    custom_role uuid,
    CONSTRAINT grants_role_fits CHECK ((((role = 'custom'::text) = (custom_role IS NOT NULL)) AND
CASE
    WHEN (workspace_id = '00000000-0000-0000-0000-000000000000'::uuid) THEN ((project_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (role = ANY (ARRAY['instanceUser'::text, 'instanceAuditor'::text, 'instanceAdmin'::text])))
    ELSE (role = ANY (ARRAY['viewer'::text, 'commenter'::text, 'editor'::text, 'admin'::text, 'owner'::text, 'custom'::text]))
END))
);
ALTER TABLE auth.grants OWNER TO halley_owner;
CREATE TABLE auth.group_members (
    group_id uuid NOT NULL,
    account_id uuid NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE auth.group_members OWNER TO halley_owner;
CREATE TABLE auth.provider_grants (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    role text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT provider_grants_role_fits CHECK (
CASE
    WHEN (workspace_id = '00000000-0000-0000-0000-000000000000'::uuid) THEN (role = ANY (ARRAY['instanceUser'::text, 'instanceAuditor'::text, 'instanceAdmin'::text]))
    ELSE (role = ANY (ARRAY['viewer'::text, 'commenter'::text, 'editor'::text, 'admin'::text, 'owner'::text]))
END)
);
ALTER TABLE auth.provider_grants OWNER TO halley_owner;
CREATE TABLE auth.providers (
    id uuid NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    enabled boolean NOT NULL,
    issuer text DEFAULT ''::text NOT NULL,
    authorize_url text DEFAULT ''::text NOT NULL,
    token_url text DEFAULT ''::text NOT NULL,
    userinfo_url text DEFAULT ''::text NOT NULL,
    client_id text NOT NULL,
    client_secret bytea DEFAULT '\x'::bytea NOT NULL,
    scopes text[] NOT NULL,
    subject_claim text NOT NULL,
    name_claim text NOT NULL,
    email_claim text NOT NULL,
    group_claim text DEFAULT ''::text NOT NULL,
    creates_accounts boolean DEFAULT false NOT NULL,
    email_domains text[] DEFAULT '{}'::text[] NOT NULL,
    factor_values text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    signs_out boolean DEFAULT false NOT NULL,
    CONSTRAINT providers_kind_known CHECK (
CASE kind
    WHEN 'oidc'::text THEN ((issuer <> ''::text) AND (authorize_url = ''::text) AND (token_url = ''::text) AND (userinfo_url = ''::text))
    WHEN 'oauth2'::text THEN ((issuer = ''::text) AND (authorize_url <> ''::text) AND (token_url <> ''::text) AND (userinfo_url <> ''::text))
    WHEN 'ldap'::text THEN ((issuer = ''::text) AND (authorize_url = ''::text) AND (token_url = ''::text) AND (userinfo_url = ''::text))
    ELSE false
END),
    CONSTRAINT providers_label_length CHECK (((length(label) >= 1) AND (length(label) <= 60)))
);
ALTER TABLE auth.providers OWNER TO halley_owner;
CREATE VIEW auth.held_roles WITH (security_invoker='true') AS
 SELECT grants.workspace_id,
    grants.project_id,
    grants.account_id,
    grants.role,
    grants.granted_at,
    NULL::uuid AS provider_id,
    grants.custom_role
   FROM auth.grants
UNION ALL
 SELECT g.workspace_id,
    '00000000-0000-0000-0000-000000000000'::uuid AS project_id,
    g.account_id,
    g.role,
    g.granted_at,
    g.provider_id,
    NULL::uuid AS custom_role
   FROM (auth.provider_grants g
     JOIN auth.providers p ON (((p.id = g.provider_id) AND p.enabled)));
ALTER TABLE auth.held_roles OWNER TO halley_owner;
CREATE TABLE auth.identities (
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    linked_at timestamp with time zone DEFAULT now() NOT NULL,
    last_sign_in_at timestamp with time zone,
    CONSTRAINT identities_subject_length CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);
ALTER TABLE auth.identities OWNER TO halley_owner;
CREATE TABLE auth.invitations (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    role text NOT NULL,
    label text NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    used_by uuid,
    CONSTRAINT invitations_digest_length CHECK ((length(digest) = 32)),
    CONSTRAINT invitations_label_length CHECK ((length(label) <= 254)),
    CONSTRAINT invitations_role_known CHECK ((role = ANY (ARRAY['viewer'::text, 'commenter'::text, 'editor'::text, 'admin'::text])))
);
ALTER TABLE auth.invitations OWNER TO halley_owner;
CREATE TABLE auth.known_browsers (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    known_as bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT known_browsers_digest_length CHECK ((octet_length(digest) = 32)),
    CONSTRAINT known_browsers_name_length CHECK ((octet_length(known_as) = ANY (ARRAY[0, 32])))
);
ALTER TABLE auth.known_browsers OWNER TO halley_owner;
CREATE TABLE auth.logout_tokens (
    provider_id uuid NOT NULL,
    digest bytea NOT NULL,
    spent_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT logout_tokens_digest_length CHECK ((length(digest) = 32))
);
ALTER TABLE auth.logout_tokens OWNER TO halley_owner;
CREATE VIEW auth.open_entries WITH (security_invoker='true') AS
 SELECT e.id,
    e.workspace_id,
    e.account_id,
    e.role,
    e.ends_at
   FROM auth.entries e
  WHERE ((e.ended_at IS NULL) AND (e.ends_at > now()) AND (EXISTS ( SELECT
           FROM auth.accounts a
          WHERE ((a.id = e.account_id) AND (a.deactivated_at IS NULL)))) AND (EXISTS ( SELECT
           FROM auth.held_roles h
          WHERE ((h.workspace_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (h.role = 'instanceAdmin'::text) AND ((h.account_id = e.account_id) OR (h.account_id IN ( SELECT m.group_id
                   FROM auth.group_members m
                  WHERE (m.account_id = e.account_id))))))));
ALTER TABLE auth.open_entries OWNER TO halley_owner;
CREATE TABLE auth.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    recipient_key text NOT NULL,
    account_id uuid,
    causer_id uuid,
    fields text NOT NULL,
    link bytea DEFAULT '\x'::bytea NOT NULL,
    once_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT outbox_link_gone CHECK (((state <> 'sent'::text) OR (link = '\x'::bytea))),
    CONSTRAINT outbox_sizes CHECK ((((length(recipient) >= 1) AND (length(recipient) <= 254)) AND (octet_length(fields) <= 16384) AND (length(problem) <= 1000))),
    CONSTRAINT outbox_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'dead'::text])))
);
ALTER TABLE auth.outbox OWNER TO halley_owner;
CREATE TABLE auth.pending_sign_ins (
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    forgives bytea[] DEFAULT '{}'::bytea[] NOT NULL,
    used_at timestamp with time zone,
    provider_session_id uuid,
    gives_back bytea DEFAULT '\x'::bytea NOT NULL,
    known_as bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT pending_sign_ins_digest_length CHECK ((octet_length(digest) = 32))
);
ALTER TABLE auth.pending_sign_ins OWNER TO halley_owner;
CREATE TABLE auth.provider_roles (
    provider_id uuid NOT NULL,
    group_name text NOT NULL,
    workspace_id uuid NOT NULL,
    role text NOT NULL,
    CONSTRAINT provider_roles_role_fits CHECK (
CASE
    WHEN (workspace_id = '00000000-0000-0000-0000-000000000000'::uuid) THEN (role = ANY (ARRAY['instanceUser'::text, 'instanceAuditor'::text, 'instanceAdmin'::text]))
    ELSE (role = ANY (ARRAY['viewer'::text, 'commenter'::text, 'editor'::text, 'admin'::text, 'owner'::text]))
END)
);
ALTER TABLE auth.provider_roles OWNER TO halley_owner;
CREATE TABLE auth.provider_sessions (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    sid text NOT NULL,
    id_token bytea NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT provider_sessions_sid_length CHECK ((length(sid) <= 255))
);
ALTER TABLE auth.provider_sessions OWNER TO halley_owner;
CREATE TABLE auth.provider_sign_ins (
    state_digest bytea NOT NULL,
    browser_digest bytea NOT NULL,
    provider_id uuid NOT NULL,
    account_id uuid,
    session_id uuid,
    next text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT provider_sign_ins_digest_length CHECK (((length(state_digest) = 32) AND (length(browser_digest) = 32))),
    CONSTRAINT provider_sign_ins_link_whole CHECK (((account_id IS NULL) = (session_id IS NULL)))
);
ALTER TABLE auth.provider_sign_ins OWNER TO halley_owner;
CREATE TABLE auth.provisioned_groups (
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    external_id text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE auth.provisioned_groups OWNER TO halley_owner;
CREATE TABLE auth.provisioned_users (
    account_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    user_name text NOT NULL,
    user_name_key text NOT NULL,
    external_id text NOT NULL,
    active boolean NOT NULL,
    profile jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE auth.provisioned_users OWNER TO halley_owner;
CREATE TABLE auth.provisioners (
    provider_id uuid NOT NULL,
    account_id uuid NOT NULL
);
ALTER TABLE auth.provisioners OWNER TO halley_owner;
CREATE UNLOGGED TABLE auth.rate_buckets (
    bucket bytea NOT NULL,
    tokens double precision NOT NULL,
    rate double precision NOT NULL,
    burst double precision NOT NULL,
    granted double precision NOT NULL,
    filled_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE auth.rate_buckets OWNER TO halley_owner;
CREATE TABLE auth.recovery_codes (
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    pepper_version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT recovery_codes_digest_length CHECK ((octet_length(digest) = 32))
);
ALTER TABLE auth.recovery_codes OWNER TO halley_owner;
CREATE TABLE auth.roles (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    actions text[] NOT NULL,
    CONSTRAINT roles_actions_count CHECK (((cardinality(actions) >= 1) AND (cardinality(actions) <= 32))),
    CONSTRAINT roles_name_length CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
ALTER TABLE auth.roles OWNER TO halley_owner;
CREATE TABLE auth.sessions (
    id uuid NOT NULL,
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    address text NOT NULL,
    client text NOT NULL,
    proved_at timestamp with time zone DEFAULT now() NOT NULL,
    second_factor boolean DEFAULT false NOT NULL,
    provider_session_id uuid,
    CONSTRAINT sessions_digest_length CHECK ((length(digest) = 32))
);
ALTER TABLE auth.sessions OWNER TO halley_owner;
CREATE TABLE auth.setup_tokens (
    digest bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT setup_tokens_digest_length CHECK ((length(digest) = 32))
);
ALTER TABLE auth.setup_tokens OWNER TO halley_owner;
CREATE TABLE auth.sign_in_tries (
    name bytea NOT NULL,
    tries integer NOT NULL,
    waits_until timestamp with time zone,
    tried_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sign_in_tries_count CHECK ((tries >= 0)),
    CONSTRAINT sign_in_tries_name_length CHECK ((octet_length(name) = 32))
)
WITH (fillfactor='50');
ALTER TABLE auth.sign_in_tries OWNER TO halley_owner;
CREATE TABLE auth.throttles (
    bucket bytea NOT NULL,
    tokens double precision NOT NULL,
    burst double precision NOT NULL,
    filled_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE auth.throttles OWNER TO halley_owner;
CREATE TABLE auth.trusts (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    label text NOT NULL,
    issuer text NOT NULL,
    audience text NOT NULL,
    claims text[] NOT NULL,
    patterns text[] NOT NULL,
    actions text[] NOT NULL,
    key_seconds integer NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT trusts_key_seconds_range CHECK (((key_seconds >= 60) AND (key_seconds <= 86400))),
    CONSTRAINT trusts_rules CHECK ((((cardinality(claims) >= 1) AND (cardinality(claims) <= 20)) AND (cardinality(claims) = cardinality(patterns))))
);
ALTER TABLE auth.trusts OWNER TO halley_owner;
CREATE TABLE halley.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE halley.migrations OWNER TO halley_owner;
CREATE TABLE tracking.beats (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    beat_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.05');
ALTER TABLE tracking.beats OWNER TO halley_owner;
CREATE TABLE tracking.documents (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    content text NOT NULL,
    tokens text[] DEFAULT '{}'::text[] NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT documents_size CHECK ((octet_length(content) <= 4000000))
);
ALTER TABLE ONLY tracking.documents FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.documents OWNER TO halley_owner;
CREATE TABLE tracking.experiment_values (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    parameters tracking.parameters DEFAULT '{}'::jsonb NOT NULL,
    others tracking.others DEFAULT '{}'::jsonb NOT NULL,
    tags tracking.tags DEFAULT '{}'::text[] NOT NULL
)
WITH (fillfactor='75');
ALTER TABLE ONLY tracking.experiment_values ALTER COLUMN parameters SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiment_values ALTER COLUMN parameters SET COMPRESSION lz4;
ALTER TABLE ONLY tracking.experiment_values ALTER COLUMN others SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiment_values ALTER COLUMN others SET COMPRESSION lz4;
ALTER TABLE ONLY tracking.experiment_values FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiment_values OWNER TO halley_owner;
CREATE TABLE tracking.experiments (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    key tracking.experiment_key NOT NULL,
    name tracking.experiment_name NOT NULL,
    owner_id uuid NOT NULL,
    owner_name text NOT NULL,
    state tracking.experiment_state DEFAULT 1 NOT NULL,
    has_crashed boolean DEFAULT false NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    archived boolean DEFAULT false NOT NULL,
    offline boolean DEFAULT false NOT NULL,
    client text DEFAULT ''::text NOT NULL,
    start_token text DEFAULT ''::text NOT NULL,
    file_name text DEFAULT ''::text NOT NULL,
    file_path text DEFAULT ''::text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='85');
ALTER TABLE ONLY tracking.experiments ALTER COLUMN key SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN owner_name SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN error SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN client SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN start_token SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN file_name SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments ALTER COLUMN file_path SET STATISTICS 0;
ALTER TABLE ONLY tracking.experiments FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiments OWNER TO halley_owner;
CREATE TABLE tracking.metric_chunks (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    context text NOT NULL COLLATE pg_catalog."C",
    last_key bytea NOT NULL,
    first_key bytea NOT NULL,
    points bigint NOT NULL,
    from_ms bigint NOT NULL,
    to_ms bigint NOT NULL,
    peaks bytea NOT NULL,
    sketch bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT metric_chunks_keys CHECK (((octet_length(first_key) = 32) AND (octet_length(last_key) = 32)))
)
WITH (autovacuum_vacuum_scale_factor='0.05');
ALTER TABLE ONLY tracking.metric_chunks ALTER COLUMN peaks SET STORAGE PLAIN;
ALTER TABLE ONLY tracking.metric_chunks ALTER COLUMN sketch SET STORAGE PLAIN;
ALTER TABLE ONLY tracking.metric_chunks ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE ONLY tracking.metric_chunks FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_chunks OWNER TO halley_owner;
CREATE TABLE tracking.metric_counts (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    series bigint NOT NULL,
    CONSTRAINT metric_counts_series_max CHECK ((series <= 50000))
);
ALTER TABLE ONLY tracking.metric_counts FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_counts OWNER TO halley_owner;
CREATE TABLE tracking.metric_journal (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id uuid NOT NULL,
    points bigint NOT NULL,
    body bytea NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='20000');
ALTER TABLE ONLY tracking.metric_journal ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE ONLY tracking.metric_journal FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_journal OWNER TO halley_owner;
CREATE TABLE tracking.metric_pending (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id bigint NOT NULL,
    points bigint NOT NULL,
    batches bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');
ALTER TABLE tracking.metric_pending OWNER TO halley_owner;
ALTER TABLE tracking.metric_pending ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tracking.metric_pending_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE tracking.metric_summaries (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    context text NOT NULL COLLATE pg_catalog."C",
    current double precision NOT NULL,
    current_step double precision NOT NULL,
    current_ms bigint NOT NULL,
    min double precision,
    min_step double precision,
    min_ms bigint,
    max double precision,
    max_step double precision,
    max_ms bigint,
    batches bigint NOT NULL
)
WITH (fillfactor='60', autovacuum_vacuum_scale_factor='0.05');
ALTER TABLE ONLY tracking.metric_summaries FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_summaries OWNER TO halley_owner;
CREATE TABLE tracking.output_blocks (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    first_offset bigint NOT NULL,
    last_offset bigint NOT NULL,
    digest bigint NOT NULL,
    id uuid NOT NULL,
    line_count integer NOT NULL,
    lines bytea NOT NULL,
    CONSTRAINT output_blocks_order CHECK ((first_offset <= last_offset))
);
ALTER TABLE ONLY tracking.output_blocks FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.output_blocks OWNER TO halley_owner;
CREATE TABLE tracking.rpc_calls (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    id uuid NOT NULL,
    caller_id uuid NOT NULL,
    caller_name text NOT NULL,
    function text NOT NULL,
    built_in boolean NOT NULL,
    arguments jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    ended_at timestamp with time zone,
    result text DEFAULT ''::text NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    stack_trace text DEFAULT ''::text NOT NULL
);
ALTER TABLE ONLY tracking.rpc_calls FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_calls OWNER TO halley_owner;
CREATE TABLE tracking.rpc_functions (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    name text NOT NULL,
    documentation text NOT NULL,
    arguments text[] NOT NULL
);
ALTER TABLE ONLY tracking.rpc_functions FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_functions OWNER TO halley_owner;
CREATE TABLE tracking.system_details (
    workspace_id uuid NOT NULL,
    experiment_id uuid NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT system_details_object CHECK ((jsonb_typeof(details) = 'object'::text)),
    CONSTRAINT system_details_size CHECK ((pg_column_size(details) <= 3000000))
);
ALTER TABLE ONLY tracking.system_details FORCE ROW LEVEL SECURITY;
ALTER TABLE tracking.system_details OWNER TO halley_owner;
CREATE TABLE workspace.addresses (
    name_digest bytea NOT NULL,
    workspace_id uuid NOT NULL
);
ALTER TABLE workspace.addresses OWNER TO halley_owner;
CREATE TABLE workspace.audit_queue (
    entry_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    happened_at timestamp with time zone DEFAULT now() NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    credential_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    request text DEFAULT ''::text NOT NULL
);
ALTER TABLE workspace.audit_queue OWNER TO halley_owner;
CREATE TABLE workspace.preferences (
    account_id uuid NOT NULL,
    default_workspace_id uuid NOT NULL
);
ALTER TABLE workspace.preferences OWNER TO halley_owner;
CREATE TABLE workspace.projects (
    workspace_id uuid NOT NULL,
    project_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    owner_id uuid NOT NULL,
    owner_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT projects_description_check CHECK ((octet_length(description) <= 65536)),
    CONSTRAINT projects_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT projects_notes_check CHECK ((octet_length(notes) <= 1048576))
);
ALTER TABLE ONLY workspace.projects FORCE ROW LEVEL SECURITY;
ALTER TABLE workspace.projects OWNER TO halley_owner;
CREATE TABLE workspace.workspaces (
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT workspaces_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);
ALTER TABLE ONLY workspace.workspaces FORCE ROW LEVEL SECURITY;
ALTER TABLE workspace.workspaces OWNER TO halley_owner;
ALTER TABLE ONLY artifact.assets
    ADD CONSTRAINT assets_pkey PRIMARY KEY (workspace_id, experiment_id, asset_id);
ALTER TABLE ONLY artifact.parts
    ADD CONSTRAINT parts_pkey PRIMARY KEY (workspace_id, upload_id, number);
ALTER TABLE ONLY artifact.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY artifact.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY auth.accounts
    ADD CONSTRAINT accounts_name_key_unique UNIQUE (name_key);
ALTER TABLE ONLY auth.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.api_keys
    ADD CONSTRAINT api_keys_key_id_unique UNIQUE (key_id);
ALTER TABLE ONLY auth.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.audit_chains
    ADD CONSTRAINT audit_chains_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY auth.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (workspace_id, sequence);
ALTER TABLE ONLY auth.denials
    ADD CONSTRAINT denials_pkey PRIMARY KEY (workspace_id, project_id, account_id);
ALTER TABLE ONLY auth.device_requests
    ADD CONSTRAINT device_requests_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY auth.device_requests
    ADD CONSTRAINT device_requests_user_unique UNIQUE (user_digest);
ALTER TABLE ONLY auth.directories
    ADD CONSTRAINT directories_pkey PRIMARY KEY (provider_id);
ALTER TABLE ONLY auth.email_confirmations
    ADD CONSTRAINT email_confirmations_digest_unique UNIQUE (digest);
ALTER TABLE ONLY auth.email_confirmations
    ADD CONSTRAINT email_confirmations_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY auth.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.factor_policies
    ADD CONSTRAINT factor_policies_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY auth.factors
    ADD CONSTRAINT factors_account_kind_unique UNIQUE (account_id, kind);
ALTER TABLE ONLY auth.factors
    ADD CONSTRAINT factors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (workspace_id, project_id, account_id);
ALTER TABLE ONLY auth.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_id, account_id);
ALTER TABLE ONLY auth.identities
    ADD CONSTRAINT identities_account_unique UNIQUE (account_id, provider_id);
ALTER TABLE ONLY auth.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (provider_id, subject);
ALTER TABLE ONLY auth.invitations
    ADD CONSTRAINT invitations_digest_unique UNIQUE (digest);
ALTER TABLE ONLY auth.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.known_browsers
    ADD CONSTRAINT known_browsers_digest_unique UNIQUE (digest, account_id, known_as);
ALTER TABLE ONLY auth.known_browsers
    ADD CONSTRAINT known_browsers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.logout_tokens
    ADD CONSTRAINT logout_tokens_pkey PRIMARY KEY (provider_id, digest);
ALTER TABLE ONLY auth.outbox
    ADD CONSTRAINT outbox_once_unique UNIQUE (once_key);
ALTER TABLE ONLY auth.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.pending_sign_ins
    ADD CONSTRAINT pending_sign_ins_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY auth.provider_grants
    ADD CONSTRAINT provider_grants_pkey PRIMARY KEY (workspace_id, account_id, provider_id);
ALTER TABLE ONLY auth.provider_roles
    ADD CONSTRAINT provider_roles_pkey PRIMARY KEY (provider_id, group_name, workspace_id);
ALTER TABLE ONLY auth.provider_sessions
    ADD CONSTRAINT provider_sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.provider_sign_ins
    ADD CONSTRAINT provider_sign_ins_pkey PRIMARY KEY (state_digest);
ALTER TABLE ONLY auth.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.provisioned_groups
    ADD CONSTRAINT provisioned_groups_name_unique UNIQUE (provider_id, name_key);
ALTER TABLE ONLY auth.provisioned_groups
    ADD CONSTRAINT provisioned_groups_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY auth.provisioned_users
    ADD CONSTRAINT provisioned_users_name_unique UNIQUE (provider_id, user_name_key);
ALTER TABLE ONLY auth.provisioned_users
    ADD CONSTRAINT provisioned_users_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY auth.provisioners
    ADD CONSTRAINT provisioners_account_unique UNIQUE (account_id);
ALTER TABLE ONLY auth.provisioners
    ADD CONSTRAINT provisioners_pkey PRIMARY KEY (provider_id);
ALTER TABLE ONLY auth.rate_buckets
    ADD CONSTRAINT rate_buckets_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY auth.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, digest);
ALTER TABLE ONLY auth.roles
    ADD CONSTRAINT roles_name_unique UNIQUE (workspace_id, name_key);
ALTER TABLE ONLY auth.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_digest_unique UNIQUE (digest);
ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth.setup_tokens
    ADD CONSTRAINT setup_tokens_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY auth.sign_in_tries
    ADD CONSTRAINT sign_in_tries_pkey PRIMARY KEY (name);
ALTER TABLE ONLY auth.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY auth.trusts
    ADD CONSTRAINT trusts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY halley.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);
ALTER TABLE ONLY tracking.beats
    ADD CONSTRAINT beats_pkey PRIMARY KEY (workspace_id, experiment_id);
ALTER TABLE ONLY tracking.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (workspace_id, experiment_id, kind);
ALTER TABLE ONLY tracking.experiment_values
    ADD CONSTRAINT experiment_values_pkey PRIMARY KEY (workspace_id, experiment_id);
ALTER TABLE ONLY tracking.experiments
    ADD CONSTRAINT experiments_key UNIQUE (key, workspace_id);
ALTER TABLE ONLY tracking.experiments
    ADD CONSTRAINT experiments_pkey PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY tracking.metric_chunks
    ADD CONSTRAINT metric_chunks_pkey PRIMARY KEY (workspace_id, experiment_id, name, context, last_key);
ALTER TABLE ONLY tracking.metric_counts
    ADD CONSTRAINT metric_counts_pkey PRIMARY KEY (workspace_id, experiment_id);
ALTER TABLE ONLY tracking.metric_journal
    ADD CONSTRAINT metric_journal_pkey PRIMARY KEY (workspace_id, experiment_id, id);
ALTER TABLE ONLY tracking.metric_pending
    ADD CONSTRAINT metric_pending_pkey PRIMARY KEY (workspace_id, experiment_id, id);
ALTER TABLE ONLY tracking.metric_summaries
    ADD CONSTRAINT metric_summaries_pkey PRIMARY KEY (workspace_id, experiment_id, name, context);
ALTER TABLE ONLY tracking.output_blocks
    ADD CONSTRAINT output_blocks_pkey PRIMARY KEY (workspace_id, experiment_id, first_offset, digest);
ALTER TABLE ONLY tracking.rpc_calls
    ADD CONSTRAINT rpc_calls_pkey PRIMARY KEY (workspace_id, experiment_id, id);
ALTER TABLE ONLY tracking.rpc_functions
    ADD CONSTRAINT rpc_functions_pkey PRIMARY KEY (workspace_id, experiment_id, name);
ALTER TABLE ONLY tracking.system_details
    ADD CONSTRAINT system_details_pkey PRIMARY KEY (workspace_id, experiment_id);
ALTER TABLE ONLY workspace.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (name_digest);
ALTER TABLE ONLY workspace.addresses
    ADD CONSTRAINT addresses_workspace_unique UNIQUE (workspace_id);
ALTER TABLE ONLY workspace.audit_queue
    ADD CONSTRAINT audit_queue_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY workspace.preferences
    ADD CONSTRAINT preferences_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY workspace.projects
    ADD CONSTRAINT projects_name_key UNIQUE (workspace_id, name_key);
ALTER TABLE ONLY workspace.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (workspace_id, project_id);
ALTER TABLE ONLY workspace.workspaces
    ADD CONSTRAINT workspaces_name_key UNIQUE (name_key);
ALTER TABLE ONLY workspace.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id);
CREATE INDEX assets_by_creation ON artifact.assets USING btree (workspace_id, experiment_id, created_at, asset_id);
CREATE INDEX assets_by_digest ON artifact.assets USING btree (workspace_id, digest) WHERE (digest IS NOT NULL);
CREATE INDEX assets_by_name ON artifact.assets USING btree (workspace_id, experiment_id, file_name);
CREATE INDEX parts_by_digest ON artifact.parts USING btree (workspace_id, digest);
CREATE INDEX uploads_by_expiry ON artifact.uploads USING btree (workspace_id, expires_at);
CREATE UNIQUE INDEX accounts_email_key_unique ON auth.accounts USING btree (email_key) WHERE (email_key <> ''::text);
CREATE INDEX accounts_home ON auth.accounts USING btree (home_id, name_key) WHERE (kind <> 'person'::text);
CREATE INDEX api_keys_account ON auth.api_keys USING btree (account_id);
CREATE INDEX api_keys_replaced ON auth.api_keys USING btree (replaced_by) WHERE (replaced_by IS NOT NULL);
CREATE INDEX api_keys_trust_idx ON auth.api_keys USING btree (trust_id) WHERE (trust_id IS NOT NULL);
CREATE INDEX audit_by_action ON auth.audit USING btree (workspace_id, action, time_us);
CREATE INDEX audit_by_actor ON auth.audit USING btree (workspace_id, actor, time_us);
CREATE INDEX audit_by_actor_id ON auth.audit USING btree (workspace_id, actor_id, time_us);
CREATE INDEX audit_by_credential ON auth.audit USING btree (workspace_id, credential_id, time_us);
CREATE INDEX audit_by_noun ON auth.audit USING btree (workspace_id, noun, time_us);
CREATE INDEX audit_by_object ON auth.audit USING btree (workspace_id, object, time_us);
CREATE INDEX audit_by_time ON auth.audit USING btree (workspace_id, time_us, sequence);
CREATE INDEX audit_refused ON auth.audit USING btree (workspace_id, time_us) WHERE (outcome = 'refused'::text);
CREATE INDEX denials_account ON auth.denials USING btree (account_id);
CREATE INDEX device_requests_account_idx ON auth.device_requests USING btree (account_id);
CREATE INDEX device_requests_address_idx ON auth.device_requests USING btree (address);
CREATE INDEX device_requests_expiry_idx ON auth.device_requests USING btree (expires_at);
CREATE INDEX entries_account ON auth.entries USING btree (account_id, entered_at);
CREATE UNIQUE INDEX entries_open ON auth.entries USING btree (account_id, workspace_id) WHERE (ended_at IS NULL);
CREATE INDEX entries_time ON auth.entries USING btree (entered_at);
CREATE INDEX entries_workspace ON auth.entries USING btree (workspace_id, entered_at);
CREATE INDEX grants_account ON auth.grants USING btree (account_id);
CREATE INDEX grants_custom_role ON auth.grants USING btree (workspace_id, custom_role) WHERE (custom_role IS NOT NULL);
CREATE INDEX group_members_account ON auth.group_members USING btree (account_id);
CREATE INDEX invitations_inviter ON auth.invitations USING btree (invited_by);
CREATE INDEX invitations_workspace ON auth.invitations USING btree (workspace_id);
CREATE INDEX known_browsers_account ON auth.known_browsers USING btree (account_id, seen_at);
CREATE INDEX known_browsers_expiry ON auth.known_browsers USING btree (expires_at);
CREATE INDEX logout_tokens_spent ON auth.logout_tokens USING btree (spent_at);
CREATE INDEX outbox_account ON auth.outbox USING btree (account_id, created_at);
CREATE INDEX outbox_age ON auth.outbox USING btree (created_at);
CREATE INDEX outbox_causer ON auth.outbox USING btree (causer_id, created_at);
CREATE INDEX outbox_due ON auth.outbox USING btree (due_at) WHERE (state = 'queued'::text);
CREATE INDEX outbox_recipient ON auth.outbox USING btree (recipient_key, created_at);
CREATE INDEX pending_sign_ins_account ON auth.pending_sign_ins USING btree (account_id);
CREATE INDEX pending_sign_ins_expiry ON auth.pending_sign_ins USING btree (expires_at);
CREATE INDEX pending_sign_ins_provider_session ON auth.pending_sign_ins USING btree (provider_session_id) WHERE (provider_session_id IS NOT NULL);
CREATE INDEX provider_grants_account ON auth.provider_grants USING btree (account_id);
CREATE INDEX provider_sessions_begun ON auth.provider_sessions USING btree (begun_at);
CREATE INDEX provider_sessions_subject ON auth.provider_sessions USING btree (provider_id, subject);
CREATE INDEX provider_sign_ins_expiry ON auth.provider_sign_ins USING btree (expires_at);
CREATE INDEX provisioned_users_order ON auth.provisioned_users USING btree (provider_id, created_at, account_id);
CREATE INDEX sessions_account ON auth.sessions USING btree (account_id);
CREATE INDEX sessions_expiry ON auth.sessions USING btree (expires_at);
CREATE INDEX sessions_provider_session ON auth.sessions USING btree (provider_session_id) WHERE (provider_session_id IS NOT NULL);
CREATE INDEX setup_tokens_account ON auth.setup_tokens USING btree (account_id);
CREATE INDEX sign_in_tries_age ON auth.sign_in_tries USING btree (tried_at);
CREATE INDEX throttles_age ON auth.throttles USING btree (filled_at);
CREATE INDEX trusts_account_idx ON auth.trusts USING btree (account_id);
CREATE INDEX trusts_creator_idx ON auth.trusts USING btree (created_by);
CREATE INDEX trusts_issuer_idx ON auth.trusts USING btree (issuer);
CREATE INDEX experiments_by_start ON tracking.experiments USING btree (project_id, workspace_id, archived, started_at, id);
CREATE INDEX output_blocks_by_end ON tracking.output_blocks USING btree (workspace_id, experiment_id, last_offset);
CREATE INDEX rpc_calls_waiting ON tracking.rpc_calls USING btree (workspace_id, experiment_id) WHERE (delivered_at IS NULL);
CREATE TRIGGER audit_chain BEFORE INSERT ON auth.audit FOR EACH ROW EXECUTE FUNCTION auth.chain_audit();
CREATE TRIGGER audit_entry_notice AFTER INSERT ON auth.audit FOR EACH ROW WHEN (((new.outcome = 'ok'::text) AND (new.action = 'workspace.enter'::text) AND (new.workspace_id <> '00000000-0000-0000-0000-000000000000'::uuid))) EXECUTE FUNCTION auth.queue_entry_notice();
CREATE TRIGGER audit_notice AFTER INSERT ON auth.audit FOR EACH ROW WHEN (((new.outcome = 'ok'::text) AND (new.action = ANY (ARRAY['password.change'::text, 'password.set'::text, 'factor.enrol'::text, 'factor.remove'::text, 'factor.recovery_codes'::text, 'key.create'::text, 'key.replace'::text, 'key.expose'::text, 'identity.link'::text, 'email.change'::text, 'session.sign_in'::text, 'session.reauthenticate'::text])))) EXECUTE FUNCTION auth.queue_notice();
CREATE CONSTRAINT TRIGGER grants_last_owner AFTER DELETE OR UPDATE ON auth.grants DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION auth.keep_last_owner();
CREATE TRIGGER workspaces_address AFTER INSERT OR UPDATE OF name_key ON workspace.workspaces FOR EACH ROW EXECUTE FUNCTION workspace.keep_address();
ALTER TABLE ONLY artifact.parts
    ADD CONSTRAINT parts_upload FOREIGN KEY (workspace_id, upload_id) REFERENCES artifact.uploads(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.api_keys
    ADD CONSTRAINT api_keys_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.api_keys
    ADD CONSTRAINT api_keys_replaced_fkey FOREIGN KEY (replaced_by) REFERENCES auth.api_keys(id) ON DELETE SET NULL;
ALTER TABLE ONLY auth.api_keys
    ADD CONSTRAINT api_keys_trust_fkey FOREIGN KEY (trust_id) REFERENCES auth.trusts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.denials
    ADD CONSTRAINT denials_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.device_requests
    ADD CONSTRAINT device_requests_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.directories
    ADD CONSTRAINT directories_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.email_confirmations
    ADD CONSTRAINT email_confirmations_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.entries
    ADD CONSTRAINT entries_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.factors
    ADD CONSTRAINT factors_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.grants
    ADD CONSTRAINT grants_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id);
ALTER TABLE ONLY auth.grants
    ADD CONSTRAINT grants_custom_role_fkey FOREIGN KEY (workspace_id, custom_role) REFERENCES auth.roles(workspace_id, id);
ALTER TABLE ONLY auth.group_members
    ADD CONSTRAINT group_members_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.group_members
    ADD CONSTRAINT group_members_group_fkey FOREIGN KEY (group_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.identities
    ADD CONSTRAINT identities_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.identities
    ADD CONSTRAINT identities_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.invitations
    ADD CONSTRAINT invitations_inviter_fkey FOREIGN KEY (invited_by) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.known_browsers
    ADD CONSTRAINT known_browsers_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.logout_tokens
    ADD CONSTRAINT logout_tokens_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.outbox
    ADD CONSTRAINT outbox_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.pending_sign_ins
    ADD CONSTRAINT pending_sign_ins_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.pending_sign_ins
    ADD CONSTRAINT pending_sign_ins_provider_session_fkey FOREIGN KEY (provider_session_id) REFERENCES auth.provider_sessions(id) ON DELETE SET NULL;
ALTER TABLE ONLY auth.provider_grants
    ADD CONSTRAINT provider_grants_identity_fkey FOREIGN KEY (account_id, provider_id) REFERENCES auth.identities(account_id, provider_id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provider_roles
    ADD CONSTRAINT provider_roles_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provider_sessions
    ADD CONSTRAINT provider_sessions_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provider_sign_ins
    ADD CONSTRAINT provider_sign_ins_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provider_sign_ins
    ADD CONSTRAINT provider_sign_ins_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provisioned_groups
    ADD CONSTRAINT provisioned_groups_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provisioned_groups
    ADD CONSTRAINT provisioned_groups_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provisioned_users
    ADD CONSTRAINT provisioned_users_identity_fkey FOREIGN KEY (account_id, provider_id) REFERENCES auth.identities(account_id, provider_id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provisioners
    ADD CONSTRAINT provisioners_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.provisioners
    ADD CONSTRAINT provisioners_provider_fkey FOREIGN KEY (provider_id) REFERENCES auth.providers(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.recovery_codes
    ADD CONSTRAINT recovery_codes_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_provider_session_fkey FOREIGN KEY (provider_session_id) REFERENCES auth.provider_sessions(id) ON DELETE SET NULL;
ALTER TABLE ONLY auth.setup_tokens
    ADD CONSTRAINT setup_tokens_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.trusts
    ADD CONSTRAINT trusts_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY auth.trusts
    ADD CONSTRAINT trusts_creator_fkey FOREIGN KEY (created_by) REFERENCES auth.accounts(id);
ALTER TABLE ONLY tracking.documents
    ADD CONSTRAINT documents_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY tracking.experiment_values
    ADD CONSTRAINT experiment_values_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY tracking.output_blocks
    ADD CONSTRAINT output_blocks_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY tracking.rpc_calls
    ADD CONSTRAINT rpc_calls_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY tracking.rpc_functions
    ADD CONSTRAINT rpc_functions_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY tracking.system_details
    ADD CONSTRAINT system_details_experiment FOREIGN KEY (workspace_id, experiment_id) REFERENCES tracking.experiments(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY workspace.addresses
    ADD CONSTRAINT addresses_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspace.workspaces(workspace_id) ON DELETE CASCADE;
ALTER TABLE ONLY workspace.projects
    ADD CONSTRAINT projects_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace.workspaces(workspace_id) ON DELETE CASCADE;
ALTER TABLE artifact.assets ENABLE ROW LEVEL SECURITY;
ALTER TABLE artifact.parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants ON artifact.assets USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON artifact.parts USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON artifact.uploads USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
ALTER TABLE artifact.uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_tenants ON auth.audit USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
ALTER TABLE tracking.documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiment_values ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.experiments ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.metric_summaries ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.output_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.rpc_functions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tracking.system_details ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants ON tracking.documents USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.experiment_values USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.experiments USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.metric_chunks USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.metric_counts USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.metric_journal USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.metric_summaries USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.output_blocks USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.rpc_calls USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.rpc_functions USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON tracking.system_details USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
ALTER TABLE workspace.projects ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants ON workspace.projects USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
CREATE POLICY tenants ON workspace.workspaces USING ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[]))) WITH CHECK ((workspace_id = ANY (( SELECT halley.tenants() AS tenants)::uuid[])));
ALTER TABLE workspace.workspaces ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA artifact TO halley_artifact;
GRANT USAGE ON SCHEMA auth TO halley_auth;
GRANT USAGE ON SCHEMA halley TO halley_auth;
GRANT USAGE ON SCHEMA halley TO halley_workspace;
GRANT USAGE ON SCHEMA halley TO halley_tracking;
GRANT USAGE ON SCHEMA halley TO halley_artifact;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA tracking TO halley_tracking;
GRANT USAGE ON SCHEMA tracking TO halley_artifact;
GRANT USAGE ON SCHEMA workspace TO halley_workspace;
REVOKE ALL ON TYPE tracking.experiment_key FROM PUBLIC;
GRANT ALL ON TYPE tracking.experiment_key TO halley_tracking;
REVOKE ALL ON TYPE tracking.experiment_name FROM PUBLIC;
GRANT ALL ON TYPE tracking.experiment_name TO halley_tracking;
REVOKE ALL ON TYPE tracking.experiment_state FROM PUBLIC;
GRANT ALL ON TYPE tracking.experiment_state TO halley_tracking;
REVOKE ALL ON TYPE tracking.others FROM PUBLIC;
GRANT ALL ON TYPE tracking.others TO halley_tracking;
REVOKE ALL ON TYPE tracking.parameters FROM PUBLIC;
GRANT ALL ON TYPE tracking.parameters TO halley_tracking;
REVOKE ALL ON TYPE tracking.tags FROM PUBLIC;
GRANT ALL ON TYPE tracking.tags TO halley_tracking;
REVOKE ALL ON FUNCTION auth.audit_field(field text) FROM PUBLIC;
GRANT ALL ON FUNCTION auth.audit_field(field text) TO halley_auth;
REVOKE ALL ON FUNCTION auth.chain_audit() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.chain_audit() TO halley_auth;
REVOKE ALL ON FUNCTION auth.keep_last_owner() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.keep_last_owner() TO halley_auth;
REVOKE ALL ON FUNCTION auth.lock(purpose text, id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION auth.lock(purpose text, id uuid) TO halley_auth;
REVOKE ALL ON FUNCTION auth.queue_entry_notice() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.queue_entry_notice() TO halley_auth;
REVOKE ALL ON FUNCTION auth.queue_notice() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.queue_notice() TO halley_auth;
REVOKE ALL ON FUNCTION halley.tenants() FROM PUBLIC;
GRANT ALL ON FUNCTION halley.tenants() TO halley_auth;
GRANT ALL ON FUNCTION halley.tenants() TO halley_workspace;
GRANT ALL ON FUNCTION halley.tenants() TO halley_tracking;
GRANT ALL ON FUNCTION halley.tenants() TO halley_artifact;
REVOKE ALL ON FUNCTION tracking.merge_details(old jsonb, new jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION tracking.merge_details(old jsonb, new jsonb) TO halley_tracking;
REVOKE ALL ON FUNCTION tracking.merge_tags(old text[], added text[], removed text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION tracking.merge_tags(old text[], added text[], removed text[]) TO halley_tracking;
REVOKE ALL ON FUNCTION tracking.merge_values(old jsonb, new jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION tracking.merge_values(old jsonb, new jsonb) TO halley_tracking;
REVOKE ALL ON FUNCTION tracking.whole_value(value jsonb, head jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION tracking.whole_value(value jsonb, head jsonb) TO halley_tracking;
REVOKE ALL ON FUNCTION tracking.whole_values(document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION tracking.whole_values(document jsonb) TO halley_tracking;
REVOKE ALL ON FUNCTION workspace.keep_address() FROM PUBLIC;
GRANT ALL ON FUNCTION workspace.keep_address() TO halley_workspace;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE artifact.assets TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE artifact.parts TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE artifact.uploads TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE artifact.workspaces TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.accounts TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.api_keys TO halley_auth;
GRANT SELECT,INSERT ON TABLE auth.audit TO halley_auth;
GRANT SELECT,INSERT ON TABLE auth.audit_chains TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.denials TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.device_requests TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.directories TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.email_confirmations TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.entries TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.factor_policies TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.factors TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.grants TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.group_members TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provider_grants TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.providers TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.held_roles TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.identities TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.invitations TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.known_browsers TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.logout_tokens TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.open_entries TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.outbox TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.pending_sign_ins TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provider_roles TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provider_sessions TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provider_sign_ins TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provisioned_groups TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provisioned_users TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.provisioners TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.rate_buckets TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.recovery_codes TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.roles TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.sessions TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.setup_tokens TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.sign_in_tries TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.throttles TO halley_auth;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.trusts TO halley_auth;
GRANT SELECT ON TABLE halley.migrations TO halley_auth;
GRANT SELECT ON TABLE halley.migrations TO halley_workspace;
GRANT SELECT ON TABLE halley.migrations TO halley_tracking;
GRANT SELECT ON TABLE halley.migrations TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.beats TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.documents TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.experiment_values TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.experiments TO halley_tracking;
GRANT SELECT(workspace_id) ON TABLE tracking.experiments TO halley_artifact;
GRANT SELECT(id) ON TABLE tracking.experiments TO halley_artifact;
GRANT SELECT(project_id) ON TABLE tracking.experiments TO halley_artifact;
GRANT SELECT(key) ON TABLE tracking.experiments TO halley_artifact;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.metric_chunks TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.metric_counts TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.metric_journal TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.metric_pending TO halley_tracking;
GRANT SELECT,USAGE ON SEQUENCE tracking.metric_pending_id_seq TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.metric_summaries TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.output_blocks TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.rpc_calls TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.rpc_functions TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tracking.system_details TO halley_tracking;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workspace.addresses TO halley_workspace;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workspace.audit_queue TO halley_workspace;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workspace.preferences TO halley_workspace;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workspace.projects TO halley_workspace;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workspace.workspaces TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT SELECT,USAGE ON SEQUENCES  TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT ALL ON TYPES  TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT ALL ON FUNCTIONS  TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT SELECT,USAGE ON SEQUENCES  TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT ALL ON TYPES  TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT ALL ON FUNCTIONS  TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT SELECT,USAGE ON SEQUENCES  TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT ALL ON TYPES  TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT ALL ON FUNCTIONS  TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT SELECT,USAGE ON SEQUENCES  TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT ALL ON TYPES  TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT ALL ON FUNCTIONS  TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner REVOKE ALL ON TYPES  FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;
