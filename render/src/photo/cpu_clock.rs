//! How much CPU time another thread has used.

use std::io;
use std::time::Duration;

/// The clock of one thread's CPU time, which every thread of the process may read.
#[derive(Debug, Clone, Copy)]
pub(super) struct CpuClock(libc::clockid_t);

impl CpuClock {
    /// The clock of the thread that calls.
    ///
    /// # Errors
    /// Where the system has no such clocks.
    pub(super) fn of_this_thread() -> io::Result<Self> {
        let mut clock = 0;
        // SAFETY: `pthread_self` is the calling thread, which is alive; the id is written into a live integer.
        let fault = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        match fault {
            0 => Ok(Self(clock)),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    /// What the thread has used since it began; `None` once it has ended. (Its number may then go to a later thread, whose
    /// time is told instead.)
    pub(super) fn used(self) -> Option<Duration> {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the system checks the id, and writes into a live value.
        let fault = unsafe { libc::clock_gettime(self.0, &raw mut time) };
        if fault != 0 {
            return None;
        }
        let seconds = u64::try_from(time.tv_sec).ok()?;
        Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn work_counts_and_waiting_does_not() {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let worker = thread::spawn(move || {
            let clock = CpuClock::of_this_thread().expect("Linux has it");
            while clock.used().expect("it runs") < Duration::from_millis(30) {
                std::hint::spin_loop();
            }
            tell.send(clock).expect("somebody listens");
            // Waits until it is told to end, which costs next to nothing.
            let _ = ended.recv();
        });
        let clock = told.recv().expect("it has worked");
        let _ = told.recv_timeout(Duration::from_millis(60));
        let used = clock.used().expect("it waits");
        assert!(used >= Duration::from_millis(30), "{used:?}");
        assert!(used < Duration::from_millis(80), "{used:?}");
        drop(end);
        worker.join().expect("it ends in order");
    }
}
