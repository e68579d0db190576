//! Who acts, for the audit log.

use super::text;
use crate::ledger::{Actor, ActorKind};
use std::net::IpAddr;
use std::{env, fs};

/// The variable that sshd gives a shell: the client's address and port, and the server's (ssh(1)).
const SSH_CONNECTION: &str = "SSH_CONNECTION";
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
    /// The one who acts, as the audit log names them. Where their shell was reached from is what its environment says, which they
    /// may have changed: the log tells it as a claim.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::Operator,
            name: self.name.clone().unwrap_or_else(user),
            address: env::var(SSH_CONNECTION).ok().as_deref().and_then(client),
        }
    }
}

/// The client's address of an SSH connection.
fn client(connection: &str) -> Option<IpAddr> {
    let address = connection.split_whitespace().next()?;
    // A link-local one names the interface as well.
    let (address, _) = address.split_once('%').unwrap_or((address, ""));
    let address: IpAddr = address.parse().ok()?;
    Some(address.to_canonical())
}

fn name(given: &str) -> Result<String, String> {
    text::given(given, MAX_CHARS)
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
    fn the_client_of_an_ssh_connection_is_its_first_word() {
        let found = |connection: &str| client(connection).map(|address| address.to_string());
        for (connection, address) in [
            ("192.0.2.7 50022 198.51.100.1 22", "192.0.2.7"),
            ("2001:db8::7 50022 2001:db8::1 22", "2001:db8::7"),
            ("fe80::7%eth0 50022 fe80::1%eth0 22", "fe80::7"),
            ("::ffff:192.0.2.7 50022 ::ffff:198.51.100.1 22", "192.0.2.7"),
        ] {
            assert_eq!(found(connection).as_deref(), Some(address), "{connection}");
        }
        for nothing in ["", " ", "here", "192.0.2.7:22", "%eth0 1 2 3"] {
            assert_eq!(found(nothing), None, "{nothing:?}");
        }
    }

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
