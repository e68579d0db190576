//! The printed comparison.

use crate::child::{Round, Run};
use crate::folder::Folder;
use std::fs;
use std::thread;

const MIB: f64 = (1 << 20) as f64;
const MB: f64 = 1e6;

const METHOD: &str = "\
bare encoder: a process that reads the job's finished frames (raw 4:2:0, in the page cache) into one reused buffer,
  hands them to the render's own libx264 encoder (same preset, CRF and threads), encodes the same edited music,
  ready as samples, to AAC once in a second thread (same settings), and writes both as MP4. It decodes, masters,
  checks and composes nothing, and takes no stills.
Gildhall: the whole render in a process of its own, poster and thumbnails included.
Wall and CPU time are a whole process's, from its start to its end. Rows are medians, ratios medians of paired runs.
";

/// Everything measured.
pub struct Results {
    pub rounds: Vec<Round>,
    pub long: Option<Run>,
    pub analysis_s: f64,
}

/// Says what is compared, where.
pub fn print_introduction(folder: &Folder) {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim())
    });
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let model = model.unwrap_or("unknown CPU");
    println!("machine: {model}, {threads} threads");
    println!("inputs: {}\n{METHOD}", folder.path().display());
}

/// Prints the table, the stages and the targets.
pub fn print_results(results: &Results) {
    let rounds = &results.rounds;
    println!(
        "\n{:<32} {:>8} {:>8} {:>9}",
        "", "wall s", "CPU s", "peak MiB"
    );
    print_row("bare encoder", rounds, |round| &round.bare);
    print_row("  of it, reading the frames", rounds, |round| &round.read);
    print_row("Gildhall", rounds, |round| &round.render);
    print_row("Gildhall without its encoder", rounds, |round| {
        &round.compose
    });
    print_stages(rounds);
    println!();
    print_ratios(rounds);
    print_other_targets(results);
    println!("zoom and cuts: `make test`; beats: `cargo bench --bench beat_eval`");
}

fn print_row(title: &str, rounds: &[Round], run: impl Fn(&Round) -> &Run) {
    println!(
        "{title:<32} {:>8.2} {:>8.2} {:>9.0}",
        median_of(rounds, |round| run(round).wall_s),
        median_of(rounds, |round| run(round).cpu_s),
        median_of(rounds, |round| run(round).facts.peak_bytes as f64 / MIB),
    );
}

/// The stages of the last render; they run side by side.
fn print_stages(rounds: &[Round]) {
    let Some(last) = rounds.last() else {
        return;
    };
    println!(
        "\nbusy in the last render, {} frames:",
        last.render.facts.frames
    );
    for (stage, ms) in &last.render.facts.timings {
        println!("  {:<14} {ms:>7} ms", stage.trim_end_matches("_ms"));
    }
}

fn print_ratios(rounds: &[Round]) {
    let wall = |round: &Round| round.render.wall_s / round.bare.wall_s;
    let cpu = |round: &Round| round.render.cpu_s / round.bare.cpu_s;
    let strict = |round: &Round| round.render.cpu_s / (round.bare.cpu_s - round.read.cpu_s);
    print_target("wall ÷ bare", median_of(rounds, wall), Target::AtMost(1.15));
    print_target("CPU ÷ bare", median_of(rounds, cpu), Target::AtMost(1.20));
    print_target(
        "CPU ÷ bare, its reading left out",
        median_of(rounds, strict),
        Target::AtMost(1.20),
    );
}

fn print_other_targets(results: &Results) {
    let rounds = &results.rounds;
    // Busy time is wall time of the compositor's thread: being pushed off its core by other stages counts against it.
    let compositor = |round: &Round| {
        let facts = &round.compose.facts;
        let busy_ms = facts.timings.get("compose_ms");
        f64::from(facts.frames) * 1e3 / busy_ms.map_or(f64::NAN, |&ms| ms as f64)
    };
    let pipeline = |round: &Round| f64::from(round.compose.facts.frames) / round.compose.wall_s;
    let peak_mb = |run: &Run| run.facts.peak_bytes as f64 / MB;
    print_target(
        "compositor alone, fps on one core",
        median_of(rounds, compositor),
        Target::AtLeast(400.0),
    );
    println!(
        "{:<38} {:>8.2}",
        "all but the encoder, fps",
        median_of(rounds, pipeline)
    );
    let peak_30s_mb = median_of(rounds, |round| peak_mb(&round.render));
    print_target("peak memory, MB", peak_30s_mb, Target::AtMost(450.0));
    match &results.long {
        Some(long) => {
            print_target(
                "peak memory of 180 s, MB",
                peak_mb(long),
                Target::AtMost(450.0),
            );
            print_target(
                "peak memory, 180 s ÷ 30 s",
                peak_mb(long) / peak_30s_mb,
                Target::AtMost(1.05),
            );
        }
        None => println!("peak memory of 180 s: not measured; `-- --long` does"),
    }
    print_target(
        "analysis with decoding, s",
        results.analysis_s,
        Target::AtMost(0.3),
    );
}

enum Target {
    AtMost(f64),
    AtLeast(f64),
}

fn print_target(what: &str, reached: f64, target: Target) {
    let (sign, limit, met) = match target {
        Target::AtMost(limit) => ("≤", limit, reached <= limit),
        Target::AtLeast(limit) => ("≥", limit, reached >= limit),
    };
    let verdict = if met { "ok" } else { "MISSED" };
    println!("{what:<38} {reached:>8.2}  target {sign} {limit:<6} {verdict}");
}

fn median_of(rounds: &[Round], value: impl Fn(&Round) -> f64) -> f64 {
    median(rounds.iter().map(value).collect())
}

/// The middle value, or the mean of the two in the middle; NaN of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count.is_multiple_of(2) => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}
