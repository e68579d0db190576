//! Links to objects that work without keys, for a while.

use super::{Objects, ObjectsError};
use aws_sdk_s3::presigning::PresigningConfig;
use std::fmt::{self, Write};
use std::time::Duration;

/// Longest life of a signed URL.
pub const MAX_EXPIRY: Duration = Duration::from_secs(60 * 60);

/// A URL that opens one object to everybody who has it, until it expires. Treat it as a password: its debug print shows
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl(String);

impl SignedUrl {
    /// The URL itself, for its one recipient.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Objects {
    /// Signs a GET of an object, through the public endpoint if one is set. Nothing is asked of the store: whether the
    /// object exists shows when the URL is used.
    ///
    /// `expires` is brought into 1 s to [`MAX_EXPIRY`]. Browsers save the object under `file_name`, whatever script it is in,
    /// and never show it in their window. The reply has this `content_type` where it is a picture's, a sound's or a video's,
    /// and says of everything else that it is bytes. All of that is signed: who changes a letter of it gets nothing.
    ///
    /// # Errors
    /// When the client library cannot sign, which does not depend on the store.
    pub async fn signed_url(
        &self,
        key: &str,
        expires: Duration,
        file_name: &str,
        content_type: &str,
    ) -> Result<SignedUrl, ObjectsError> {
        const ACTION: &str = "sign a URL";
        let expires = expires.clamp(Duration::from_secs(1), MAX_EXPIRY);
        let validity = PresigningConfig::expires_in(expires)
            .map_err(|error| ObjectsError::of_code(ACTION, None, error.into()))?;
        let request = self.signer.get_object().bucket(&self.bucket).key(key);
        let signed = request
            .response_content_disposition(attachment(file_name))
            .response_content_type(inert(content_type))
            .presigned(validity)
            .await
            .map_err(|error| ObjectsError::of(ACTION, error))?;
        Ok(SignedUrl(signed.uri().to_owned()))
    }
}

/// A media type that no browser runs: media, save for pictures that may hold scripts.
pub fn inert(content_type: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte);
    let is_media = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| content_type.starts_with(kind));
    match is_media && !content_type.contains("+xml") && content_type.bytes().all(plain) {
        true => content_type,
        false => "application/octet-stream",
    }
}

/// A `Content-Disposition` (RFC 6266) that asks to save under `name`. Names beyond plain ASCII come twice: as well as
/// ASCII can, for old readers, and in full as an extended parameter (RFC 8187).
pub fn attachment(name: &str) -> String {
    let name = tidy(name);
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let mut header = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            match is_attr_char(byte) {
                true => header.push(char::from(byte)),
                false => write!(header, "%{byte:02X}").expect("a string takes everything"),
            }
        }
    }
    header
}

/// Without what would lead into another folder, end the header, or turn the name's extension around on a screen.
fn tidy(name: &str) -> String {
    let is_seen = |c: &char| {
        !c.is_control()
            && !matches!(
                c,
                '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            )
            && !matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
    };
    let tidy: String = name
        .chars()
        .filter(is_seen)
        .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
        .collect();
    match tidy.as_str() {
        "" | "." | ".." => "download".to_owned(),
        _ => tidy,
    }
}

/// May stand in a quoted name: no escapes, and no `%`, which some browsers decode.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

/// `attr-char` of RFC 8187, section 3.2.1.
fn is_attr_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn objects(public: Option<&str>) -> Objects {
        let config = config::Objects {
            endpoint: Some("http://s3.internal:9000".into()),
            region: "us-east-1".into(),
            bucket: "videos".into(),
            access_key: "AKIA".parse().expect("it is not empty"),
            secret_key: "hunter2".parse().expect("it is not empty"),
            path_style: true,
            public_endpoint: public.map(str::to_owned),
        };
        Objects::connect(&config).expect("it only builds a client")
    }

    async fn sign(public: Option<&str>, expires_s: u64, name: &str) -> String {
        let expires = Duration::from_secs(expires_s);
        let signed = objects(public)
            .signed_url("tenants/a/v.mp4", expires, name, "video/mp4")
            .await;
        signed.expect("keys are all it takes").as_str().to_owned()
    }

    #[tokio::test]
    async fn a_url_names_object_expiry_name_and_type() {
        let url = sign(None, 60, "ring.mp4").await;
        assert!(
            url.starts_with("http://s3.internal:9000/videos/tenants/a/v.mp4?"),
            "{url}"
        );
        for part in [
            "X-Amz-Expires=60",
            "X-Amz-Signature=",
            "response-content-type=video%2Fmp4",
            "response-content-disposition=attachment%3B%20filename%3D%22ring.mp4%22",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
        assert!(!url.contains("hunter2"), "{url}");
    }

    #[tokio::test]
    async fn callers_get_the_public_address() {
        let url = sign(Some("https://cdn.example"), 60, "").await;
        assert!(
            url.starts_with("https://cdn.example/videos/tenants/a/v.mp4?"),
            "{url}"
        );
        assert!(
            url.contains("response-content-disposition=attachment"),
            "{url}"
        );
    }

    #[tokio::test]
    async fn no_url_lives_longer_than_an_hour_or_less_than_a_second() {
        for (asked, given) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3599, 3599),
            (3600, 3600),
            (3601, 3600),
        ] {
            let url = sign(None, asked, "a").await;
            assert!(url.contains(&format!("X-Amz-Expires={given}&")), "{url}");
        }
    }

    #[test]
    fn nothing_is_sent_that_a_browser_would_run() {
        for media in ["image/png", "audio/x-w64", "video/vnd.avi", "video/mp4"] {
            assert_eq!(inert(media), media);
        }
        for other in [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/javascript",
            "image/png; charset=x",
            "image/png\r\nX: y",
            "images/png",
            "",
        ] {
            assert_eq!(inert(other), "application/octet-stream", "{other}");
        }
    }

    #[test]
    fn names_come_as_headers_can_carry_them() {
        let cases = [
            ("ring.mp4", r#"attachment; filename="ring.mp4""#),
            ("my ring.mp4", r#"attachment; filename="my ring.mp4""#),
            (
                "a\"b\\c%41.mp4",
                r#"attachment; filename="a_b_c_41.mp4"; filename*=UTF-8''a%22b_c%2541.mp4"#,
            ),
            (
                "кольцо.mp4",
                "attachment; filename=\"______.mp4\"; filename*=UTF-8''%D0%BA%D0%BE%D0%BB%D1%8C%D1%86%D0%BE.mp4",
            ),
            (
                "../../etc/passwd",
                r#"attachment; filename=".._.._etc_passwd""#,
            ),
            (
                "a\r\nSet-Cookie: x",
                r#"attachment; filename="aSet-Cookie: x""#,
            ),
            (
                "ring\u{202e}4pm.exe",
                r#"attachment; filename="ring4pm.exe""#,
            ),
            (
                "a\u{200b}b\u{2028}c\u{feff}.mp4",
                r#"attachment; filename="abc.mp4""#,
            ),
            ("\0", r#"attachment; filename="download""#),
            ("..", r#"attachment; filename="download""#),
            ("", r#"attachment; filename="download""#),
        ];
        for (name, header) in cases {
            assert_eq!(attachment(name), header, "{name:?}");
        }
    }
}
