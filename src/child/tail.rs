//! The end of what a child complains about.

use super::error::ChildError;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is kept, in bytes.
const KEPT_BYTES: usize = 2048;
/// Most that a child may complain in all, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Reads an error stream to its end and gives the last part of it.
///
/// # Errors
/// [`ChildError::OverOutput`] once it is too much, [`ChildError::System`].
pub async fn tail(mut stream: impl AsyncRead + Unpin) -> Result<String, ChildError> {
    let mut kept = Vec::new();
    let mut left = MAX_BYTES;
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(String::from_utf8_lossy(&kept).trim().to_owned());
        }
        left = left.checked_sub(count).ok_or(ChildError::OverOutput)?;
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(KEPT_BYTES);
        kept.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_is_kept_and_too_much_is_refused() {
        let mut said = vec![b'a'; 3 * KEPT_BYTES];
        said.extend_from_slice(b"the end\n");
        let kept = tail(&said[..]).await.expect("not too much");
        assert!(kept.ends_with("aathe end"), "{kept}");
        assert_eq!(kept.len(), KEPT_BYTES - 1, "without the end of the line");
        let endless = vec![b'a'; MAX_BYTES + 1];
        for most in [MAX_BYTES - 1, MAX_BYTES] {
            let kept = tail(&endless[..most]).await;
            assert_eq!(kept.expect("not too much").len(), KEPT_BYTES);
        }
        let refused = tail(&endless[..]).await;
        assert!(matches!(refused, Err(ChildError::OverOutput)));
    }
}
