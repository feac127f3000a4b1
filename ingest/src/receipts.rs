//! Acknowledgements of one channel, as few as possible. The channel has one consumer, whose deliveries are taken in the order
//! of their tags: with two of them an acknowledgement could cover what the other has not handed over yet.
//!
//! One acknowledgement may cover every delivery up to its tag. It is more than thrift: a quorum queue takes some dozens of
//! single ones at a time, and forgets those that still wait in its channel when the connection ends.

use lapin::Channel;
use lapin::options::BasicAckOptions;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The deliveries of a channel that wait for their answer.
pub(crate) struct Receipts {
    channel: Channel,
    outstanding: Mutex<BTreeSet<u64>>,
    /// One sends at a time: an acknowledgement of what a later one has covered already would end the channel.
    sending: tokio::sync::Mutex<()>,
}

impl Receipts {
    pub(crate) fn of(channel: Channel) -> Receipts {
        Receipts {
            channel,
            outstanding: Mutex::default(),
            sending: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }

    /// A delivery was taken.
    pub(crate) fn taken(&self, tag: u64) {
        self.outstanding().insert(tag);
    }

    /// Acknowledges deliveries. Where the connection is gone the broker delivers them again.
    pub(crate) async fn acknowledge(&self, tags: &[u64]) {
        let _sending = self.sending.lock().await;
        let to_send = acknowledgements(&mut self.outstanding(), tags);
        for (tag, multiple) in to_send {
            if let Err(error) = self.channel.basic_ack(tag, BasicAckOptions { multiple }).await {
                tracing::debug!(error = %error, "an acknowledgement was lost; its messages come again");
                return;
            }
        }
    }

    fn outstanding(&self) -> std::sync::MutexGuard<'_, BTreeSet<u64>> {
        self.outstanding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What to send for these tags: one acknowledgement for all below the first delivery that still waits, and one for each
/// of the others.
fn acknowledgements(outstanding: &mut BTreeSet<u64>, tags: &[u64]) -> Vec<(u64, bool)> {
    for tag in tags {
        outstanding.remove(tag);
    }
    let first_waiting = outstanding.first().copied().unwrap_or(u64::MAX);
    let covered = tags.iter().copied().filter(|tag| *tag < first_waiting).max();
    let single = tags.iter().copied().filter(|tag| *tag > first_waiting);
    covered
        .map(|tag| (tag, true))
        .into_iter()
        .chain(single.map(|tag| (tag, false)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_acknowledgement_covers_what_lies_below_the_first_that_waits() {
        let mut outstanding: BTreeSet<u64> = (1..=10).collect();
        assert_eq!(
            acknowledgements(&mut outstanding, &[2, 1, 3, 5, 9]),
            [(3, true), (5, false), (9, false)]
        );
        assert_eq!(acknowledgements(&mut outstanding, &[6]), [(6, false)]);
        assert_eq!(acknowledgements(&mut outstanding, &[4, 7]), [(7, true)]);
        assert_eq!(acknowledgements(&mut outstanding, &[8, 10]), [(10, true)]);
        assert!(outstanding.is_empty());
        assert_eq!(acknowledgements(&mut outstanding, &[]), []);
    }
}
