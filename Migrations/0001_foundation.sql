-- Schemas, roles and the wall between tenants. Roles belong to the whole cluster, so they may exist
-- already: another database, or another migrator at this moment, made them.

DO $$
DECLARE
    name text;
    login text;
BEGIN
    FOREACH name IN ARRAY ARRAY['halley_owner', 'halley_auth', 'halley_workspace', 'halley_tracking', 'halley_artifact']
    LOOP
        login := CASE name WHEN 'halley_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END;
        BEGIN
            EXECUTE format(
                'CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', name, login);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;

    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
        AND NOT pg_catalog.pg_has_role(current_user, 'halley_owner', 'MEMBER')
    THEN
        EXECUTE format('GRANT halley_owner TO %I', current_user);
    END IF;

    -- Nobody connects or makes temporary tables but those named here.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO halley_auth, halley_workspace, halley_tracking, halley_artifact',
        current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO halley_owner', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA auth AUTHORIZATION halley_owner;
CREATE SCHEMA workspace AUTHORIZATION halley_owner;
CREATE SCHEMA tracking AUTHORIZATION halley_owner;
CREATE SCHEMA artifact AUTHORIZATION halley_owner;

-- The migrator made the schema and its record before this file ran.
ALTER SCHEMA halley OWNER TO halley_owner;
ALTER TABLE halley.migrations OWNER TO halley_owner;

SET LOCAL ROLE halley_owner;

GRANT USAGE ON SCHEMA auth TO halley_auth;
GRANT USAGE ON SCHEMA workspace TO halley_workspace;
GRANT USAGE ON SCHEMA tracking TO halley_tracking;
GRANT USAGE ON SCHEMA artifact TO halley_artifact;
GRANT USAGE ON SCHEMA halley TO halley_auth, halley_workspace, halley_tracking, halley_artifact;
GRANT SELECT ON halley.migrations TO halley_auth, halley_workspace, halley_tracking, halley_artifact;

-- What later migrations create: a service reads and writes the tables of its own schema, and no more.
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner REVOKE USAGE ON TYPES FROM PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT USAGE, SELECT ON SEQUENCES TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT EXECUTE ON FUNCTIONS TO halley_auth;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA auth GRANT USAGE ON TYPES TO halley_auth;

ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT USAGE, SELECT ON SEQUENCES TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT EXECUTE ON FUNCTIONS TO halley_workspace;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA workspace GRANT USAGE ON TYPES TO halley_workspace;

ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT USAGE, SELECT ON SEQUENCES TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT EXECUTE ON FUNCTIONS TO halley_tracking;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA tracking GRANT USAGE ON TYPES TO halley_tracking;

ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT USAGE, SELECT ON SEQUENCES TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT EXECUTE ON FUNCTIONS TO halley_artifact;
ALTER DEFAULT PRIVILEGES FOR ROLE halley_owner IN SCHEMA artifact GRANT USAGE ON TYPES TO halley_artifact;

-- The workspaces that this transaction may see; none outside of one. After a COMMIT the setting is the
-- empty string, not NULL. Policies call it as `= ANY ((SELECT halley.tenants())::uuid[])`: the sub-select
-- is evaluated once a statement, and its answer can be looked up in an index.
CREATE FUNCTION halley.tenants() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN pg_catalog.string_to_array(
        nullif(pg_catalog.current_setting('halley.workspaces', true), ''), ',')::uuid[];
GRANT EXECUTE ON FUNCTION halley.tenants() TO halley_auth, halley_workspace, halley_tracking, halley_artifact;

RESET ROLE;
