//! Letters about the same job, put together.

use super::letter::Held;
use gildhall_proto::{JobId, JobMessage, TenantId};
use std::collections::HashMap;

/// A job with all its letters that are at hand, or a letter that is no message for a job.
#[derive(Debug)]
pub enum Group<D> {
    /// A job. Its letters agree on whose job it is: one that says otherwise is in a group of its own.
    Job {
        /// What its first letter says.
        message: JobMessage,
        /// All of them, the oldest first; at least one.
        letters: Vec<Held<D>>,
    },
    /// Something else.
    Foreign(Held<D>),
}

impl<D> Group<D> {
    /// How many letters there are.
    pub fn letter_count(&self) -> usize {
        match self {
            Group::Job { letters, .. } => letters.len(),
            Group::Foreign(_) => 1,
        }
    }
}

/// Puts letters about the same job together, in the order of the oldest of each.
pub fn group<D>(held: Vec<Held<D>>) -> Vec<Group<D>> {
    let mut groups: Vec<Group<D>> = Vec::new();
    let mut places: HashMap<(JobId, TenantId), usize> = HashMap::new();
    for one in held {
        let Ok(message) = one.letter.job.clone() else {
            groups.push(Group::Foreign(one));
            continue;
        };
        let key = (message.job_id, message.tenant_id.clone());
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(Group::Job { letters, .. }) => letters.push(one),
            // Places are those of jobs, so this one is the next.
            _ => groups.push(Group::Job {
                message,
                letters: vec![one],
            }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::letter::Letter;
    use super::super::letter::tests::{foreign, letter};
    use super::*;

    fn sizes(letters: Vec<Letter>) -> Vec<usize> {
        let held = letters.into_iter().map(|letter| Held { letter, dead: () });
        let groups = group(held.collect());
        groups.iter().map(Group::letter_count).collect()
    }

    #[test]
    fn letters_of_one_job_are_together_in_the_order_of_the_oldest() {
        let letters = vec![letter(7), foreign(), letter(8), letter(7), foreign()];
        assert_eq!(sizes(letters), [2, 1, 1, 1]);
    }

    #[test]
    fn a_letter_that_names_another_tenant_stands_alone() {
        let mut other = letter(7);
        let message = other.job.as_mut().expect("a message");
        message.tenant_id = TenantId::parse("other").expect("a name");
        assert_eq!(sizes(vec![letter(7), other, letter(7)]), [2, 1]);
    }
}
