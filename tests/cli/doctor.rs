//! `gildhall doctor`.

use crate::support::{Folder, assert_code, json_of, text};
use serde_json::{Value, json};

#[test]
fn doctor_tells_what_there_is() {
    let folder = Folder::new("doctor");
    let output = folder.run(&["doctor", "--json"]);
    assert_code(&output, 0);
    let findings = json_of(&output);
    let encoders = findings["encoders"].as_array().expect("a list");
    let x264 = encoders.iter().find(|encoder| encoder["name"] == "x264");
    assert_eq!(x264.expect("x264 is listed")["fault"], Value::Null);
    for name in ["nvenc", "vaapi", "qsv"] {
        assert!(
            encoders.iter().any(|encoder| encoder["name"] == name),
            "{name}"
        );
    }
    assert_eq!(
        findings["audio_encoder"],
        json!({"name": "aac", "fault": null})
    );
    assert!(
        findings["ffmpeg"]
            .as_array()
            .is_some_and(|list| list.len() == 5)
    );
    assert!(
        findings["fonts"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    );
    assert!(findings["threads"].as_u64() >= Some(1));
    assert!(findings["sandbox"]["whole"].is_boolean(), "{findings}");
    let for_people = folder.run(&["doctor"]);
    assert_code(&for_people, 0);
    let said = text(&for_people.stdout);
    assert!(said.contains("\nready to render"), "{said}");
    assert!(said.contains("encoder   aac      usable"), "{said}");
    assert!(said.contains("\nsandbox   "), "{said}");
}
