//! Where things lie in the bucket.

use gildhall_proto::{AssetKey, JobId, TenantId};
use uuid::Uuid;

/// Makes object keys. All of a tenant's bytes lie below `tenants/{tenant}/`, and nothing that a caller says can lead out
/// of there: a tenant's name has no `/`, and an asset key has no `..`. What was not scanned yet lies apart, below
/// `quarantine/`, where neither workers nor signed URLs have any business.
///
/// The longest key has fewer than the 1024 bytes that S3 allows: a tenant's name has 63 at most, an asset key 512.
#[derive(Clone, Copy, Debug)]
pub struct TenantKeys;

impl TenantKeys {
    /// An upload that jobs may name. Its id keeps it apart from every other one that has the same name, before or after:
    /// whoever stores or removes it late does so to nobody else.
    pub fn input(tenant: &TenantId, id: Uuid, asset: &AssetKey) -> String {
        let root = format!("tenants/{tenant}/video-assets");
        match asset.as_str().rsplit_once('/') {
            Some((folder, name)) => format!("{root}/{folder}/{id}/{name}"),
            None => format!("{root}/{id}/{asset}"),
        }
    }

    /// An upload that waits to be scanned.
    pub fn quarantine(tenant: &TenantId, id: Uuid) -> String {
        format!("quarantine/{tenant}/{id}")
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

    /// What the keys of all of a tenant's videos begin with.
    pub fn videos(tenant: &TenantId) -> String {
        format!("tenants/{tenant}/videos/")
    }

    /// What the keys of all of a tenant's uploads begin with that wait to be scanned.
    pub fn quarantined(tenant: &TenantId) -> String {
        format!("quarantine/{tenant}/")
    }

    /// The job that stored an object among its tenant's videos, by its key; nothing where the key is no attempt's.
    pub fn job_of(tenant: &TenantId, key: &str) -> Option<JobId> {
        let rest = key.strip_prefix(&Self::videos(tenant))?;
        let mut parts = rest.split('/');
        let (job, fence, name) = (parts.next()?, parts.next()?, parts.next()?);
        let is_attempt = !fence.is_empty() && fence.bytes().all(|byte| byte.is_ascii_digit());
        match is_attempt && !name.is_empty() {
            true => job.parse().ok(),
            false => None,
        }
    }

    /// The upload that an object in its tenant's quarantine is of.
    pub fn upload_of(tenant: &TenantId, key: &str) -> Option<Uuid> {
        key.strip_prefix(&Self::quarantined(tenant))?.parse().ok()
    }

    /// Whether an object lies in a tenant's own folder. The ledger says where things lie; whoever hands one out asks this
    /// as well.
    pub fn are_of(tenant: &TenantId, key: &str) -> bool {
        let rest = key.strip_prefix("tenants/");
        let rest = rest.and_then(|rest| rest.strip_prefix(tenant.as_str()));
        rest.is_some_and(|rest| rest.starts_with('/') && !rest.split('/').any(|part| part == ".."))
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
            TenantKeys::input(&tenant("acme"), job().uuid(), &ring),
            format!("tenants/acme/video-assets/products/{JOB}/ring.jpg")
        );
        let bare = AssetKey::parse("ring.jpg").expect("a good key");
        assert_eq!(
            TenantKeys::input(&tenant("acme"), job().uuid(), &bare),
            format!("tenants/acme/video-assets/{JOB}/ring.jpg")
        );
        assert_eq!(
            TenantKeys::quarantine(&tenant("acme"), job().uuid()),
            format!("quarantine/acme/{JOB}")
        );
        assert_eq!(
            TenantKeys::output(&tenant("acme"), job(), 7, "video.mp4"),
            format!("tenants/acme/videos/{JOB}/7/video.mp4")
        );
    }

    #[test]
    fn keys_tell_whose_they_are() {
        let acme = tenant("acme");
        let video = TenantKeys::output(&acme, job(), 7, "video.mp4");
        assert_eq!(TenantKeys::job_of(&acme, &video), Some(job()));
        assert_eq!(TenantKeys::job_of(&tenant("acme-2"), &video), None);
        let waiting = TenantKeys::quarantine(&acme, job().uuid());
        assert_eq!(TenantKeys::upload_of(&acme, &waiting), Some(job().uuid()));
        assert_eq!(TenantKeys::upload_of(&acme, &video), None);
        for odd in ["7", "7/", "x/video.mp4", "/video.mp4"] {
            let key = format!("tenants/acme/videos/{JOB}/{odd}");
            assert_eq!(TenantKeys::job_of(&acme, &key), None, "{key}");
        }
        let odd = "tenants/acme/videos/other/7/video.mp4";
        assert_eq!(TenantKeys::job_of(&acme, odd), None);
    }

    #[test]
    fn an_attempt_has_no_key_of_another() {
        let key = |fence| TenantKeys::output(&tenant("acme"), job(), fence, "video.mp4");
        assert_ne!(key(1), key(2));
        assert!(key(12).starts_with(&TenantKeys::outputs(&tenant("acme"), job())));
        assert!(!key(12).starts_with(&TenantKeys::outputs(&tenant("acme-2"), job())));
    }

    /// One name may be the beginning of another, with what may follow it in a name or in a path.
    #[test]
    fn no_tenant_has_a_key_below_anothers_folder() {
        let names = ["a", "a-b", "a-b-c", "ab", "b", "a0", "tenants", "videos"].map(tenant);
        let asset = AssetKey::parse("products/ring.jpg").expect("a good key");
        for owner in &names {
            let keys = [
                TenantKeys::input(owner, job().uuid(), &asset),
                TenantKeys::output(owner, job(), 7, "video.mp4"),
                TenantKeys::outputs(owner, job()),
            ];
            let quarantined = TenantKeys::quarantine(owner, job().uuid());
            for other in &names {
                let is_own = owner == other;
                for key in &keys {
                    assert_eq!(TenantKeys::are_of(other, key), is_own, "{other} {key}");
                    let outputs = TenantKeys::outputs(other, job());
                    assert!(is_own || !key.starts_with(&outputs), "{other} {key}");
                }
                let quarantine = format!("quarantine/{other}/");
                assert_eq!(quarantined.starts_with(&quarantine), is_own);
            }
            assert!(!TenantKeys::are_of(owner, &quarantined));
        }
    }

    #[test]
    fn what_climbs_out_of_a_folder_is_not_in_it() {
        let acme = tenant("acme");
        for key in [
            "",
            "tenants/acme",
            "tenants/acme-2/videos/x",
            "tenants/acme/../zenith/videos/x",
            "tenants/zenith/acme/x",
            "quarantine/acme/x",
            "/tenants/acme/x",
        ] {
            assert!(!TenantKeys::are_of(&acme, key), "{key}");
        }
        assert!(TenantKeys::are_of(&acme, "tenants/acme/videos/x"));
    }

    #[test]
    fn the_longest_key_fits() {
        let parts = vec!["x".repeat(100); MAX_KEY_BYTES / 101 + 1].join("/");
        let longest = AssetKey::parse(&parts[..MAX_KEY_BYTES]).expect("as long as a key may be");
        let key = TenantKeys::input(&tenant(&"t".repeat(63)), job().uuid(), &longest);
        assert!(key.len() <= 1024);
    }
}
