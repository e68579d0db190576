//! Takes the application's own filters out of a database, so that what is left between tenants is row-level security.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Fleet, wait};

/// Every comparison with the tenant that a step was called for becomes true, and the one function that looks as the fleet
/// looks at all tenants. (Tokens are taken by workers alone, who see all tenants anyway.)
const REMOVE: &str = r"
DO $$
DECLARE
    v_step record;
    v_bare text;
BEGIN
    FOR v_step IN SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p
        WHERE p.pronamespace IN ('api'::regnamespace, 'ledger'::regnamespace) AND p.prokind = 'f'
            AND p.proname NOT IN ('take_token', 'free_slot')
    LOOP
        v_bare := regexp_replace(v_step.text, '(\m\w+\.)?\m(tenant_id|id)\s*=\s*p_tenant\M', 'true', 'g');
        v_bare := replace(v_bare, 'ARRAY[coalesce(current_setting(''gildhall.tenant'', true), '''')]', 'NULL::text[]');
        IF v_bare <> v_step.text THEN
            EXECUTE v_bare;
        END IF;
    END LOOP;
END
$$";

/// Steps in which a filter is left, or a new way to write one.
const LEFT: &str = r"
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace IN ('api'::regnamespace, 'ledger'::regnamespace)
    AND p.proname NOT IN ('take_token', 'free_slot')
    AND (p.prosrc ~ '[^:]=\s*p_tenant\M' OR p.prosrc ~ '\mp_tenant\s*(=|<>|IN\M|~)' OR p.prosrc ~ 'ANY\s*\(\s*p_tenant')";

/// Removes the filters from every step of the API.
pub fn remove_filters(fleet: &Fleet) {
    wait(async {
        // As the owner of the steps: no role of a program may change them.
        let mut owner = PgConnection::connect(fleet.database_url())
            .await
            .expect("the database is there");
        sqlx::raw_sql(AssertSqlSafe(REMOVE))
            .execute(&mut owner)
            .await
            .expect("the steps are as they were migrated");
        let left: Vec<String> = sqlx::query_scalar(LEFT)
            .fetch_all(&mut owner)
            .await
            .expect("the catalogue is there");
        assert!(left.is_empty(), "filters are left in {left:?}");
    });
}
