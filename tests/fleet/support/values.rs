//! The values of the chart, as far as tests need them: not YAML in general.

use std::fs;
use std::path::Path;
use std::str::FromStr;

/// `helm/gildhall/values.yaml`: each scalar, and each item of a list, by the keys above it, joined by dots.
pub struct Values(Vec<(String, String)>);

impl Values {
    /// Those of this repository.
    pub fn of_the_chart() -> Values {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("helm/gildhall/values.yaml");
        let text = fs::read_to_string(&path);
        Values::read(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    fn read(text: &str) -> Values {
        let mut above: Vec<(usize, &str)> = Vec::new();
        let mut values = Vec::new();
        for line in text.lines() {
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let indent = line.len() - bare.len();
            above.retain(|(outer, _)| *outer < indent);
            if let Some(item) = bare.strip_prefix("- ") {
                values.push((joined(&above, None), item.to_owned()));
                continue;
            }
            let (key, value) = bare.split_once(':').expect("a key and its value");
            match value.trim() {
                "" => above.push((indent, key)),
                value => values.push((joined(&above, Some(key)), value.to_owned())),
            }
        }
        Values(values)
    }

    /// A number; nothing where it is `null`, which means that it follows from others.
    #[track_caller]
    pub fn number<T: FromStr>(&self, path: &str) -> Option<T> {
        let text = self.items(path).next();
        let text = text.unwrap_or_else(|| panic!("the chart has no {path}"));
        if text == "null" {
            return None;
        }
        let number: Option<T> = text.parse().ok();
        assert!(number.is_some(), "{path} is {text}");
        number
    }

    /// The items of a list.
    pub fn items<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a str> {
        let here = self.0.iter().filter(move |(key, _)| key == path);
        here.map(|(_, value)| value.as_str())
    }
}

fn joined(above: &[(usize, &str)], last: Option<&str>) -> String {
    let keys = above.iter().map(|(_, key)| *key).chain(last);
    keys.collect::<Vec<_>>().join(".")
}

/// A field of an item such as `{type: Pods, value: 8}`.
#[track_caller]
pub fn field<'a>(item: &'a str, name: &str) -> &'a str {
    let inside = item.trim_start_matches('{').trim_end_matches('}');
    let mut fields = inside.split(", ").filter_map(|part| part.split_once(": "));
    let found = fields.find(|(key, _)| *key == name);
    found.unwrap_or_else(|| panic!("no {name} in {item}")).1
}
