//! Claims: how many at a time, and at what cost.

use std::time::Duration;

use futures_util::future::join_all;
use gildhall::ledger::{Claim, ClaimRequest, Ledger};
use gildhall_proto::JobId;

use super::proxy::Proxy;
use super::{Ground, LEASE};
use crate::support::fleet::database;
use crate::support::wait;

#[test]
fn of_sixteen_claims_at_once_as_many_succeed_as_the_tenant_may_run() {
    const CLAIMS: usize = 16;
    const LIMIT: u32 = 2;
    let ground = Ground::new("token race");
    let tenant = &ground.fleet.tenant;
    for _ in 0..5 {
        ground.fleet.limit(1000);
        ground.submit(tenant, CLAIMS);
        let jobs = ground.dispatch();
        assert!(jobs.len() >= CLAIMS, "{}", jobs.len());
        ground.fleet.limit(LIMIT);
        let claims = jobs
            .iter()
            .map(|&job| ground.claim(tenant, job, LEASE, false));
        let claims = wait(join_all(claims));
        let (mut leases, mut deferred) = (Vec::new(), 0);
        for claim in claims {
            match claim {
                Claim::Run(run) => leases.push(run.lease),
                Claim::Deferred => deferred += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(leases.len(), LIMIT as usize);
        assert_eq!(deferred, jobs.len() - leases.len());
        let slots = "SELECT count(DISTINCT slot) FROM leases WHERE slot BETWEEN 1 AND 2";
        assert_eq!(ground.fleet.count(slots), i64::from(LIMIT));
        for lease in &leases {
            wait(ground.fleet.ledger.give_back(lease)).expect("the ledger is there");
        }
    }
}

#[test]
fn a_claim_costs_one_round_trip() {
    const CALLS: usize = 5;
    let ground = Ground::new("round trips");
    let tenant = &ground.fleet.tenant;
    ground.submit(tenant, CALLS + 1);
    let mut jobs = ground.dispatch().into_iter();
    let (proxy, url) = Proxy::before(ground.fleet.database_url());
    let mut config = database(&url);
    config.max_connections = 1;
    let ledger = wait(Ledger::connect(&config, "tests")).expect("the proxy passes it on");
    let ping = || wait(ledger.ping()).expect("the ledger is there");
    let mut claim = || {
        let job: JobId = jobs.next().expect("there are enough");
        let request = ClaimRequest {
            job,
            tenant,
            worker: "tests",
            lease: Duration::from_secs(60),
            redelivered: false,
        };
        let claim = wait(ledger.claim(request)).expect("the ledger is there");
        assert!(matches!(claim, Claim::Run(_)), "{claim:?}");
    };
    // Statements are prepared when they are first used.
    ping();
    claim();
    // One of each is what it takes to ask for anything at all, and what the pool adds when a connection comes back.
    let pings = proxy.round_trips(|| (0..CALLS).for_each(|_| ping()));
    let claims = proxy.round_trips(|| (0..CALLS).for_each(|_| claim()));
    assert_eq!(claims, pings);
}
