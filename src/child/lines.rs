//! What a child says, line by line, within bounds.

use super::error::ChildError;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Longest line, in bytes, without its end. The report of a render with fifty damaged images is a tenth of it.
const MAX_LINE_BYTES: usize = 512 << 10;
/// Most that a child may say in all, in bytes. Half an hour of progress is a tenth of it.
const MAX_BYTES: usize = 4 << 20;

/// Gives each line to `hear`, without its end, until the stream ends.
///
/// # Errors
/// [`ChildError::OverOutput`] once a line or all of it is too long, [`ChildError::System`].
pub async fn each_line(
    stream: impl AsyncRead + Unpin,
    mut hear: impl FnMut(&[u8]),
) -> Result<(), ChildError> {
    let mut reader = BufReader::new(stream);
    let mut left = MAX_BYTES;
    let mut line = Vec::new();
    loop {
        line.clear();
        // One byte beyond the bound tells a line that is too long from one that just fits.
        let most = left.min(MAX_LINE_BYTES) as u64 + 1;
        let mut bounded = (&mut reader).take(most);
        let count = bounded.read_until(b'\n', &mut line).await?;
        if count == 0 {
            return Ok(());
        }
        left = left.checked_sub(count).ok_or(ChildError::OverOutput)?;
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if text.len() > MAX_LINE_BYTES {
            return Err(ChildError::OverOutput);
        }
        hear(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn heard(said: &[u8]) -> Result<Vec<usize>, ChildError> {
        let mut lengths = Vec::new();
        each_line(said, |line| lengths.push(line.len())).await?;
        Ok(lengths)
    }

    #[tokio::test]
    async fn lines_come_one_by_one_with_or_without_an_end() {
        assert_eq!(heard(b"a\n\nbcd").await.expect("short"), [1, 0, 3]);
        assert!(heard(b"").await.expect("nothing").is_empty());
    }

    #[tokio::test]
    async fn a_line_may_be_long_and_not_longer() {
        let mut line = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(heard(&line).await.expect("it fits"), [MAX_LINE_BYTES]);
        line.push(b'\n');
        assert_eq!(heard(&line).await.expect("it fits"), [MAX_LINE_BYTES]);
        line.insert(0, b'x');
        assert!(matches!(heard(&line).await, Err(ChildError::OverOutput)));
    }

    #[tokio::test]
    async fn many_short_lines_are_too_much_as_well() {
        let most = vec![b'\n'; MAX_BYTES];
        assert_eq!(heard(&most).await.expect("it fits").len(), MAX_BYTES);
        let more = vec![b'\n'; MAX_BYTES + 1];
        assert!(matches!(heard(&more).await, Err(ChildError::OverOutput)));
    }
}
