//! Addresses of HTTP servers.

/// Reads `http://host:port` or `https://host:port`; a `/` at the end is dropped.
///
/// # Errors
/// Says what an endpoint is, where `text` is none: another scheme, no host, or more than scheme, host and port. User
/// and password have no place in it, and the text is not repeated.
pub fn endpoint(text: &str) -> Result<String, String> {
    let address = text.trim_end_matches('/');
    let authority = address
        .strip_prefix("http://")
        .or_else(|| address.strip_prefix("https://"))
        .unwrap_or_default();
    let has_more = authority.contains(|c: char| {
        matches!(c, '/' | '@' | '?' | '#') || c.is_whitespace() || c.is_control()
    });
    if authority.is_empty() || authority.starts_with(':') || has_more {
        return Err("must be http:// or https:// with a host and, if need be, a port".into());
    }
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_and_port_are_an_endpoint() {
        for good in [
            "http://127.0.0.1:9000",
            "https://s3.example",
            "http://[::1]:9000",
        ] {
            assert_eq!(endpoint(good).as_deref(), Ok(good));
        }
        assert_eq!(
            endpoint("https://s3.example/").as_deref(),
            Ok("https://s3.example")
        );
    }

    #[test]
    fn anything_else_is_none() {
        let bad = [
            "",
            "s3.example",
            "ftp://s3.example",
            "http://",
            "http://:9000",
            "http://key:secret@s3.example",
            "http://s3.example/bucket",
            "http://s3.example?x",
            "http://s3 .example",
        ];
        for text in bad {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }
}
