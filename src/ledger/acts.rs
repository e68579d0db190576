//! Reading who did what: lines of the audit log, and the steps of jobs, which their history keeps anyway.

use std::fmt;
use std::iter::Peekable;
use std::net::IpAddr;
use std::str::FromStr;

use gildhall_proto::{JobId, TenantId};
use serde_json::{Map, Value};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Ledger, LedgerError, read};

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Where it is recorded.
    pub source: ActSource,
    /// Its number there; later ones are higher.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What kind of actor: a word of [`ActorKind`](super::ActorKind), or of a later release.
    pub actor_kind: String,
    /// Who: a key's prefix, a user's name, a worker; empty where nothing is known.
    pub actor: String,
    /// Where from, if known: of a caller of the API the address that the API saw, of anybody else one that they
    /// [claim](super::ActorKind::claims).
    pub address: Option<IpAddr>,
    /// The machine on which the process ran that recorded it, by its own word. Nothing where an older release did, or of steps
    /// of a job that no worker took.
    pub host: Option<String>,
    /// Whose things, where they are one tenant's.
    pub tenant: Option<TenantId>,
    /// What was done, such as `key.revoke`; of a step of a job, `job.` and where it stood then.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What came of it.
    pub outcome: String,
    /// What else is to be said.
    pub detail: Map<String, Value>,
}

/// Where an act is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActSource {
    /// The audit log.
    Log,
    /// The history of a job.
    Job,
}

impl ActSource {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActSource::Log => "log",
            ActSource::Job => "job",
        }
    }
}

/// Which acts; as it comes, all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActFilter {
    /// Only acts on this tenant's things.
    pub tenant: Option<TenantId>,
    /// Only acts of this actor.
    pub actor: Option<String>,
    /// Only acts of this name, or of this group: `key` is `key.create`, `key.revoke` and so on.
    pub action: Option<String>,
    /// Only acts on this: a job's id, a key's prefix, a tenant.
    pub subject: Option<String>,
    /// Only acts at this time or later.
    pub from: Option<OffsetDateTime>,
    /// Only acts before.
    pub to: Option<OffsetDateTime>,
}

impl ActFilter {
    /// Whether steps of jobs may be among them.
    fn wants_steps(&self) -> bool {
        let action = self.action.as_deref();
        action.is_none_or(|action| action == "job" || action.starts_with("job."))
            && (self.subject.is_none() || self.job().is_some())
    }

    fn job(&self) -> Option<JobId> {
        self.subject.as_deref()?.parse().ok()
    }
}

/// Where a page of acts ends: the last numbers of the log and of histories that were shown. As text it is a word without
/// meaning for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActCursor {
    log: i64,
    job: i64,
}

impl Default for ActCursor {
    fn default() -> ActCursor {
        ActCursor {
            log: i64::MAX,
            job: i64::MAX,
        }
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that a page gave")]
pub struct ActCursorFault;

impl fmt::Display for ActCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.log, self.job)
    }
}

impl FromStr for ActCursor {
    type Err = ActCursorFault;

    fn from_str(text: &str) -> Result<ActCursor, ActCursorFault> {
        let (log, job) = text.split_once('-').ok_or(ActCursorFault)?;
        Ok(ActCursor {
            log: log.parse().map_err(|_| ActCursorFault)?,
            job: job.parse().map_err(|_| ActCursorFault)?,
        })
    }
}

/// A page of acts, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ActPage {
    /// What is on it.
    pub acts: Vec<Act>,
    /// Where the next page begins; nothing on the last one.
    pub next: Option<ActCursor>,
}

