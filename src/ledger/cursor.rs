//! Where a page of a list ends.

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;
use uuid::Uuid;

/// The last row of a page, newest first: the next page begins behind it. Rows that are added meanwhile move nothing.
///
/// As text it is a word without meaning for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the row was created, to the microsecond, which is what the database keeps.
    pub(super) at: OffsetDateTime,
    /// Its id, for rows of the same moment.
    pub(super) id: Uuid,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that a page gave")]
pub struct CursorFault;

impl Cursor {
    pub(super) fn new(at: OffsetDateTime, id: Uuid) -> Cursor {
        Cursor { at, id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.at.unix_timestamp_nanos() / 1_000;
        write!(f, "{micros}-{}", self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = CursorFault;

    fn from_str(text: &str) -> Result<Cursor, CursorFault> {
        let (micros, id) = text.split_once('-').ok_or(CursorFault)?;
        let micros: i64 = micros.parse().map_err(|_| CursorFault)?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000);
        Ok(Cursor {
            at: at.map_err(|_| CursorFault)?,
            id: Uuid::try_parse(id).map_err(|_| CursorFault)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_to_the_microsecond() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_760_000_000_123_456_000);
        let cursor = Cursor::new(at.expect("a time"), Uuid::from_u128(7));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn anything_else_is_refused() {
        let far = format!("{}-{}", i64::MAX, Uuid::nil().simple());
        for text in [
            "",
            "-",
            "1-",
            "1-2",
            "x-00000000000000000000000000000000",
            &far,
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorFault), "{text}");
        }
    }
}
