//! What a render does, and has to be able to do.

use crate::attempt::{Attempt, End, attempt};
use crate::world::{INPUT, Place};
use End::{Signal, Works};
use rustix::fs::{FallocateFlags, FlockOperation, fallocate, flock};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

pub const TABLE: &[Attempt] = &[
    attempt("read an input", Works, |place| {
        same(&fs::read(place.input("photo"))?, INPUT)
    }),
    attempt("list the inputs", Works, |place| {
        let names: Result<Vec<_>, _> = fs::read_dir(place.input(""))?.collect();
        enough(names?.len() == 1)
    }),
    attempt("write, name and remove an output", Works, output),
    attempt("replace an output", Works, |place| {
        fs::write(place.output("new"), "new")?;
        fs::rename(place.output("new"), place.output("replaced"))?;
        fs::write(place.output("replaced"), "again")?;
        fs::remove_file(place.output("replaced"))
    }),
    attempt("use a file without a name", Works, nameless),
    attempt("truncate an open output", Works, |place| {
        let file = File::create(place.output("long"))?;
        file.set_len(1000)?;
        file.set_len(10)?;
        enough(file.metadata()?.len() == 10)?;
        fs::remove_file(place.output("long"))
    }),
    attempt("start threads that talk", Works, threads),
    attempt("use memory within the limit", Works, |_| {
        let mut bytes = vec![1_u8; 100 << 20];
        bytes.extend_from_slice(&vec![2; 50 << 20]);
        drop(bytes);
        let again = vec![3_u8; 150 << 20];
        enough(again.iter().step_by(4096).all(|byte| *byte == 3))
    }),
    attempt("know the time and wait", Works, |_| {
        let began = Instant::now();
        thread::sleep(Duration::from_millis(5));
        enough(began.elapsed() >= Duration::from_millis(5))?;
        enough(SystemTime::now() > SystemTime::UNIX_EPOCH)?;
        enough(thread::available_parallelism()?.get() >= 1)
    }),
    attempt("have random numbers", Works, |_| {
        enough(HashMap::from([(1, 2)]).contains_key(&1))?;
        let mut bytes = [0_u8; 16];
        let address = bytes.as_mut_ptr() as usize;
        let count = crate::calls::call(libc::SYS_getrandom, &[address, bytes.len(), 0])?;
        enough(count == 16 && bytes != [0; 16])
    }),
    attempt("speak", Works, |_| {
        // Its standard output is seen in every attempt.
        io::stderr().write_all(b"a warning\n")
    }),
    attempt("fail without bringing the process down", Works, |_| {
        let failed = std::panic::catch_unwind(|| panic!("on purpose"));
        enough(failed.is_err())
    }),
    attempt("abort", Signal(libc::SIGABRT), |_| std::process::abort()),
    attempt("signal itself", Signal(libc::SIGTERM), |_| {
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::TERM)?;
        Ok(())
    }),
];

/// What has to hold in there.
pub fn enough(holds: bool) -> io::Result<()> {
    match holds {
        true => Ok(()),
        false => Err(io::Error::other("something else came out")),
    }
}

fn same(found: &[u8], expected: &[u8]) -> io::Result<()> {
    enough(found == expected)
}

fn output(place: &Place) -> io::Result<()> {
    let partial = place.output(".video.part");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&partial)?;
    flock(&file, FlockOperation::LockExclusive)?;
    fallocate(&file, FallocateFlags::empty(), 0, 4096)?;
    file.write_all(b"frames")?;
    file.write_all_at(b"F", 0)?;
    file.rewind()?;
    let mut start = [0; 6];
    file.read_exact(&mut start)?;
    same(&start, b"Frames")?;
    file.sync_all()?;
    let video = place.output("video.mp4");
    fs::rename(&partial, &video)?;
    enough(fs::metadata(&video)?.len() == 4096 && !partial.exists())?;
    fs::remove_file(video)
}

/// As the renderer keeps decoded frames; `O_TMPFILE` where the file system has that.
fn nameless(place: &Place) -> io::Result<()> {
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_TMPFILE)
        .open(place.output(""));
    let mut file = match opened {
        Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => return Ok(()),
        opened => opened?,
    };
    file.write_all(b"frames")?;
    file.rewind()?;
    let mut found = Vec::new();
    file.read_to_end(&mut found)?;
    same(&found, b"frames")
}

fn threads(_: &Place) -> io::Result<()> {
    let (sends, received) = sync_channel(4);
    for number in 0..16_u64 {
        let sends = sends.clone();
        let named = thread::Builder::new().name(format!("stage {number}"));
        named.spawn(move || sends.send(number))?;
    }
    drop(sends);
    enough(received.iter().sum::<u64>() == 120)
}