impl ActPage {
    /// The newest `length` acts of both sources, each of which comes newest first and with one more than the page can take.
    fn merge(log: Vec<Act>, job: Vec<Act>, after: ActCursor, length: u16) -> ActPage {
        let (mut log, mut job) = (log.into_iter().peekable(), job.into_iter().peekable());
        let (mut acts, mut end) = (Vec::new(), after);
        while acts.len() < usize::from(length) {
            let Some(act) = take_newer(&mut log, &mut job) else {
                break;
            };
            match act.source {
                ActSource::Log => end.log = act.id,
                ActSource::Job => end.job = act.id,
            }
            acts.push(act);
        }
        let more = log.peek().is_some() || job.peek().is_some();
        ActPage {
            acts,
            next: more.then_some(end),
        }
    }
}

fn take_newer(
    log: &mut Peekable<impl Iterator<Item = Act>>,
    job: &mut Peekable<impl Iterator<Item = Act>>,
) -> Option<Act> {
    match (log.peek(), job.peek()) {
        (Some(line), Some(step)) if line.at < step.at => job.next(),
        (Some(_), _) => log.next(),
        (None, _) => job.next(),
    }
}

#[derive(Debug, sqlx::FromRow)]
struct ActRow {
    id: i64,
    at: OffsetDateTime,
    tenant_id: Option<String>,
    actor_kind: String,
    actor: String,
    address: Option<String>,
    host: Option<String>,
    action: String,
    subject: String,
    outcome: String,
    detail: Json<Map<String, Value>>,
}

impl ActRow {
    fn into_act(self, source: ActSource) -> Result<Act, LedgerError> {
        let address = self.address.as_deref().map(str::parse::<IpAddr>);
        Ok(Act {
            source,
            id: self.id,
            at: self.at,
            actor_kind: self.actor_kind,
            actor: self.actor,
            address: address
                .transpose()
                .map_err(|fault| LedgerError::corrupt("address", fault))?,
            host: self.host,
            tenant: self.tenant_id.as_deref().map(read::tenant).transpose()?,
            action: self.action,
            subject: self.subject,
            outcome: self.outcome,
            detail: self.detail.0,
        })
    }
}

const LINES: &str = "SELECT id, at, tenant_id, actor_kind, actor, host(address) AS address, host, action, subject, \
    outcome, detail FROM audit_log WHERE id < $1 AND ($2 IS NULL OR tenant_id = $2) AND ($3 IS NULL OR actor = $3) \
    AND ($4 IS NULL OR action = $4 OR starts_with(action, $4 || '.')) AND ($5 IS NULL OR at >= $5) \
    AND ($6 IS NULL OR at < $6) AND ($7 IS NULL OR subject = $7) ORDER BY id DESC LIMIT $8";

const STEPS: &str = "SELECT id, at, tenant_id, actor_kind, actor, host(address) AS address, host, action, \
    job_id::text AS subject, outcome, detail FROM job_acts WHERE id < $1 AND ($2 IS NULL OR tenant_id = $2) \
    AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR action = $4 OR starts_with(action, $4 || '.')) \
    AND ($5 IS NULL OR at >= $5) AND ($6 IS NULL OR at < $6) AND ($7 IS NULL OR job_id = $7) ORDER BY id DESC LIMIT $8";

