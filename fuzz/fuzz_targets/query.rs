//! Any query string of a list of jobs, a list of assets or an upload, by the first character: no panic, what is accepted is
//! within the limits and reads back from the link to the next page, and a refusal tells 1 to 50 faults that can be shown.
#![no_main]

use gildhall::api::{Problem, WantedAssets, WantedJobs, WantedUpload, next_page};
use gildhall_fuzz::choice;
use gildhall_proto::limits::MAX_FAULTS;
use libfuzzer_sys::fuzz_target;

/// Where the next page begins.
const CURSOR: &str = "1760000000123456-00000000000000000000000000000007";

/// The query of the link to the next page.
fn next_query(raw: &str) -> String {
    let link = next_page("/list", Some(raw), CURSOR);
    assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
    link.strip_prefix("/list?")
        .expect("a link to the list")
        .to_owned()
}

fn jobs(raw: &str) {
    let wanted = match WantedJobs::parse(Some(raw)) {
        Ok(wanted) => wanted,
        Err(problem) => return assert_told(&problem),
    };
    assert!((1..=100).contains(&wanted.limit));
    let filter = &wanted.filter;
    for time in filter.from.iter().chain(&filter.to) {
        assert!(time.offset().is_utc() && (0..=9999).contains(&time.year()));
    }
    for (name, value) in &filter.metadata {
        assert!(!value.is_object() && !value.is_array());
        let text = value.as_str().unwrap_or_default();
        assert!(!name.contains('\0') && !text.contains('\0'));
    }
    let next = WantedJobs::parse(Some(&next_query(raw))).expect("the same filters");
    assert_eq!(next.filter, wanted.filter);
    assert_eq!(next.limit, wanted.limit);
    assert_eq!(
        next.cursor.map(|cursor| cursor.to_string()).as_deref(),
        Some(CURSOR)
    );
}

fn assets(raw: &str) {
    let wanted = match WantedAssets::parse(Some(raw)) {
        Ok(wanted) => wanted,
        Err(problem) => return assert_told(&problem),
    };
    assert!((1..=100).contains(&wanted.limit));
    let next = WantedAssets::parse(Some(&next_query(raw))).expect("the same filters");
    assert_eq!(
        (next.kind, next.origin, next.limit),
        (wanted.kind, wanted.origin, wanted.limit)
    );
    assert_eq!(
        next.cursor.map(|cursor| cursor.to_string()).as_deref(),
        Some(CURSOR)
    );
}

fn upload(raw: &str) {
    match WantedUpload::parse(Some(raw)) {
        Ok(wanted) => {
            let Some(key) = wanted.key else {
                return;
            };
            // One file, in the folder of its kind.
            let parts: Vec<&str> = key.parts().collect();
            assert_eq!(parts.len(), 2);
            assert_eq!(parts[0], wanted.kind.as_str());
        }
        Err(problem) => assert_told(&problem),
    }
}

fn assert_told(problem: &Problem) {
    let faults = problem.errors();
    assert!((1..=MAX_FAULTS).contains(&faults.len()));
    for fault in faults {
        let name = fault.parameter.as_deref().unwrap_or_default();
        for text in [
            name,
            fault.value.as_str(),
            fault.limit.as_str(),
            fault.detail.as_str(),
        ] {
            assert!(!text.contains(char::is_control), "{text:?}");
        }
    }
}

fuzz_target!(|input: &str| {
    let (call, raw) = choice(input, 3);
    match call {
        0 => jobs(raw),
        1 => assets(raw),
        _ => upload(raw),
    }
});
