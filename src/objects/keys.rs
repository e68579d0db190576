//! Where things lie in the bucket.

use gildhall_proto::{AssetKey, JobId, TenantId};

/// Makes object keys. All of a tenant's bytes lie below `tenants/{tenant}/`, and nothing that a caller says can lead out
/// of there: a tenant's name has no `/`, and an asset key has no `..`.
///
/// The longest key has fewer than the 1024 bytes that S3 allows: a tenant's name has 63 at most, an asset key 512.
#[derive(Clone, Copy, Debug)]
pub struct TenantKeys;

impl TenantKeys {
    /// An asset that a job may name.
    pub fn input(tenant: &TenantId, asset: &AssetKey) -> String {
        format!("tenants/{tenant}/video-assets/{asset}")
    }

    /// What one attempt made of a job. The fencing number keeps attempts apart, so that a worker that lost its lease
    /// overwrites nothing. `name` is a plain file name, chosen by us.
    pub fn output(tenant: &TenantId, job: JobId, fence: i64, name: &str) -> String {
        format!("{}{fence}/{name}", Self::outputs(tenant, job))
    }

    /// What the keys of all attempts of a job begin with.
    pub fn outputs(tenant: &TenantId, job: JobId) -> String {
        format!("tenants/{tenant}/videos/{job}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::limits::MAX_KEY_BYTES;

    const JOB: &str = "01993ac0-5a1e-7c6b-9d7e-4f1c2b3a4d5e";

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a good name")
    }

    fn job() -> JobId {
        JOB.parse().expect("a UUID")
    }

    #[test]
    fn keys_are_as_documented() {
        let ring = AssetKey::parse("products/ring.jpg").expect("a good key");
        assert_eq!(
            TenantKeys::input(&tenant("acme"), &ring),
            "tenants/acme/video-assets/products/ring.jpg"
        );
        assert_eq!(
            TenantKeys::output(&tenant("acme"), job(), 7, "video.mp4"),
            format!("tenants/acme/videos/{JOB}/7/video.mp4")
        );
    }

    #[test]
    fn an_attempt_has_no_key_of_another() {
        let key = |fence| TenantKeys::output(&tenant("acme"), job(), fence, "video.mp4");
        assert_ne!(key(1), key(2));
        assert!(key(12).starts_with(&TenantKeys::outputs(&tenant("acme"), job())));
        assert!(!key(12).starts_with(&TenantKeys::outputs(&tenant("acme-2"), job())));
    }

    #[test]
    fn the_longest_key_fits() {
        let parts = vec!["x".repeat(100); MAX_KEY_BYTES / 101 + 1].join("/");
        let longest = AssetKey::parse(&parts[..MAX_KEY_BYTES]).expect("as long as a key may be");
        assert!(TenantKeys::input(&tenant(&"t".repeat(63)), &longest).len() <= 1024);
    }
}
