//! AWS Signature Version 4 for requests without query and body, after AWS's document "Create a signed AWS API request".

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::fresh::S3Settings;
use crate::secret::hex;

const SIGNED: &str = "host;x-amz-content-sha256;x-amz-date";

/// The headers to add to `method path` sent to `host` at the time `now` (UTC).
pub(super) fn headers(
    settings: &S3Settings,
    host: &str,
    method: &str,
    path: &str,
    now: OffsetDateTime,
) -> [(&'static str, String); 3] {
    let (date, time) = stamps(now);
    let body = hex(&Sha256::digest(b""));
    let canonical = format!(
        "{method}\n{path}\n\nhost:{host}\nx-amz-content-sha256:{body}\nx-amz-date:{time}\n\n{SIGNED}\n{body}"
    );
    let scope = format!("{date}/{}/s3/aws4_request", settings.region);
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashed}");
    let key = signing_key(&settings.secret_key, &date, &settings.region, "s3");
    let signature = hex(&mac(&key, &to_sign));
    let credential = format!("{}/{scope}", settings.access_key);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={SIGNED}, Signature={signature}"
    );
    [
        ("authorization", authorization),
        ("x-amz-content-sha256", body),
        ("x-amz-date", time),
    ]
}

/// The day, and the second, in ISO 8601's short form.
fn stamps(now: OffsetDateTime) -> (String, String) {
    let date = format!(
        "{:04}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day()
    );
    let time = format!(
        "{date}T{:02}{:02}{:02}Z",
        now.hour(),
        now.minute(),
        now.second()
    );
    (date, time)
}

fn signing_key(secret: &str, date: &str, region: &str, service: &str) -> Vec<u8> {
    let day = mac(format!("AWS4{secret}").as_bytes(), date);
    mac(&mac(&mac(&day, region), service), "aws4_request")
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's document on deriving the key.
    #[test]
    fn the_key_is_derived_as_documented() {
        let key = signing_key(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830",
            "us-east-1",
            "iam",
        );
        assert_eq!(
            hex(&key),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn stamps_keep_their_leading_zeros() {
        let early = OffsetDateTime::from_unix_timestamp(1_704_164_645).expect("2024 is in range");
        assert_eq!(
            stamps(early),
            ("20240102".to_owned(), "20240102T030405Z".to_owned())
        );
    }
}
