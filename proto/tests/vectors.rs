//! The test vectors in `proto/vectors`: one folder per case with the input in both encodings (or the
//! one that can express it) and what must come of it. Other implementations may read them too.
//!
//! The cases are listed here; `GILDHALL_BLESS=1` writes them out. The codes and places of faults are
//! part of the list, so blessing cannot hide a change of what is refused, only of its wording.

#[path = "vectors/accepted.rs"]
mod accepted;
#[path = "vectors/refused.rs"]
mod refused;
#[path = "vectors/refused_bytes.rs"]
mod refused_bytes;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gildhall_proto::{JobSpec, SpecFaults};
use serde_json::{Value, json};

/// One folder of vectors.
struct Case {
    name: &'static str,
    json: Option<Vec<u8>>,
    msgpack: Option<Vec<u8>>,
    /// Field and code of every fault in their order; none if the job is accepted.
    faults: Vec<(&'static str, &'static str)>,
}

impl Case {
    fn folder(&self) -> PathBuf {
        root()
            .join(if self.faults.is_empty() {
                "accepted"
            } else {
                "refused"
            })
            .join(self.name)
    }

    fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let json = self.json.clone().map(|bytes| ("input.json", bytes));
        let msgpack = self.msgpack.clone().map(|bytes| ("input.msgpack", bytes));
        json.into_iter().chain(msgpack).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn cases() -> Vec<Case> {
    let mut cases = accepted::cases();
    cases.extend(refused::cases());
    cases.extend(refused_bytes::cases());
    cases
}

/// A case that both encodings can express; the MessagePack form is made from the JSON text.
fn both(name: &'static str, text: &str, faults: &[(&'static str, &'static str)]) -> Case {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let msgpack = rmp_serde::to_vec_named(&value).expect("JSON fits MessagePack");
    let json = format!("{}\n", text.trim()).into_bytes();
    Case {
        name,
        json: Some(json),
        msgpack: Some(msgpack),
        faults: faults.to_vec(),
    }
}

/// What must come of a document, as it is kept in `expected.json`.
fn outcome(result: &Result<JobSpec, SpecFaults>) -> Value {
    match result {
        Ok(spec) => json!({"outcome": "accepted", "canonical": spec}),
        Err(report) => json!({"outcome": "refused", "faults": report.faults}),
    }
}

fn read(file: &str, bytes: &[u8]) -> Result<JobSpec, SpecFaults> {
    match file {
        "input.json" => JobSpec::from_json(bytes),
        _ => JobSpec::from_msgpack(bytes),
    }
}

fn bless(case: &Case) {
    let folder = case.folder();
    fs::create_dir_all(&folder).expect("the vectors can be written");
    for (file, bytes) in case.files() {
        fs::write(folder.join(file), &bytes).expect("the vectors can be written");
        let expected =
            serde_json::to_string_pretty(&outcome(&read(file, &bytes))).expect("plain JSON");
        fs::write(folder.join("expected.json"), expected + "\n")
            .expect("the vectors can be written");
    }
}

fn check(case: &Case) {
    let folder = case.folder();
    let expected =
        fs::read(folder.join("expected.json")).expect("run the tests once with GILDHALL_BLESS=1");
    let expected: Value = serde_json::from_slice(&expected).expect("plain JSON");
    for (file, bytes) in case.files() {
        let kept = fs::read(folder.join(file)).expect("run the tests once with GILDHALL_BLESS=1");
        assert_eq!(kept, bytes, "{}/{file} differs from the list", case.name);
        let result = read(file, &kept);
        assert_eq!(outcome(&result), expected, "{}/{file}", case.name);
        let found = result.as_ref().err().map(places).unwrap_or_default();
        let listed: Vec<_> = case
            .faults
            .iter()
            .map(|(f, c)| ((*f).to_owned(), (*c).to_owned()))
            .collect();
        assert_eq!(found, listed, "{}/{file}", case.name);
        if let Ok(spec) = result {
            check_round_trip(case.name, &spec, &expected["canonical"]);
        }
    }
}

fn places(report: &SpecFaults) -> Vec<(String, String)> {
    let code =
        |fault: &gildhall_proto::Fault| json!(fault.code).as_str().unwrap_or_default().to_owned();
    report
        .faults
        .iter()
        .map(|fault| (fault.field.clone(), code(fault)))
        .collect()
}

fn check_round_trip(name: &str, spec: &JobSpec, canonical: &Value) {
    assert_eq!(
        JobSpec::from_json(spec.to_json().as_bytes()).as_ref(),
        Ok(spec),
        "{name}"
    );
    assert_eq!(
        JobSpec::from_msgpack(&spec.to_msgpack()).as_ref(),
        Ok(spec),
        "{name}"
    );
    assert_eq!(
        JobSpec::from_json(canonical.to_string().as_bytes()).as_ref(),
        Ok(spec),
        "{name}"
    );
}

/// The folders are those of the list, neither more nor less.
fn check_folders() {
    let listed: BTreeSet<PathBuf> = cases().iter().map(Case::folder).collect();
    assert_eq!(listed.len(), cases().len(), "two cases of one name");
    let kept = ["accepted", "refused"].iter().flat_map(|group| {
        let entries =
            fs::read_dir(root().join(group)).expect("run the tests once with GILDHALL_BLESS=1");
        entries.map(|entry| entry.expect("a readable folder").path())
    });
    let kept: BTreeSet<PathBuf> = kept.collect();
    assert!(
        kept.is_subset(&listed),
        "no longer listed: {:?}",
        kept.difference(&listed)
    );
}

#[test]
fn every_vector_comes_out_as_expected() {
    let blessing = std::env::var_os("GILDHALL_BLESS").is_some();
    for case in cases() {
        if blessing {
            bless(&case);
        }
        check(&case);
    }
    check_folders();
}
