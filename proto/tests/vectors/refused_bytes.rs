//! Documents that are refused and that only one encoding can express.

use super::Case;

pub fn cases() -> Vec<Case> {
    let json = JSON.iter().map(|(name, bytes, faults)| Case {
        name,
        json: Some(bytes.to_vec()),
        msgpack: None,
        faults: faults.to_vec(),
    });
    let msgpack = MSGPACK.iter().map(|(name, bytes, faults)| Case {
        name,
        json: None,
        msgpack: Some(bytes.to_vec()),
        faults: faults.to_vec(),
    });
    json.chain(msgpack).collect()
}

/// A case: its name, the bytes, and field and code of every fault.
type Refused = (
    &'static str,
    &'static [u8],
    &'static [(&'static str, &'static str)],
);

const JSON: &[Refused] = &[
    ("json-empty", b"", &[("", "syntax")]),
    ("json-cut-off", b"{\"images\": [\"a.jpg\"", &[("", "syntax")]),
    ("json-trailing-comma", b"{\n  \"images\": [\"a.jpg\",]\n}\n", &[("", "syntax")]),
    ("json-comment", b"{\"images\": [\"a.jpg\"]} // a job\n", &[("", "syntax")]),
    ("json-two-documents", b"{\"images\": [\"a\"]}{\"images\": [\"b\"]}", &[("", "syntax")]),
    ("json-nan", b"{\"images\": [\"a.jpg\"], \"duration_s\": NaN}", &[("", "syntax")]),
    ("json-number-too-large", b"{\"images\": [\"a.jpg\"], \"duration_s\": 1e999}", &[("", "syntax")]),
    ("json-lone-surrogate", b"{\"images\": [\"\\ud800\"]}", &[("", "syntax")]),
    ("json-not-utf-8", b"{\"images\": [\"\xFF.jpg\"]}", &[("", "syntax")]),
    (
        "json-fields-twice",
        b"{\"images\": [\"a.jpg\"], \"priority\": 1, \"priority\": 9, \"metadata\": {\"a\": 1, \"a\": 1}}",
        &[("/priority", "duplicate_field"), ("/metadata/a", "duplicate_field")],
    ),
];

// 0x8n: map of n fields; 0x9n: list of n; 0xAn: text of n bytes; 0xC4 n: binary; 0xCB: 64-bit float.
const MSGPACK: &[Refused] = &[
    ("msgpack-empty", b"", &[("", "syntax")]),
    ("msgpack-cut-off", b"\x81\xA6images\x91\xA5a.jp", &[("", "syntax")]),
    ("msgpack-more-follows", b"\x81\xA6images\x91\xA1a\xC0", &[("", "syntax")]),
    ("msgpack-reserved-byte", b"\xC1", &[("", "syntax")]),
    (
        "msgpack-too-deep",
        &[0x91; 200],
        &[("", "too_deep")],
    ),
    ("msgpack-huge-length", b"\xDF\xFF\xFF\xFF\xFF", &[("", "syntax")]),
    ("msgpack-extension", b"\x82\xA6images\x91\xA1a\xA5audio\xD4\x01\x00", &[("", "syntax")]),
    ("msgpack-unnamed-fields", b"\x92\x01\x91\xA5a.jpg", &[("", "wrong_type")]),
    (
        "msgpack-nan-and-infinity",
        b"\x83\xA6images\x91\xA1a\xAAduration_s\xCB\x7F\xF8\0\0\0\0\0\0\xA8priority\xCB\x7F\xF0\0\0\0\0\0\0",
        &[("/duration_s", "not_finite"), ("/priority", "not_finite")],
    ),
    ("msgpack-binary", b"\x81\xA6images\x92\xC4\x05a.jpg\xA1b", &[("/images/0", "not_text")]),
    ("msgpack-not-utf-8", b"\x81\xA6images\x91\xA2\xFF\xFE", &[("/images/0", "not_text")]),
    ("msgpack-names-not-text", b"\x82\xA6images\x91\xA1a\x01\xA1b", &[("", "not_text")]),
    (
        "msgpack-field-twice",
        b"\x83\xA6images\x91\xA1a\xA8priority\x01\xA8priority\x09",
        &[("/priority", "duplicate_field")],
    ),
];
