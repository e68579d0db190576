//! The object store.

use super::Secret;
use super::endpoint::endpoint;

/// Where assets and videos lie: Amazon S3 or a server that speaks its protocol.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Object storage")]
pub struct Objects {
    /// The S3 server, as http://host:port or https://host:port [default: Amazon's, by the region].
    #[arg(
        id = "s3_endpoint",
        long = "s3-endpoint",
        env = "GILDHALL_S3_ENDPOINT",
        value_name = "URL",
        value_parser = endpoint
    )]
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    #[arg(
        id = "s3_region",
        long = "s3-region",
        env = "GILDHALL_S3_REGION",
        value_name = "REGION",
        default_value = "us-east-1",
        value_parser = region
    )]
    pub region: String,
    /// The bucket, which has to be there already.
    #[arg(
        id = "s3_bucket",
        long = "s3-bucket",
        env = "GILDHALL_S3_BUCKET",
        value_name = "NAME",
        value_parser = bucket
    )]
    pub bucket: String,
    /// The access key's id. Keys are not looked for anywhere else: no profile, no instance role.
    #[arg(
        id = "s3_access_key",
        long = "s3-access-key",
        env = "GILDHALL_S3_ACCESS_KEY",
        value_name = "ID",
        hide_env_values = true
    )]
    pub access_key: Secret,
    /// The access key's secret. Prefer the variable to the flag: a command line can be read by every user of the
    /// machine.
    #[arg(
        id = "s3_secret_key",
        long = "s3-secret-key",
        env = "GILDHALL_S3_SECRET_KEY",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub secret_key: Secret,
    /// Whether the bucket stands in the path (true; what most servers other than Amazon's want) or in the host name.
    #[arg(
        id = "s3_path_style",
        long = "s3-path-style",
        env = "GILDHALL_S3_PATH_STYLE",
        value_name = "BOOL",
        default_value_t = true,
        action = clap::ArgAction::Set
    )]
    pub path_style: bool,
    /// The S3 server as callers reach it, put into signed URLs [default: the endpoint].
    #[arg(
        id = "s3_public_endpoint",
        long = "s3-public-endpoint",
        env = "GILDHALL_S3_PUBLIC_ENDPOINT",
        value_name = "URL",
        value_parser = endpoint
    )]
    pub public_endpoint: Option<String>,
}

/// Amazon's rules for names of buckets, less the rare ones: 3 to 63 small letters, digits, `.` and `-`, with a letter
/// or digit at both ends.
pub fn bucket(text: &str) -> Result<String, String> {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    let good = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|&c| inner(c) || c == b'.' || c == b'-')
        && ends.is_some_and(|(&first, &last)| inner(first) && inner(last));
    match good {
        true => Ok(text.to_owned()),
        false => {
            Err("must be 3 to 63 of a-z, 0-9, . and -, with a letter or digit at both ends".into())
        }
    }
}

/// A region is part of what is signed and of Amazon's host names: 1 to 63 small letters, digits and `-`.
pub fn region(text: &str) -> Result<String, String> {
    let good = (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    match good {
        true => Ok(text.to_owned()),
        false => Err("must be 1 to 63 of a-z, 0-9 and -".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, parse};

    const KEYS: [&str; 4] = ["--s3-access-key", "AKIA", "--s3-secret-key", "hunter2"];

    fn with(more: &[&'static str]) -> Vec<&'static str> {
        [&KEYS[..], more].concat()
    }

    #[test]
    fn bucket_and_keys_are_needed_and_secrets_not_printed() {
        assert!(!accepts::<Objects>(&KEYS));
        assert!(!accepts::<Objects>(&["--s3-bucket", "videos"]));
        let objects: Objects =
            parse(&with(&["--s3-bucket", "videos"])).expect("nothing is missing");
        assert_eq!(
            (objects.region.as_str(), objects.path_style),
            ("us-east-1", true)
        );
        assert_eq!(
            (objects.endpoint.as_ref(), objects.public_endpoint.as_ref()),
            (None, None)
        );
        let debug = format!("{objects:?}");
        assert!(
            !debug.contains("hunter2") && !debug.contains("AKIA"),
            "{debug}"
        );
    }

    #[test]
    fn path_style_can_be_turned_off() {
        let args = with(&["--s3-bucket", "videos", "--s3-path-style", "false"]);
        assert!(
            !parse::<Objects>(&args)
                .expect("false is a value")
                .path_style
        );
    }

    #[test]
    fn names_of_buckets_have_limits() {
        assert!(bucket("abc").is_ok());
        assert!(bucket(&"a".repeat(63)).is_ok());
        for bad in ["", "ab", "-abc", "abc.", "Abc", "a/b", &"a".repeat(64)] {
            assert!(bucket(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn regions_have_limits() {
        assert!(region("eu-central-1").is_ok());
        assert!(region(&"a".repeat(63)).is_ok());
        for bad in ["", "eu central", "EU", &"a".repeat(64)] {
            assert!(region(bad).is_err(), "{bad}");
        }
    }
}
