//! What the command line asks for.

use crate::Result;
use crate::parts::Part;

/// The help.
pub const USAGE: &str = "\
The fleet under load: what its API accepts, and what it costs to run a job beside the render.

  cargo bench --bench fleet [-- OPTIONS]

  --quick       a fifth of the work, for a first impression
  --only PARTS  these parts, separated by commas: submit, latency, overhead, throughput, sleepers
  --clients N   clients that submit at once in the part submit [default: 64]
  --celery      also measures Celery on the same services, which takes a minute; needs Python 3 with venv and pip,
                and the network the first time
  --json        prints JSON in place of the table

RabbitMQ, PostgreSQL, S3 and clamd are started for it; GILDHALL_TEST_… variables name other ones (see gildhall-devstack).
";

/// Clients that submit at once, unless somebody says otherwise.
const CLIENTS: usize = 64;
/// More sockets than that run into the usual limit of open files.
const MAX_CLIENTS: usize = 400;

/// What to do.
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Measure.
    Measure(Options),
}

/// What to measure, and how.
pub struct Options {
    pub quick: bool,
    pub parts: Vec<Part>,
    pub clients: usize,
    pub celery: bool,
    pub json: bool,
}

/// Reads the arguments after the program's name.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    let mut options = Options {
        quick: false,
        parts: Part::ALL.to_vec(),
        clients: CLIENTS,
        celery: false,
        json: false,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            // Cargo gives this to every benchmark.
            "--bench" => {}
            "--help" | "-h" => return Ok(Command::Help),
            "--quick" => options.quick = true,
            "--celery" => options.celery = true,
            "--json" => options.json = true,
            "--only" => options.parts = parts(&value(&word, &mut words)?)?,
            "--clients" => options.clients = clients(&value(&word, &mut words)?)?,
            other => return Err(format!("unknown argument {other}; --help lists them").into()),
        }
    }
    Ok(Command::Measure(options))
}

fn value(flag: &str, words: &mut impl Iterator<Item = String>) -> Result<String> {
    let value = words
        .next()
        .ok_or_else(|| format!("{flag} wants a value"))?;
    Ok(value)
}

fn parts(names: &str) -> Result<Vec<Part>> {
    let part = |name: &str| -> Result<Part> {
        let known = Part::ALL.into_iter().find(|part| part.name() == name);
        Ok(known.ok_or_else(|| format!("there is no part {name}; --help lists them"))?)
    };
    names.split(',').map(part).collect()
}

fn clients(text: &str) -> Result<usize> {
    let count = text.parse::<usize>().ok();
    let count = count.filter(|count| (1..=MAX_CLIENTS).contains(count));
    Ok(count.ok_or_else(|| format!("--clients wants a number from 1 to {MAX_CLIENTS}"))?)
}