impl Ledger {
    /// A page of at most `length` acts, newest first. It takes long where few of many acts fit and no subject is given.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn acts(
        &self,
        filter: &ActFilter,
        after: Option<ActCursor>,
        length: u16,
    ) -> Result<ActPage, LedgerError> {
        let after = after.unwrap_or_default();
        let lines = self.lines(filter, after.log, length).await?;
        let steps = match filter.wants_steps() {
            true => self.steps(filter, after.job, length).await?,
            false => Vec::new(),
        };
        Ok(ActPage::merge(lines, steps, after, length))
    }

    async fn lines(
        &self,
        filter: &ActFilter,
        before: i64,
        length: u16,
    ) -> Result<Vec<Act>, LedgerError> {
        let rows: Vec<ActRow> = sqlx::query_as(LINES)
            .bind(before)
            .bind(filter.tenant.as_ref().map(TenantId::as_str))
            .bind(filter.actor.as_deref())
            .bind(filter.action.as_deref())
            .bind(filter.from)
            .bind(filter.to)
            .bind(filter.subject.as_deref())
            .bind(i64::from(length) + 1)
            .fetch_all(&self.pool)
            .await?;
        let acts = rows.into_iter().map(|row| row.into_act(ActSource::Log));
        acts.collect()
    }

    async fn steps(
        &self,
        filter: &ActFilter,
        before: i64,
        length: u16,
    ) -> Result<Vec<Act>, LedgerError> {
        let rows: Vec<ActRow> = sqlx::query_as(STEPS)
            .bind(before)
            .bind(filter.tenant.as_ref().map(TenantId::as_str))
            .bind(filter.actor.as_deref())
            .bind(filter.action.as_deref())
            .bind(filter.from)
            .bind(filter.to)
            .bind(filter.job().map(|job| job.uuid()))
            .bind(i64::from(length) + 1)
            .fetch_all(&self.pool)
            .await?;
        let acts = rows.into_iter().map(|row| row.into_act(ActSource::Job));
        acts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(source: ActSource, id: i64, second: i64) -> Act {
        Act {
            source,
            id,
            at: OffsetDateTime::from_unix_timestamp(second).expect("a time"),
            actor_kind: "operator".to_owned(),
            actor: "ada".to_owned(),
            address: None,
            host: None,
            tenant: None,
            action: "key.create".to_owned(),
            subject: "abcd1234".to_owned(),
            outcome: "created".to_owned(),
            detail: Map::new(),
        }
    }

    /// What both sources hold, newest first.
    fn sources() -> (Vec<Act>, Vec<Act>) {
        let log = [(9, 90), (7, 50), (3, 10)];
        let job = [(20, 80), (18, 70), (11, 50), (10, 5)];
        (
            log.map(|(id, at)| act(ActSource::Log, id, at)).to_vec(),
            job.map(|(id, at)| act(ActSource::Job, id, at)).to_vec(),
        )
    }

    /// What the database gives behind a cursor.
    fn behind(cursor: ActCursor, length: u16) -> (Vec<Act>, Vec<Act>) {
        let (log, job) = sources();
        let most = usize::from(length) + 1;
        let cut = |acts: Vec<Act>, before: i64| -> Vec<Act> {
            let older = acts.into_iter().filter(|act| act.id < before);
            older.take(most).collect()
        };
        (cut(log, cursor.log), cut(job, cursor.job))
    }

    #[test]
    fn pages_of_any_length_tell_every_act_once_and_in_order() {
        for length in 1..=8 {
            let (mut told, mut cursor) = (Vec::new(), ActCursor::default());
            loop {
                let (log, job) = behind(cursor, length);
                let page = ActPage::merge(log, job, cursor, length);
                told.extend(page.acts.iter().map(|act| (act.source, act.id)));
                let Some(next) = page.next else { break };
                cursor = next.to_string().parse().expect("a cursor reads back");
            }
            use ActSource::{Job, Log};
            let expected = [
                (Log, 9),
                (Job, 20),
                (Job, 18),
                (Log, 7),
                (Job, 11),
                (Log, 3),
                (Job, 10),
            ];
            assert_eq!(told, expected, "{length} on a page");
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "-", "1", "1-", "x-1", "1-2-3"] {
            assert_eq!(text.parse::<ActCursor>(), Err(ActCursorFault), "{text}");
        }
    }

    #[test]
    fn steps_of_jobs_are_asked_for_only_where_they_can_fit() {
        let with = |action: Option<&str>, subject: Option<&str>| ActFilter {
            action: action.map(str::to_owned),
            subject: subject.map(str::to_owned),
            ..ActFilter::default()
        };
        let job = Some("01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d");
        assert!(with(None, None).wants_steps());
        assert!(with(Some("job"), job).wants_steps());
        assert!(with(Some("job.completed"), None).wants_steps());
        assert!(!with(Some("key"), None).wants_steps());
        assert!(!with(Some("jobs"), job).wants_steps());
        assert!(!with(None, Some("abcd1234")).wants_steps());
    }
}
