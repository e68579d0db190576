//! Addresses within the API.

use gildhall_proto::JobId;
use uuid::Uuid;

/// Where jobs are submitted.
pub const PROCESS: &str = "/api/v1/video/process";
/// All jobs of a tenant.
pub const JOBS: &str = "/api/v1/video/jobs";
/// All assets of a tenant.
pub const ASSETS: &str = "/api/v1/video/assets";

/// One job.
pub fn job(id: JobId) -> String {
    format!("{JOBS}/{id}")
}

/// The events of one job.
pub fn job_events(id: JobId) -> String {
    format!("{JOBS}/{id}/events")
}

/// Stops a job.
pub fn job_cancel(id: JobId) -> String {
    format!("{JOBS}/{id}/cancel")
}

/// Runs a job again.
pub fn job_replay(id: JobId) -> String {
    format!("{JOBS}/{id}/replay")
}

/// One asset.
pub fn asset(id: Uuid) -> String {
    format!("{ASSETS}/{id}")
}

/// One file of an asset: a rendition by its name.
pub fn rendition(id: Uuid, name: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("rendition", name)
        .finish();
    format!("{ASSETS}/{id}?{query}")
}

/// The link to the page at `cursor`: the query of this page with the cursor exchanged.
pub fn next_page(path: &str, raw: Option<&str>, cursor: &str) -> String {
    let pairs = form_urlencoded::parse(raw.unwrap_or("").as_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.filter(|(name, _)| name != "cursor"))
        .append_pair("cursor", cursor)
        .finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_parameter() {
        let link = rendition(Uuid::nil(), "a&b=c d");
        assert!(link.ends_with("?rendition=a%26b%3Dc+d"), "{link}");
    }

    #[test]
    fn the_next_page_keeps_the_filters() {
        let next = next_page("/jobs", Some("status=a&cursor=old&metadata.x+y=%26"), "new");
        assert_eq!(next, "/jobs?status=a&metadata.x+y=%26&cursor=new");
    }
}
