//! What the database itself says of its roles, tables and functions: whatever a later migration adds is held to the same
//! rules.

use crate::support::{Fleet, wait};

/// Tables that hold nothing of any tenant.
const OF_NOBODY: [&str; 2] = ["_sqlx_migrations", "job_transitions"];
/// What runs as the fleet for the API: it finds keys, of which nobody knows yet whose they are, and ids by an index that
/// row-level security would keep from it. Each is looked at in [`super::security`].
const AS_THE_FLEET: [&str; 4] = [
    "api.authenticate",
    "api.key_standing",
    "api.key_was_used",
    "api.page_of_jobs",
];
/// What runs as the owner of the tables: it removes what nobody else may, and looks itself whether it is time. The first
/// is for the janitor, the second a trigger that nobody can call.
const AS_THE_OWNER: [&str; 2] = ["fleet.forget_audit", "ledger.job_was_removed"];
/// What row-level security lets the owner of the tables do for that.
const OF_THE_OWNER: [&str; 4] = [
    "audit_log.owner_forgets DELETE",
    "audit_log.owner_sees SELECT",
    "job_history.owner_forgets DELETE",
    "job_history.owner_sees SELECT",
];
/// Policies of the API that do not ask for the tenant: each is a reason to think twice.
const WITHOUT_TENANT: [&str; 1] = ["audit_log.of_nobody"];

/// The names that a query gives, sorted.
fn names(fleet: &Fleet, sql: &'static str) -> Vec<String> {
    let names = sqlx::query_scalar(sql).fetch_all(&fleet.sql);
    let mut names: Vec<String> = wait(names).expect("the database is there");
    names.sort();
    names
}

#[test]
fn every_table_of_tenants_is_closed_even_to_its_owner() {
    let fleet = Fleet::shared("closed tables");
    let open = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname IN ('public', 'api', 'fleet', 'ledger') AND c.relkind IN ('r', 'p', 'm', 'f') \
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
    assert_eq!(names(&fleet, open), OF_NOBODY);
    let views = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname IN ('public', 'api', 'fleet', 'ledger') AND c.relkind = 'v' \
        AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)";
    assert!(
        names(&fleet, views).is_empty(),
        "a view that shows what its maker may see"
    );
    let policies = "SELECT tablename || '.' || policyname FROM pg_policies WHERE 'gildhall_api' = ANY (roles) \
        AND position('gildhall.tenant' IN coalesce(qual, '') || coalesce(with_check, '')) = 0";
    assert_eq!(names(&fleet, policies), WITHOUT_TENANT);
    let of_others = "SELECT tablename || '.' || policyname || ' ' || cmd FROM pg_policies \
        WHERE NOT roles <@ ARRAY['gildhall_api', 'gildhall_fleet']::name[]";
    assert_eq!(names(&fleet, of_others), OF_THE_OWNER);
    let of_the_owner = "SELECT p.tablename || '.' || p.policyname || ' ' || p.cmd FROM pg_policies p \
        JOIN pg_tables t ON t.schemaname = p.schemaname AND t.tablename = p.tablename \
        WHERE p.roles = ARRAY[t.tableowner]";
    assert_eq!(names(&fleet, of_the_owner), OF_THE_OWNER);
    let written = "SELECT r.rolname || ' ' || t.name FROM unnest(ARRAY['_sqlx_migrations', 'job_transitions']) t (name) \
        CROSS JOIN pg_roles r WHERE r.rolname LIKE 'gildhall\\_%' \
        AND has_table_privilege(r.oid, t.name, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')";
    assert!(names(&fleet, written).is_empty(), "what nobody changes");
}

