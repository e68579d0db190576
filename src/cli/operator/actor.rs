//! Who acts, for the audit log.

use crate::ledger::{Actor, ActorKind};
use std::fs;

/// Longest name, in characters.
const MAX_CHARS: usize = 100;

/// What every command takes that changes something.
#[derive(Debug, clap::Args)]
pub struct Acting {
    /// Who acts, for the audit log [default: the user of the operating system].
    #[arg(
        id = "operator",
        long = "as",
        env = "GILDHALL_OPERATOR",
        value_name = "NAME",
        value_parser = name
    )]
    name: Option<String>,
}

impl Acting {
    /// The one who acts, as the audit log names them.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::Operator,
            name: self.name.clone().unwrap_or_else(user),
            address: None,
        }
    }
}

fn name(text: &str) -> Result<String, String> {
    let is_fit = (1..=MAX_CHARS).contains(&text.chars().count());
    match is_fit && !text.contains(char::is_control) && text.trim() == text {
        true => Ok(text.to_owned()),
        false => Err(format!("must be a name of 1 to {MAX_CHARS} characters")),
    }
}

/// The user whom this process runs as. A variable such as USER would say whatever somebody set it to.
fn user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    // Users of a directory service are not in the file.
    name_of(uid, &users).map_or_else(|| format!("uid {uid}"), str::to_owned)
}

/// The name of a user in a file of the form passwd(5).
fn name_of(uid: u32, users: &str) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let found: u32 = fields.nth(1)?.parse().ok()?;
        (found == uid && !name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse;

    #[test]
    fn users_are_found_by_their_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(name_of(0, users), Some("root"));
        assert_eq!(name_of(1000, users), Some("ada"));
        assert_eq!(name_of(7, users), None);
    }

    #[test]
    fn a_given_name_goes_before_the_user() {
        let named: Acting = parse(&["--as", "ada lovelace"]).expect("a name");
        assert_eq!(named.actor().name, "ada lovelace");
        let user: Acting = parse(&[]).expect("nothing is needed");
        assert!(!user.actor().name.is_empty());
        assert_eq!(user.actor().kind, ActorKind::Operator);
        for bad in ["", " ada", "a\nb"] {
            assert!(parse::<Acting>(&["--as", bad]).is_err(), "{bad:?}");
        }
    }
}
