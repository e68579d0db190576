-- The two roles that the programs work as. Nobody logs in as them: a connection logs in as whoever the deployment
-- says, and takes one of them on at its start (`-c role=gildhall_api`). Neither owns a table, so row-level
-- security holds for both.
--
-- Roles belong to the whole cluster: they may be there already, and databases that are migrated at the same moment
-- may make them at the same moment. Either is fine.
DO $$
DECLARE
    v_role text;
    v_kind text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['gildhall_api', 'gildhall_fleet'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT NOBYPASSRLS', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, v_role, v_kind) THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', v_role);
            EXCEPTION WHEN unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

-- Steps that only the fleet takes, steps of the API, and what both are made of.
CREATE SCHEMA fleet;
CREATE SCHEMA api;
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA public, ledger TO gildhall_api, gildhall_fleet;
GRANT USAGE ON SCHEMA fleet TO gildhall_fleet;
GRANT USAGE ON SCHEMA api TO gildhall_api;
