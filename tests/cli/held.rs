//! Commands that handle what strangers sent, at the moment at which they open it: their file is a pipe with a name, which opens
//! once somebody writes into it. Whoever forgot to close the sandbox before would stand there outside of it.

use crate::support::{ASSETS, Folder, assert_code, job, json_of, text};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, PipeReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{self, Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
/// How soon a child is gone after its parent.
const SOON: Duration = Duration::from_secs(5);
const MEBIBYTE: u64 = 1 << 20;
/// The name of the pipe.
const FILE: &str = "upload";
/// How the API looks at an image.
const INSPECT: [&str; 6] = [
    "inspect",
    "--sandbox",
    "required",
    "--kind",
    "products",
    FILE,
];
/// A shell that gives what it has as its input the number 9, and becomes the command.
const BECOME: &str = "exec \"$0\" \"$@\" 9<&0 0</dev/null";
/// 8x8 pixels of gold, a PNG: few enough bytes for a pipe to take at once.
const GOLD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0\x4b\x6d\x29\xdc\
    \0\0\0\x11IDAT\x78\xda\x63\xb8\xb2\xde\x1c\x2b\x62\x18\x5a\x12\0\x54\x8d\x6e\x81\x62\x18\x1c\xbe\
    \0\0\0\0IEND\xae\x42\x60\x82";

#[track_caller]
fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: not within {patience:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A folder with a pipe as the file that the command is to open.
fn folder_with_pipe(test: &str) -> Folder {
    let folder = Folder::new(test);
    let mode = Mode::RUSR | Mode::WUSR;
    let made = mknodat(CWD, folder.at(FILE), FileType::Fifo, mode, 0);
    made.expect("a pipe with a name");
    folder
}

/// Writes all that the command will find in its file, once it is about to open it.
#[track_caller]
fn feed(folder: &Folder, bytes: &[u8]) {
    let mut file = OpenOptions::new();
    // Without it, who writes waits as well: for ever, where the command has ended.
    let at_once = OFlags::NONBLOCK.bits().cast_signed();
    file.write(true).custom_flags(at_once);
    let mut file = until("it opens its file", PATIENCE, || {
        file.open(folder.at(FILE)).ok()
    });
    file.write_all(bytes).expect("a pipe takes so little");
}

/// A process as `/proc` shows it. It is killed when this is dropped, if it is still there.
struct Seen(Pid);

impl Seen {
    fn of(child: &Child) -> Seen {
        Seen(Pid::from_child(child))
    }

    fn try_read(&self, file: &str) -> Option<String> {
        fs::read_to_string(format!("/proc/{}/{file}", self.0)).ok()
    }

    #[track_caller]
    fn read(&self, file: &str) -> String {
        self.try_read(file).expect("the process is there")
    }

    /// A line of its status.
    #[track_caller]
    fn status(&self, name: &str) -> String {
        line(&self.read("status"), &format!("{name}:"))
    }

    /// The soft and the hard value of a limit.
    #[track_caller]
    fn limit(&self, name: &str) -> (u64, u64) {
        let values = line(&self.read("limits"), name);
        let mut values = values.split_whitespace();
        let mut next = || values.next().and_then(|value| value.parse().ok());
        (next().expect("a number"), next().expect("a number"))
    }

    /// Its open descriptors, in order.
    fn descriptors(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.0))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let names = names.collect::<io::Result<Vec<_>>>()?;
        let names = names.iter().map(|name| name.to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// Whether it is there, and not only its exit status for whoever inherited it.
    fn runs(&self) -> bool {
        let stat = self.try_read("stat");
        let state = stat.as_deref().and_then(|stat| stat.rsplit_once(") "));
        state.is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    /// Waits until it has closed its sandbox: a container around this test may hold both by filters of its own.
    #[track_caller]
    fn wait_until_held(&self) {
        let filters = |status: String| line(&status, "Seccomp_filters:").parse::<u32>().ok();
        let own = fs::read_to_string("/proc/self/status").expect("this is Linux");
        let own = filters(own).expect("the kernel has seccomp");
        until("it closes its sandbox", PATIENCE, || {
            let now = filters(self.try_read("status")?)?;
            (now > own).then_some(())
        });
    }

    /// That it has no privileges and only the three standard descriptors, of which more were handed in.
    #[track_caller]
    fn has_nothing(&self, handed_in: PipeReader) {
        assert_eq!(
            (self.status("NoNewPrivs"), self.status("Seccomp")),
            ("1".to_owned(), "2".to_owned())
        );
        for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] {
            let set = self.status(set);
            assert!(set.bytes().all(|digit| digit == b'0'), "{set}");
        }
        assert_eq!(self.limit("Max core file size"), (0, 0));
        is_closed(handed_in);
        match self.descriptors() {
            Ok(open) => assert_eq!(open, ["0", "1", "2"]),
            // Whose memory is nobody's to read, only root may look at.
            Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
        }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        if self.runs() {
            // It fails where it has ended meanwhile.
            let _ = kill_process(self.0, Signal::KILL);
        }
    }
}

/// What stands behind a name at the beginning of a line.
#[track_caller]
fn line(text: &str, name: &str) -> String {
    let mut lines = text.lines();
    let rest = lines.find_map(|line| line.strip_prefix(name));
    let rest = rest.unwrap_or_else(|| panic!("no {name} in {text}"));
    rest.trim().to_owned()
}

/// That nobody has the other end of a pipe any more.
#[track_caller]
fn is_closed(mut pipe: PipeReader) {
    let (tell, told) = mpsc::channel();
    // It ends with the last of those who have the other end.
    thread::spawn(move || tell.send(pipe.read(&mut [0])));
    let read = told.recv_timeout(PATIENCE);
    let read = read.expect("what was handed in is still open");
    assert_eq!(read.ok(), Some(0));
}

/// Starts the command with a further descriptor, 9: the writing end of a pipe, of which this gives the other one.
fn start(folder: &Folder, args: &[&str]) -> (Child, PipeReader) {
    let (reader, writer) = io::pipe().expect("there are descriptors left");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", BECOME, env!("CARGO_BIN_EXE_gildhall")])
        .args(args)
        .current_dir(folder.at("."))
        .env_remove("GILDHALL_ENCODER")
        .env_remove("GILDHALL_THREADS")
        .stdin(writer)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // This process' own writing end goes with the command.
    (command.spawn().expect("there is a shell"), reader)
}

#[test]
fn an_inspection_is_held_before_it_opens_its_file() {
    let folder = folder_with_pipe("held-inspection");
    let (child, handed_in) = start(&folder, &INSPECT);
    let seen = Seen::of(&child);
    seen.wait_until_held();
    seen.has_nothing(handed_in);
    assert_eq!(seen.limit("Max cpu time"), (10, 11));
    assert_eq!(seen.limit("Max file size"), (MEBIBYTE, MEBIBYTE));
    assert_eq!(seen.limit("Max open files"), (64, 64));
    let (soft, hard) = seen.limit("Max address space");
    assert_eq!(soft, hard);
    // Beside what it has already: 512 MiB of pixels, and half as much for all else.
    let own_kib = seen.status("VmSize").replace(" kB", "").parse::<u64>();
    let left = soft - own_kib.expect("a number") * 1024;
    assert!(left.abs_diff(768 * MEBIBYTE) < 64 * MEBIBYTE, "{left}");

    feed(&folder, GOLD);
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 0);
    let found = json_of(&output);
    assert_eq!(found["width"], 8);
    assert_eq!(found["height"], 8);
}

#[test]
fn a_render_is_held_before_it_opens_its_job() {
    let folder = folder_with_pipe("held-render");
    let plan = ["render", FILE, "--assets", ASSETS, "--plan"];
    let limits = ["--memory-limit-mb", "256", "--cpu-limit-s", "30"];
    let sandbox = ["--sandbox", "required", "--output", "out/video.mp4"];
    let (child, handed_in) = start(&folder, &[&plan[..], &limits, &sandbox].concat());
    let seen = Seen::of(&child);
    seen.wait_until_held();
    seen.has_nothing(handed_in);
    assert_eq!(seen.limit("Max cpu time"), (30, 31));
    assert_eq!(seen.limit("Max open files"), (256, 256));
    let (file, memory) = (4096 * MEBIBYTE, (2 * 256 + 2048) * MEBIBYTE);
    assert_eq!(seen.limit("Max file size"), (file, file));
    assert_eq!(seen.limit("Max address space"), (memory, memory));
    feed(&folder, job(1).to_string().as_bytes());
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 0);
    assert_eq!(json_of(&output)["frames"], 30);

    // By hand, without a sandbox, it has what it was given.
    let (child, _handed_in) = start(&folder, &plan);
    let seen = Seen::of(&child);
    until("it is the command", PATIENCE, || {
        let arguments = seen.try_read("cmdline")?;
        // Else it is the shell.
        let is_command = arguments.starts_with(env!("CARGO_BIN_EXE_gildhall"));
        is_command.then_some(())
    });
    let open = seen.descriptors().expect("it is like this one");
    assert!(open.contains(&"9".to_owned()), "{open:?}");
    feed(&folder, job(1).to_string().as_bytes());
    assert_code(&child.wait_with_output().expect("it ends"), 0);
}