#[test]
fn the_roles_of_the_programs_own_nothing_and_stand_above_nothing() {
    let fleet = Fleet::shared("roles");
    let roles = "SELECT rolname::text FROM pg_roles WHERE rolname IN ('gildhall_api', 'gildhall_fleet') \
        AND NOT (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb OR rolreplication \
        OR rolinherit)";
    assert_eq!(names(&fleet, roles), ["gildhall_api", "gildhall_fleet"]);
    let members = "SELECT m.member::regrole::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member \
        WHERE r.rolname IN ('gildhall_api', 'gildhall_fleet')";
    assert!(names(&fleet, members).is_empty(), "a role in a role");
    // An owner could change the rules. Functions that run as the fleet have to belong to it, and are no tables.
    let owned = "SELECT CASE d.classid WHEN 'pg_proc'::regclass \
            THEN d.refobjid::regrole || ' ' || split_part(d.objid::regprocedure::text, '(', 1) \
            ELSE d.refobjid::regrole || ' ' || pg_describe_object(d.classid, d.objid, d.objsubid) END \
        FROM pg_shdepend d WHERE d.deptype = 'o' \
        AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
        AND d.refobjid IN ('gildhall_api'::regrole, 'gildhall_fleet'::regrole)";
    let expected = AS_THE_FLEET.map(|name| format!("gildhall_fleet {name}"));
    assert_eq!(names(&fleet, owned), expected);
}

#[test]
fn what_runs_as_another_is_known_and_finds_nothing_by_a_callers_path() {
    let fleet = Fleet::shared("definers");
    let all = "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
        WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')";
    let mut known = [&AS_THE_FLEET[..], &AS_THE_OWNER[..]].concat();
    known.sort_unstable();
    assert_eq!(names(&fleet, all), known);
    let pinned = "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
        WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
        AND p.proowner = 'gildhall_fleet'::regrole \
        AND 'search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig)";
    assert_eq!(names(&fleet, pinned), AS_THE_FLEET);
    let of_the_owner = "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
        WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
        AND p.proowner = (SELECT c.relowner FROM pg_class c WHERE c.oid = 'audit_log'::regclass) \
        AND 'search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig)";
    assert_eq!(names(&fleet, of_the_owner), AS_THE_OWNER);
    let by_the_api = "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
        WHERE p.prosecdef AND p.proowner = (SELECT c.relowner FROM pg_class c WHERE c.oid = 'audit_log'::regclass) \
        AND n.nspname IN ('api', 'fleet', 'ledger') AND p.prorettype <> 'trigger'::regtype \
        AND has_schema_privilege('gildhall_api', n.oid, 'USAGE')";
    assert!(
        names(&fleet, by_the_api).is_empty(),
        "the API removes nothing"
    );
}

#[test]
fn each_role_reaches_its_own_steps_and_nobody_else_any() {
    let fleet = Fleet::shared("schemas");
    let reached = "SELECT r.name || ' ' || s.name FROM unnest(ARRAY['api', 'fleet', 'ledger']) s (name) \
        CROSS JOIN unnest(ARRAY['public', 'gildhall_api', 'gildhall_fleet']) r (name) \
        WHERE has_schema_privilege(r.name, s.name, 'USAGE')";
    let expected = [
        "gildhall_api api",
        "gildhall_api ledger",
        "gildhall_fleet fleet",
        "gildhall_fleet ledger",
    ];
    assert_eq!(names(&fleet, reached), expected);
    let made = "SELECT r.name || ' ' || s.name FROM unnest(ARRAY['public', 'api', 'fleet', 'ledger']) s (name) \
        CROSS JOIN unnest(ARRAY['gildhall_api', 'gildhall_fleet']) r (name) \
        WHERE has_schema_privilege(r.name, s.name, 'CREATE')";
    assert!(
        names(&fleet, made).is_empty(),
        "a schema to plant things in"
    );
}

#[test]
fn lines_of_the_audit_log_and_steps_of_jobs_are_only_ever_added() {
    let fleet = Fleet::shared("append only");
    let granted = "SELECT r.name || ' ' || t.name || ' ' || p.name \
        FROM unnest(ARRAY['audit_log', 'job_history']) t (name) \
        CROSS JOIN unnest(ARRAY['gildhall_api', 'gildhall_fleet']) r (name) \
        CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) p (name) \
        WHERE has_table_privilege(r.name, t.name, p.name) \
        OR (p.name IN ('UPDATE', 'REFERENCES') AND has_any_column_privilege(r.name, t.name, p.name))";
    assert!(
        names(&fleet, granted).is_empty(),
        "{:?}",
        names(&fleet, granted)
    );
}
