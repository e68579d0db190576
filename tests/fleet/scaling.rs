//! How many workers the depth of the jobs queue asks for, by the chart's own numbers. What comes of it under load is shown in
//! `tests/drill`.

use std::time::Duration;

use crate::support::exposition::Exposition;
use crate::support::fleet::at_once;
use crate::support::scaler::{JobsQueue, Rule, Scaler};
use crate::support::{Fleet, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_flood_beyond_a_limit_asks_for_no_worker() {
    let mut fleet = Fleet::shared("flood");
    fleet.start_api();
    let queue = JobsQueue::of(&fleet);
    let rule = Rule::of_the_chart();
    let api = fleet.http.anonymous();
    for (more, pending) in [(20, 18.0), (40, 58.0)] {
        fleet.submit_many(more);
        // What the relay looks up, and what KEDA does; both may be some seconds old.
        until("both have looked", PATIENCE, || {
            let shown = Exposition::of(&api);
            let depth = queue.depth();
            assert!(rule.wanted(depth) <= 2, "{depth} messages");
            let runnable = shown.sum("gildhall_runnable_jobs", &[]);
            let is_beyond = runnable.is_some_and(|jobs| jobs > 2.0);
            assert!(!is_beyond, "{runnable:?} runnable jobs");
            let waiting = shown.sum("gildhall_jobs", &[("status", "pending")]);
            (waiting == Some(pending) && depth == 2).then_some(())
        });
    }
    // A job of another tenant asks for one more.
    let zenith = fleet.add_tenant("zenith", at_once(2));
    zenith.submit(&jobs::any(), &[]).job();
    until("another tenant's job counts", PATIENCE, || {
        (rule.wanted(queue.depth()) == 3).then_some(())
    });
}

#[test]
fn the_rule_is_that_of_kubernetes() {
    let rule = Rule::of_the_chart();
    let wanted = [0, 1, 2, 8, 10, 11, 5000].map(|depth| rule.wanted(depth));
    assert_eq!(wanted, [1, 1, 2, 8, 10, 10, 10]);
    let mut scaler = Scaler::new(rule);
    let mut look = |second: u64, depth: u64| scaler.look(Duration::from_secs(second), depth);
    assert_eq!(look(0, 0), 1);
    assert_eq!(look(15, 40), 9, "eight more in fifteen seconds");
    assert_eq!(look(20, 40), 9);
    assert_eq!(look(30, 40), 10);
    // Fewer have to be enough for five minutes; then a quarter goes in a minute.
    assert_eq!(look(45, 0), 10);
    assert_eq!(look(330, 0), 10);
    assert_eq!(look(331, 0), 7);
    assert_eq!(look(361, 0), 7);
    let then = [391, 451, 511, 571, 631].map(|second| look(second, 0));
    assert_eq!(then, [5, 3, 2, 1, 1]);
    assert_eq!(look(645, 4), 4);
}
