//! Where the job of a letter stands, which decides what a replay of the letter means.

use crate::ledger::{Ledger, LedgerError};
use gildhall_proto::{JobMessage, JobStatus, TenantId};

/// Where a letter's job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It failed, and this was its which run.
    Failed {
        /// Which.
        run: u32,
    },
    /// It runs again, ran again, or somebody wanted it to stop: the letter is out of date.
    Elsewhere(JobStatus),
    /// There is no such job.
    Unknown,
    /// There is, but it is another tenant's: the letter is not to be trusted.
    OtherTenant,
}

impl Standing {
    /// Asks the ledger.
    pub async fn of(ledger: &Ledger, message: &JobMessage) -> Result<Standing, LedgerError> {
        let job = ledger.job(message.job_id).await?;
        Ok(job.map_or(Standing::Unknown, |job| {
            Standing::judge(message, &job.tenant, job.status, job.run)
        }))
    }

    fn judge(message: &JobMessage, owner: &TenantId, status: JobStatus, run: u32) -> Standing {
        match status {
            _ if *owner != message.tenant_id => Standing::OtherTenant,
            JobStatus::Failed => Standing::Failed { run },
            // A cancelled job could be replayed as well, but not by a letter of an earlier run.
            other => Standing::Elsewhere(other),
        }
    }

    /// In words for people.
    pub fn text(self) -> String {
        match self {
            Standing::Failed { run } => format!("the job failed in run {run}"),
            Standing::Elsewhere(status) => format!("the job is {status}"),
            Standing::Unknown => "there is no such job".to_owned(),
            Standing::OtherTenant => "the job is another tenant's".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::letter;
    use super::*;

    #[test]
    fn only_a_failed_job_of_the_right_tenant_is_replayed_by_a_letter() {
        let message = letter(7).job.expect("a message");
        let other = TenantId::parse("other").expect("a name");
        for status in JobStatus::ALL {
            let expected = match status {
                JobStatus::Failed => Standing::Failed { run: 2 },
                status => Standing::Elsewhere(status),
            };
            let standing = Standing::judge(&message, &message.tenant_id, status, 2);
            assert_eq!(standing, expected);
            let foreign = Standing::judge(&message, &other, status, 2);
            assert_eq!(foreign, Standing::OtherTenant);
        }
    }
}
