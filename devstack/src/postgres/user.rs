//! Whom the server runs as: it refuses root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::DevstackError;
use crate::keeper::protocol::User;

/// The user that Debian's package makes.
const NAME: &str = "postgres";

/// A user of this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// None: as ourselves. Only root has to be someone else.
pub(super) fn to_run_as() -> Result<Option<Account>, DevstackError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let table = fs::read_to_string("/etc/passwd").map_err(DevstackError::io("read /etc/passwd"))?;
    find(&table, NAME)
        .map(Some)
        .ok_or_else(|| DevstackError::NotInstalled {
            program: "user postgres",
            package: "postgresql",
            looked: "it in /etc/passwd, since PostgreSQL refuses to run as root".to_owned(),
        })
}

/// `name:password:uid:gid:…`
fn find(table: &str, name: &str) -> Option<Account> {
    table.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid })
    })
}

impl Account {
    pub(super) fn numbers(&self) -> User {
        User {
            uid: self.uid,
            gid: self.gid,
        }
    }

    /// Fails early and clearly if a folder on the way is closed to others, as `/root` is.
    pub(super) fn must_reach(&self, folder: &Path) -> Result<(), DevstackError> {
        let closed = |path: &&Path| {
            fs::metadata(path)
                .is_ok_and(|found| found.uid() != self.uid && found.mode() & 0o001 == 0)
        };
        match folder.ancestors().find(closed) {
            None => Ok(()),
            Some(closed) => Err(DevstackError::Unreachable {
                folder: closed.to_owned(),
                user: NAME.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let table = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:1:2::/:\npostgres:x:101:104:,,,:/var:/bin/sh\nbroken:x\n";
        assert_eq!(
            find(table, "postgres"),
            Some(Account { uid: 101, gid: 104 })
        );
        assert_eq!(find(table, "broken"), None);
        assert_eq!(find(table, "nobody"), None);
    }
}
