//! Whether a consumer is subscribed, for those who only want to know.

use std::sync::{Arc, Mutex, PoisonError};

use lapin::ChannelStatus;

/// A view of one [`Consumer`](super::Consumer), which follows it through every subscription.
#[derive(Clone, Default)]
pub struct Listening {
    /// The state of the subscribed channel, which keeps no channel open.
    channel: Arc<Mutex<Option<ChannelStatus>>>,
}

impl Listening {
    /// Whether messages would arrive: it is subscribed, and its channel is whole as far as is known.
    pub fn is_on(&self) -> bool {
        // A status is whole whatever happened to its last holder.
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel.as_ref().is_some_and(ChannelStatus::connected)
    }

    /// The consumer is subscribed on this channel, or on none.
    pub(super) fn set(&self, channel: Option<ChannelStatus>) {
        *self.channel.lock().unwrap_or_else(PoisonError::into_inner) = channel;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_without_a_subscription() {
        let listening = Listening::default();
        assert!(!listening.is_on());
        listening.clone().set(None);
        assert!(!listening.is_on());
    }
}
