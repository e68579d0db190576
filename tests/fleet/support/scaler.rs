//! How many workers there are to be: KEDA's rule with the numbers of the chart, and what a HorizontalPodAutoscaler makes of
//! it (<https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#configurable-scaling-behavior>).
//! Times count from the beginning of the test.

use std::time::Duration;

use super::values::{Values, field};
use super::{Client, Fleet};

/// The numbers of the chart.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Jobs for which one worker is wanted.
    pub per_worker: f64,
    /// Up to so many jobs wake no first worker.
    pub activation: u64,
    pub min: usize,
    pub max: usize,
    up: Behaviour,
    down: Behaviour,
}

/// How fast the number may change in one direction.
#[derive(Debug, Clone)]
struct Behaviour {
    window: Duration,
    policies: Vec<Policy>,
}

#[derive(Debug, Clone)]
struct Policy {
    is_percent: bool,
    value: i64,
    period: Duration,
}

impl Rule {
    pub fn of_the_chart() -> Rule {
        let values = Values::of_the_chart();
        let needed = |path: &str| {
            let number: Option<u64> = values.number(path);
            number.unwrap_or_else(|| panic!("{path} has a number"))
        };
        let count = |path: &str| usize::try_from(needed(path)).expect("a number of pods");
        let per_worker = values
            .number("scaling.keda.jobsPerWorker")
            .or_else(|| values.number("worker.concurrency"));
        Rule {
            per_worker: per_worker.expect("a worker has a number of slots"),
            activation: needed("scaling.keda.activationJobs"),
            min: count("scaling.minReplicas"),
            max: count("scaling.maxReplicas"),
            up: Behaviour::read(&values, "scaling.scaleUp"),
            down: Behaviour::read(&values, "scaling.scaleDown"),
        }
    }

    /// How many workers a queue of this depth asks for.
    pub fn wanted(&self, depth: u64) -> usize {
        if self.min == 0 && depth <= self.activation {
            return 0;
        }
        let wanted = (depth as f64 / self.per_worker).ceil() as usize;
        wanted.clamp(self.min.max(1), self.max)
    }
}

impl Behaviour {
    fn read(values: &Values, path: &str) -> Behaviour {
        let window = values.number(&format!("{path}.stabilizationWindowSeconds"));
        let policies = format!("{path}.policies");
        Behaviour {
            window: Duration::from_secs(window.expect("it has a number")),
            policies: values.items(&policies).map(Policy::read).collect(),
        }
    }
}

impl Policy {
    fn read(item: &str) -> Policy {
        let seconds = field(item, "periodSeconds").parse().expect("a number");
        Policy {
            is_percent: field(item, "type") == "Percent",
            value: field(item, "value").parse().expect("a number"),
            period: Duration::from_secs(seconds),
        }
    }
}

/// The number of workers as it changes.
pub struct Scaler {
    pub rule: Rule,
    replicas: usize,
    asked: Vec<(Duration, usize)>,
    changes: Vec<(Duration, i64)>,
}

impl Scaler {
    /// Begins with the least.
    pub fn new(rule: Rule) -> Scaler {
        Scaler {
            replicas: rule.min,
            asked: Vec::new(),
            changes: Vec::new(),
            rule,
        }
    }

    /// The queue was looked at: how many workers there are to be from now on.
    pub fn look(&mut self, now: Duration, depth: u64) -> usize {
        let wanted = self.rule.wanted(depth);
        self.asked.push((now, wanted));
        // The least that was asked for of late for growing, the most for shrinking.
        let least = self.asked_within(now, self.rule.up.window).min();
        let most = self.asked_within(now, self.rule.down.window).max();
        let goal = self.replicas.max(least.unwrap_or(wanted));
        let goal = goal.min(most.unwrap_or(wanted));
        let next = match goal > self.replicas {
            true => goal.min(self.ceiling(now)),
            false => goal.max(self.floor(now)),
        };
        if next != self.replicas {
            self.changes.push((now, next as i64 - self.replicas as i64));
            self.replicas = next;
        }
        next
    }

    fn asked_within(&self, now: Duration, window: Duration) -> impl Iterator<Item = usize> {
        let late = self.asked.iter().filter(move |(at, _)| now - *at <= window);
        late.map(|(_, wanted)| *wanted)
    }

    /// The most that the policies allow: the most generous counts.
    fn ceiling(&self, now: Duration) -> usize {
        let allowed = self.rule.up.policies.iter().map(|policy| {
            let start = self.at_start(now, policy.period);
            match policy.is_percent {
                true => (start * (100 + policy.value) + 99) / 100,
                false => start + policy.value,
            }
        });
        let most = allowed.max().and_then(|most| usize::try_from(most).ok());
        most.unwrap_or(0).max(self.replicas)
    }

    /// The least that they allow.
    fn floor(&self, now: Duration) -> usize {
        let allowed = self.rule.down.policies.iter().map(|policy| {
            let start = self.at_start(now, policy.period);
            match policy.is_percent {
                true => start * (100 - policy.value) / 100,
                false => start - policy.value,
            }
        });
        let least = allowed.min().and_then(|least| usize::try_from(least).ok());
        least.unwrap_or(0).min(self.replicas)
    }

    /// How many there were when a period began that ends now.
    fn at_start(&self, now: Duration, period: Duration) -> i64 {
        let late = self.changes.iter().filter(|(at, _)| now - *at < period);
        self.replicas as i64 - late.map(|(_, change)| change).sum::<i64>()
    }
}

/// The queue of jobs, as KEDA's scaler sees it with `protocol: http`.
pub struct JobsQueue {
    management: Client,
    path: String,
}

impl JobsQueue {
    pub fn of(fleet: &Fleet) -> JobsQueue {
        let (management, vhost) = fleet.management();
        JobsQueue {
            management: Client::new(management),
            path: format!("/api/queues/{vhost}/gildhall.jobs"),
        }
    }

    /// Jobs that wait and jobs under way; up to five seconds old, as everything that the management tells.
    #[track_caller]
    pub fn depth(&self) -> u64 {
        let answer = self.management.get(&self.path);
        assert_eq!(answer.status, 200, "{}", answer.json());
        // Told only once the queue was counted for the first time.
        answer.json()["messages"].as_u64().unwrap_or(0)
    }
}
