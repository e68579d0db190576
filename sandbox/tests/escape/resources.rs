//! Bombs: memory, threads, processor time, files.

use crate::attempt::{Attempt, End, MISSING, REFUSED, attempt};
use crate::calls::{attempt as call, call as answer};
use crate::works::enough;
use crate::world::{FILE_BYTES, MEMORY_BYTES, OPEN_FILES, Place};
use End::{Errno, Signal};
use rustix::process::{Resource, getrlimit};
use std::ffi::{c_int, c_void};
use std::fs::{self, File};
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::ptr;
use std::thread;

/// More threads than any limit here lets be.
const MANY: usize = 100_000;

pub const TABLE: &[Attempt] = &[
    attempt("take memory at once", Errno(&[libc::ENOMEM]), |_| {
        map(libc::MAP_PRIVATE, 2 * MEMORY_BYTES).map(drop)
    }),
    attempt("take shared memory at once", Errno(&[libc::ENOMEM]), |_| {
        map(libc::MAP_SHARED, 2 * MEMORY_BYTES).map(drop)
    }),
    attempt("take memory bit by bit", Errno(&[libc::ENOMEM]), |_| {
        let bit = 1 << 20;
        for _ in 0..=MEMORY_BYTES / bit {
            map(libc::MAP_PRIVATE, bit)?;
        }
        Ok(())
    }),
    attempt("take memory as Rust does", Signal(libc::SIGABRT), |_| {
        let bytes = vec![1_u8; 2 * MEMORY_BYTES as usize];
        enough(bytes.len() == 1)
    }),
    attempt("keep memory in pipes", Errno(&[libc::EMFILE]), |_| {
        (0..=OPEN_FILES).try_for_each(|_| {
            let mut ends = [0_i32; 2];
            call(libc::SYS_pipe2, &[ends.as_mut_ptr() as usize, 0])
        })
    }),
    attempt("keep more memory in a pipe", REFUSED, |_| {
        call(libc::SYS_fcntl, &[1, libc::F_SETPIPE_SZ as usize, 1 << 20])
    }),
    attempt("lock memory", MISSING, |_| {
        call(libc::SYS_mlockall, &[libc::MCL_CURRENT as usize])
    }),
    attempt("start threads without end", Errno(&[libc::EAGAIN]), |_| {
        (0..MANY).try_for_each(|_| start_idle_thread())
    }),
    attempt("compute without end", Signal(libc::SIGXCPU), |_| burn()),
    attempt("compute on and not mind", Signal(libc::SIGKILL), |_| {
        ignore(libc::SIGXCPU);
        burn()
    }),
    attempt("compute on many threads", Signal(libc::SIGXCPU), |_| {
        for _ in 0..4 {
            thread::Builder::new().spawn(burn)?;
        }
        burn()
    }),
    attempt("write a file without end", Signal(libc::SIGXFSZ), |place| {
        fill(&File::create(place.output("full"))?)
    }),
    attempt("write on and not mind", Errno(&[libc::EFBIG]), |place| {
        ignore(libc::SIGXFSZ);
        let full = place.output("full");
        let filled = fill(&File::create(&full)?);
        enough(fs::metadata(&full)?.len() == FILE_BYTES)?;
        fs::remove_file(full)?;
        filled
    }),
    attempt(
        "lengthen a file without end",
        Errno(&[libc::EFBIG]),
        |place| {
            ignore(libc::SIGXFSZ);
            let lengthened = File::create(place.output("full"))?.set_len(FILE_BYTES + 1);
            fs::remove_file(place.output("full"))?;
            lengthened
        },
    ),
    attempt(
        "set space aside without end",
        Errno(&[libc::EFBIG]),
        reserve,
    ),
    attempt("open files without end", Errno(&[libc::EMFILE]), |place| {
        let opened = (0..=OPEN_FILES).map(|_| File::open(place.input("photo")));
        opened.collect::<io::Result<Vec<File>>>().map(drop)
    }),
    attempt("raise a limit", REFUSED, |_| {
        let limit = [u64::MAX; 2];
        // RLIMIT_AS.
        call(libc::SYS_prlimit64, &[0, 9, limit.as_ptr() as usize, 0])
    }),
    attempt("raise a limit by the older call", REFUSED, |_| {
        let limit = [u64::MAX; 2];
        call(libc::SYS_setrlimit, &[9, limit.as_ptr() as usize])
    }),
    attempt("have threads of its user counted", End::Works, |_| {
        // Root's are not, whatever the limit says.
        let most = getrlimit(Resource::Nproc).maximum;
        enough(most.is_some_and(|most| most <= 8192))
    }),
    attempt("dump no memory", End::Works, |_| {
        enough(getrlimit(Resource::Core).maximum == Some(0))
    }),
];

/// Starts a thread that waits for ever. Not by Rust's library, which needs memory on both sides of the start, and aborts
/// where it gets none on the far one.
fn start_idle_thread() -> io::Result<()> {
    extern "C" fn idle(_: *mut c_void) -> *mut c_void {
        loop {
            // SAFETY: no descriptors are given, so the call reads no memory.
            unsafe { libc::poll(ptr::null_mut(), 0, -1) };
        }
    }
    let mut attributes = MaybeUninit::uninit();
    let mut thread = MaybeUninit::uninit();
    // SAFETY: the first call makes the attributes that the others use, and the thread uses nothing of this one.
    let answer = unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), 64 << 10);
        libc::pthread_create(
            thread.as_mut_ptr(),
            attributes.as_ptr(),
            idle,
            ptr::null_mut(),
        )
    };
    match answer {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

fn map(sharing: c_int, bytes: u64) -> io::Result<usize> {
    let protection = (libc::PROT_READ | libc::PROT_WRITE) as usize;
    let flags = (sharing | libc::MAP_ANONYMOUS) as usize;
    let bytes = bytes as usize;
    answer(
        libc::SYS_mmap,
        &[0, bytes, protection, flags, usize::MAX, 0],
    )
}

fn burn() -> io::Result<()> {
    let mut number = 1_u64;
    loop {
        number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005));
    }
}

/// From now on, the signal does nothing.
fn ignore(signal: c_int) {
    // SAFETY: no handler is installed, so none can run at a bad moment.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

fn fill(mut file: &File) -> io::Result<()> {
    let block = [1; 64 << 10];
    for _ in 0..=2 * FILE_BYTES / block.len() as u64 {
        file.write_all(&block)?;
    }
    Ok(())
}

fn reserve(place: &Place) -> io::Result<()> {
    ignore(libc::SIGXFSZ);
    let full = place.output("full");
    let file = File::create(&full)?;
    fs::remove_file(full)?;
    let nothing = rustix::fs::FallocateFlags::empty();
    rustix::fs::fallocate(&file, nothing, 0, 2 * FILE_BYTES)?;
    Ok(())
}
