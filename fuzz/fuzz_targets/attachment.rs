//! Any text as the name and the type of a file to be fetched: no panic, one ASCII header that names a plain file, and no type
//! that a browser would run.
#![no_main]

use gildhall::objects::{attachment, inert};
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

/// The name that a browser takes from the header: the extended one where there is one.
fn saved_as(header: &str) -> String {
    let quoted = header
        .strip_prefix("attachment; filename=\"")
        .expect("it begins so");
    let (plain, rest) = quoted.split_once('"').expect("it is quoted");
    assert!(!plain.contains(['\\', '%']));
    let Some(extended) = rest.strip_prefix("; filename*=UTF-8''") else {
        assert_eq!(rest, "");
        return plain.to_owned();
    };
    // RFC 8187, section 3.2.1.
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&byte);
    assert!(extended.bytes().all(is_fit));
    let name = percent_decode_str(extended)
        .decode_utf8()
        .expect("it was text before");
    assert_eq!(plain.chars().count(), name.chars().count());
    name.into_owned()
}

fuzz_target!(|text: &str| {
    let header = attachment(text);
    assert!(header.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    assert!(HeaderValue::from_str(&header).is_ok());
    let name = saved_as(&header);
    assert!(!["", ".", ".."].contains(&name.as_str()));
    assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control));
    assert_eq!(attachment(&name), header);

    let media_type = inert(text);
    let is_media = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| media_type.starts_with(kind));
    assert!(is_media && media_type == text || media_type == "application/octet-stream");
    assert!(!media_type.contains("+xml") && HeaderValue::from_str(media_type).is_ok());
});