/// Starts an inspection by a shell in between, with an option more. Gives the shell and the inspection, which is held by its
/// sandbox and waits for its file.
fn start_by_another(folder: &Folder, option: &str) -> (Child, Seen) {
    let inspect = INSPECT.join(" ");
    let script = format!("\"$0\" {inspect} {option} & echo $!; wait");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_gildhall")])
        .current_dir(folder.at("."))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut shell = command.spawn().expect("there is a shell");
    let stdout = shell.stdout.take().expect("a pipe");
    let mut line = String::new();
    let read = BufReader::new(stdout).read_line(&mut line);
    read.expect("it says the number of its child");
    let pid = line.trim().parse().ok().and_then(Pid::from_raw);
    let seen = Seen(pid.expect("a number"));
    seen.wait_until_held();
    (shell, seen)
}

fn kill(shell: &mut Child) {
    shell.kill().expect("it waits for its child");
    shell.wait().expect("it is our child");
}

#[test]
fn an_inspection_ends_with_whoever_started_it() {
    let folder = folder_with_pipe("orphaned-inspection");
    let (mut shell, seen) = start_by_another(&folder, "--parent $$");
    kill(&mut shell);
    until("it is gone", SOON, || (!seen.runs()).then_some(()));

    // It was for that option: who is another's child by now has had whatever signal comes of it.
    let (mut shell, seen) = start_by_another(&folder, "");
    let parent = shell.id().to_string();
    assert_eq!(seen.status("PPid"), parent);
    kill(&mut shell);
    until("somebody inherits it", SOON, || {
        (seen.status("PPid") != parent).then_some(())
    });
    assert!(seen.runs());
}

#[test]
fn nobody_works_for_a_parent_that_is_not_there() {
    let folder = Folder::new("wrong-parent");
    folder.write("job.json", &job(1));
    let ring = Path::new(ASSETS).join("products/ring.jpg");
    let ring = ring.display().to_string();
    let inspect = ["inspect", "--kind", "products", ring.as_str()];
    let render = ["render", "job.json", "--assets", ASSETS, "-q"];
    let run = |args: &[&str], parent: u32| {
        let parent = parent.to_string();
        folder.run(&[args, &["--parent", parent.as_str()]].concat())
    };
    for args in [&inspect[..], &render] {
        for other in [1, process::id() + 1] {
            let output = run(args, other);
            assert_code(&output, 5);
            assert_eq!(text(&output.stdout), "");
            let said = text(&output.stderr);
            assert!(said.contains("the parent has ended"), "{said}");
        }
    }
    assert_eq!(folder.names(), ["job.json"]);
    assert_code(&run(&inspect, process::id()), 0);
}
