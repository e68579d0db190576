//! What may wait in all lanes together, by its weight.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much may wait, in KiB of job specs: 64 MiB.
const MAX_WAITING_KIB: usize = 64 * 1024;
/// What a submission weighs beside its spec.
const OVERHEAD_BYTES: usize = 1024;

/// Room for submissions. A flood that the ledger does not keep up with takes no more memory than this.
pub struct Room {
    free_kib: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Room {
        Room::of_kib(MAX_WAITING_KIB)
    }
}

impl Room {
    fn of_kib(kib: usize) -> Room {
        Room {
            free_kib: Arc::new(Semaphore::new(kib)),
        }
    }

    /// Takes the room of a submission whose spec came as so many bytes, until what it gives is dropped; `None` where there
    /// is not so much left.
    pub fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = bytes.saturating_add(OVERHEAD_BYTES).div_ceil(1024);
        let kib = u32::try_from(kib).ok()?;
        Arc::clone(&self.free_kib).try_acquire_many_owned(kib).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::limits::MAX_SPEC_BYTES;

    #[test]
    fn a_submission_fits_up_to_the_last_byte_and_not_one_beyond() {
        let room = Room::of_kib(10);
        let most = 10 * 1024 - OVERHEAD_BYTES;
        for bytes in [0, most - 1, most] {
            assert!(room.take(bytes).is_some(), "{bytes}");
        }
        for bytes in [most + 1, usize::MAX] {
            assert!(room.take(bytes).is_none(), "{bytes}");
        }
    }

    #[test]
    fn what_is_taken_is_free_again_when_it_is_dropped() {
        let room = Room::of_kib(3);
        let two = room.take(1024).expect("all is free");
        let one = room.take(0).expect("one is left");
        assert!(room.take(0).is_none());
        drop(one);
        assert!(room.take(1024).is_none());
        assert!(room.take(0).is_some());
        drop(two);
        assert!(room.take(2 * 1024).is_some());
    }

    #[test]
    fn sixty_four_mib_of_the_largest_jobs_wait_and_no_more() {
        const MOST: usize = 64 * 1024 / 257;
        let room = Room::default();
        let held: Vec<_> = (0..MOST).map(|_| room.take(MAX_SPEC_BYTES)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(room.take(MAX_SPEC_BYTES).is_none());
        drop(held);
        assert!(room.take(MAX_SPEC_BYTES).is_some());
    }
}
