//! Numbers as Prometheus fetches them (text format, version 0.0.4).

use std::collections::{BTreeMap, BTreeSet};

use super::Client;

/// One line with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// What a process shows.
#[derive(Debug, Clone, Default)]
pub struct Exposition {
    /// Each metric with its kind.
    pub kinds: BTreeMap<String, String>,
    /// Those that say what they are.
    pub helped: BTreeSet<String>,
    pub samples: Vec<Sample>,
    /// As it came.
    pub text: String,
}

impl Exposition {
    /// Fetches it.
    #[track_caller]
    pub fn of(client: &Client) -> Exposition {
        let answer = client.get("/metrics");
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with("text/plain"));
        Exposition::read(String::from_utf8(answer.body).expect("it is text"))
    }

    #[track_caller]
    fn read(text: String) -> Exposition {
        let mut read = Exposition::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some("#"), Some("TYPE"), Some(name)) => {
                    let kind = words.next().expect("a metric has a kind").to_owned();
                    let before = read.kinds.insert(name.to_owned(), kind);
                    assert_eq!(before, None, "{name} is told twice");
                }
                (Some("#"), Some("HELP"), Some(name)) => {
                    read.helped.insert(name.to_owned());
                }
                _ => read.samples.push(sample(line)),
            }
        }
        read.text = text;
        read
    }

    /// The sum of all lines of this name with these labels; nothing where there is none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |sample: &&Sample| {
            let has = |(label, value): &(&str, &str)| {
                sample.labels.get(*label).map(String::as_str) == Some(*value)
            };
            sample.name == name && labels.iter().all(has)
        };
        let fitting = self.samples.iter().filter(fits);
        fitting.map(|sample| sample.value).reduce(|a, b| a + b)
    }

    /// The values that a label has on lines of this name.
    pub fn values(&self, name: &str, label: &str) -> BTreeSet<&str> {
        let lines = self.samples.iter().filter(|sample| sample.name == name);
        lines
            .filter_map(|sample| sample.labels.get(label))
            .map(String::as_str)
            .collect()
    }
}

#[track_caller]
fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a name and a value");
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').expect("a closed list of labels");
    Sample {
        name: name.to_owned(),
        labels: pairs(labels),
        value: value.parse().expect("a number"),
    }
}

/// `name="value"`, separated by commas; a backslash keeps the next character from ending the value.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut rest = text;
    while let Some((name, quoted)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        let end = loop {
            match letters.next() {
                Some((_, '\\')) => value.extend(letters.next().map(|(_, letter)| letter)),
                Some((at, '"')) => break at + 1,
                Some((_, letter)) => value.push(letter),
                None => break quoted.len(),
            }
        };
        pairs.insert(name.trim_start_matches(',').to_owned(), value);
        rest = &quoted[end..];
    }
    pairs
}
