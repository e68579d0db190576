//! A Prometheus of a test's own, which scrapes the fleet and evaluates the rules that operators get.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::ports::free_address;
use super::{Client, until};

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const VARIABLE: &str = "GILDHALL_TEST_PROMETHEUS";

/// It ends with this value; if the test is failing by then, its log is printed.
pub struct Prometheus {
    child: Child,
    client: Client,
    folder: TempDir,
}

/// The answer to a query.
#[derive(Debug, Clone)]
pub struct Series {
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Prometheus {
    /// Starts one that looks at these targets, and at all rules, every second. Alerts fire after a second instead of minutes.
    pub fn start(targets: &[(&str, SocketAddr)]) -> Prometheus {
        let folder = TempDir::new().expect("a folder");
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, settings(folder.path(), targets)).expect("room");
        let address = free_address();
        let log = File::create(folder.path().join("log")).expect("room");
        let child = Command::new(program())
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program was found");
        let prometheus = Prometheus {
            child,
            client: Client::new(&format!("http://{address}")),
            folder,
        };
        until("Prometheus is ready", STARTS_WITHIN, || {
            let answer = prometheus.client.try_get("/-/ready", &[]).ok()?;
            (answer.status == 200).then_some(())
        });
        prometheus
    }

    /// What its API says at this path.
    #[track_caller]
    pub fn ask(&self, path: &str) -> Value {
        let answer = self.client.get(path).json();
        assert_eq!(answer["status"], "success", "{path}: {answer}");
        answer["data"].clone()
    }

    /// The series that a query gives at this moment.
    #[track_caller]
    pub fn query(&self, query: &str) -> Vec<Series> {
        let encoded: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let data = self.ask(&format!("/api/v1/query?query={encoded}"));
        let series = data["result"].as_array().expect("a vector");
        series.iter().map(read).collect()
    }
}

#[track_caller]
fn read(series: &Value) -> Series {
    let labels = series["metric"].as_object().expect("labels");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    Series {
        labels: labels
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        value: text(&series["value"][1]).parse().expect("a number"),
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It fails where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            eprintln!("--- the log of Prometheus\n{log}");
        }
    }
}

/// The program: where the variable says, on the PATH, or where `tools/prometheus.sh` unpacks it.
fn program() -> PathBuf {
    let named = env::var_os(VARIABLE).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let own = env::current_exe().expect("this program has a path");
    let unpacked = own
        .ancestors()
        .map(|folder| folder.join("tools/prometheus/usr/bin"));
    let folders = named.into_iter().chain(env::split_paths(&path));
    folders
        .chain(unpacked)
        .map(|folder| folder.join("prometheus"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!("no Prometheus: set {VARIABLE} to what tools/prometheus.sh prints")
        })
}

fn settings(folder: &Path, targets: &[(&str, SocketAddr)]) -> String {
    let rules = folder.join("rules");
    fs::create_dir(&rules).expect("room");
    for (name, text) in rule_files() {
        fs::write(rules.join(name), hurried(&text)).expect("room");
    }
    let jobs: String = targets
        .iter()
        .map(|(job, address)| {
            format!("  - {{job_name: {job}, static_configs: [{{targets: [\"{address}\"]}}]}}\n")
        })
        .collect();
    format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
         rule_files: [\"{}/*.yaml\"]\n\
         scrape_configs:\n{jobs}",
        rules.display()
    )
}

fn rule_files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("helm/gildhall/files/rules");
    let entries = fs::read_dir(folder).expect("it is part of the repository");
    let files = entries.map(|entry| {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().into_string().expect("plain names");
        (name, fs::read_to_string(entry.path()).expect("text"))
    });
    files.collect()
}

/// The rules without their patience.
fn hurried(rules: &str) -> String {
    let line = |line: &str| match line.trim_start() {
        patience if patience.starts_with("interval: ") => String::new(),
        patience if patience.starts_with("for: ") => {
            let indent = &line[..line.len() - patience.len()];
            format!("{indent}for: 1s\n")
        }
        _ => format!("{line}\n"),
    };
    rules.lines().map(line).collect()
}
