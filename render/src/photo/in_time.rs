//! Holds work on a stranger's image to a limit of CPU time.
//!
//! No decoder can be interrupted, and no thread can be killed. So the work has a thread of its own, which is left to itself
//! once it has used up its time: whoever gets the error must not go on for long, since only the end of the process ends
//! that thread. What a decoder does for hours then costs ten seconds.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::cpu_clock::CpuClock;
use super::{Limits, PhotoError};

/// The clock is not looked at more often than this.
const SHORTEST_LOOK: Duration = Duration::from_millis(5);

/// Does `work` within [`Limits::max_cpu`]. A panic of a decoder becomes an error as well.
///
/// # Errors
/// What `work` says; [`PhotoError::TooCostly`] where it took too long and goes on; [`PhotoError::Panicked`].
///
/// # Panics
/// Where the system has no thread left.
pub fn in_time<T, F>(limits: &Limits, work: F) -> Result<T, PhotoError>
where
    T: Send + 'static,
    F: FnOnce(&Limits) -> Result<T, PhotoError> + Send + 'static,
{
    let limit = limits.max_cpu;
    let own = limits.clone();
    let (tell, told) = mpsc::channel();
    let worker = thread::spawn(move || {
        let clock = CpuClock::of_this_thread().ok();
        // It fails only where nobody waits any more.
        let _ = tell.send(clock.filter(|clock| clock.used().is_some()));
        // The channel closes when this returns or panics.
        work(&own)
    });
    match wait_for_end(&told, limit) {
        End::Done => worker.join().unwrap_or(Err(PhotoError::Panicked)),
        End::Overdue => Err(PhotoError::TooCostly { limit }),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    Overdue,
}

/// Waits until the other end of the channel is closed, or the thread that holds it has used more than `limit`.
fn wait_for_end(told: &Receiver<Option<CpuClock>>, limit: Duration) -> End {
    let began = Instant::now();
    let Ok(clock) = told.recv() else {
        return End::Done;
    };
    loop {
        let used = match clock {
            // It has ended by now, which the channel tells next.
            Some(clock) => clock.used().unwrap_or_default(),
            // The wall's clock has to do; a thread's own is never ahead of it.
            None => began.elapsed(),
        };
        if used > limit {
            return End::Overdue;
        }
        match told.recv_timeout((limit - used).max(SHORTEST_LOOK)) {
            Err(RecvTimeoutError::Disconnected) => return End::Done,
            Err(RecvTimeoutError::Timeout) | Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn limits(max_cpu: Duration) -> Limits {
        Limits {
            max_cpu,
            ..Limits::default()
        }
    }

    /// Uses this much of the thread's time.
    fn work_for(time: Duration) {
        let clock = CpuClock::of_this_thread().expect("Linux has it");
        while clock.used().expect("it runs") < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn what_stays_within_its_time_gives_its_result() {
        let limit = Duration::from_millis(200);
        let done = in_time(&limits(limit), move |own| {
            work_for(limit / 2);
            Ok(own.max_pixels)
        });
        assert_eq!(done.expect("in time"), Limits::default().max_pixels);
    }

    #[test]
    fn waiting_is_not_working() {
        let limit = Duration::from_millis(50);
        let (_keep, never) = mpsc::channel::<()>();
        let done = in_time(&limits(limit), move |_| {
            let _ = never.recv_timeout(4 * limit);
            Ok(())
        });
        assert!(done.is_ok(), "{done:?}");
    }

    #[test]
    fn what_takes_longer_is_given_up_while_it_goes_on() {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let limit = Duration::from_millis(50);
        let given_up = in_time(&limits(limit), move |_| {
            while !seen.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        assert!(
            matches!(given_up, Err(PhotoError::TooCostly { limit: told }) if told == limit),
            "{given_up:?}"
        );
    }

    #[test]
    fn errors_and_panics_come_back_as_errors() {
        let limits = Limits::default();
        let error = in_time(&limits, |_| Err::<(), _>(PhotoError::ZeroSize));
        assert!(matches!(error, Err(PhotoError::ZeroSize)));
        let panicked = in_time(&limits, |_| -> Result<(), PhotoError> {
            panic!("a decoder's fault")
        });
        assert!(matches!(panicked, Err(PhotoError::Panicked)));
    }

    #[test]
    fn without_a_clock_the_wall_s_has_to_do() {
        let (keep, told) = mpsc::channel();
        keep.send(None).expect("it is open");
        let limit = Duration::from_millis(20);
        assert_eq!(wait_for_end(&told, limit), End::Overdue);
        drop(keep);
        assert_eq!(wait_for_end(&told, limit), End::Done);
    }
}
