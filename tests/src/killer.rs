//! The killer: ends processes of the real binary at fail points and at any time, and starts them again until all work is
//! done.

use std::time::{Duration, Instant};

use thoth_cypher::fail_point::{FailPoint, VARIABLE};

use crate::binary::{Output, Running, Thoth};
use crate::oracle::Probe;
use crate::random::Random;
use crate::scene::{PATIENCE, Scene};

/// The signal of an abort.
const SIGABRT: i32 = 6;
/// The signal that asks for an end.
const SIGTERM: i32 = 15;
/// The log line of every message that a worker was handed; see [`deliveries`].
const NOTED: &str = "ingest.after_receive=note";

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// By itself, at a fail point that was passed so many times before.
    Abort(FailPoint, usize),
    /// By `kill -9`, so long after its start.
    Nine(Duration),
}

impl Kill {
    /// What [`VARIABLE`] must say for it; every message that a worker is handed is noted in its log.
    pub fn fail_points(self) -> String {
        match self {
            Kill::Abort(FailPoint::IngestAfterReceive, before) => {
                format!("{}={before}*note->abort", FailPoint::IngestAfterReceive.name())
            }
            Kill::Abort(point, before) => format!("{NOTED};{}={before}*off->abort", point.name()),
            Kill::Nine(_) => NOTED.to_owned(),
        }
    }

    /// Any kill of a worker.
    pub fn any_of_worker(random: &mut Random) -> Kill {
        use FailPoint::*;
        const POINTS: &[FailPoint] = &[
            IngestAfterReceive,
            IngestAfterFetch,
            IngestAfterParse,
            IngestTxMidBatch,
            IngestBeforeCommit,
            IngestAfterCommitBeforeAck,
            IngestAfterAck,
            DeadletterBeforeRecord,
            DeadletterAfterRecordBeforeAck,
            StoreGet,
        ];
        match random.below(4) {
            0 => Kill::Nine(random.time(Duration::from_millis(1_500))),
            _ => {
                let point = *random.pick(POINTS);
                // A document is a dozen statements; dead letters are few.
                let before = match point {
                    IngestTxMidBatch => random.below(150),
                    DeadletterBeforeRecord | DeadletterAfterRecordBeforeAck => 0,
                    _ => random.below(12),
                };
                Kill::Abort(point, before)
            }
        }
    }

    /// Any kill of a publisher.
    pub fn any_of_publisher(random: &mut Random) -> Kill {
        use FailPoint::*;
        const POINTS: &[FailPoint] = &[
            SubmitAfterValidate,
            SubmitAfterStorePut,
            SubmitBeforeConfirm,
            SubmitAfterConfirm,
            StorePut,
        ];
        match random.below(3) {
            0 => Kill::Nine(random.time(Duration::from_millis(600))),
            _ => match *random.pick(POINTS) {
                StorePut => Kill::Abort(StorePut, random.below(20)),
                point => Kill::Abort(point, 0),
            },
        }
    }
}

/// How a run of the binary went that was to be killed.
#[derive(Debug, Clone)]
pub struct Death {
    /// Whether it was killed; else it was done before.
    pub killed: bool,
    /// What it said.
    pub output: Output,
}

impl Death {
    /// What the process said, when it was killed as planned.
    ///
    /// # Panics
    /// When it ended otherwise.
    #[track_caller]
    pub fn expect_killed(self) -> Output {
        assert!(self.killed, "the process was not killed: {:#?}", self.output);
        self.output
    }
}

/// Runs a command that ends by itself, and kills it on the way.
///
/// # Panics
/// When it ends in another way than killed or well.
#[track_caller]
pub fn run_and_kill(thoth: Thoth, kill: Kill) -> Death {
    let running = thoth.env(VARIABLE, kill.fail_points()).spawn();
    died(running, kill, || false)
}

/// Runs a worker and kills it on the way; one that has nothing left to do is told to stop.
///
/// # Panics
/// When it ends in another way than killed or told to.
pub async fn work_and_kill(scene: &Scene, probe: &Probe, kill: Kill) -> Death {
    let mut running = scene.thoth(["worker"]).env(VARIABLE, kill.fail_points()).spawn();
    let started = Instant::now();
    let mut idle_since = None;
    loop {
        if !running.is_alive() {
            return died(running, kill, || false);
        }
        match kill {
            Kill::Nine(after) if started.elapsed() >= after => return died(running, kill, || false),
            _ => {}
        }
        if probe.waiting().await > 0 {
            idle_since = None;
        } else if idle_since.get_or_insert_with(Instant::now).elapsed() > Duration::from_millis(500) {
            // An empty queue may be a full worker: what it holds it finishes, and dies of it, or it was done before.
            running.terminate();
            return died(running, kill, || true);
        }
        assert!(
            started.elapsed() < PATIENCE,
            "neither death nor end: {}",
            running.stderr_so_far()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for the end of a process.
#[track_caller]
fn died(mut running: Running, kill: Kill, was_told: impl Fn() -> bool) -> Death {
    let output = match kill {
        Kill::Abort(..) => running.wait(PATIENCE),
        Kill::Nine(_) if was_told() => running.wait(PATIENCE),
        Kill::Nine(after) => {
            let started = Instant::now();
            while running.is_alive() && started.elapsed() < after {
                std::thread::sleep(Duration::from_millis(2));
            }
            running.kill9()
        }
    };
    let aborted = output.signal == Some(SIGABRT) && output.stderr.contains("aborted at a fail point");
    let killed = output.signal == Some(9) || aborted;
    assert!(
        killed || is_stop(&output),
        "an end that nobody planned ({kill:?}): {output:#?}"
    );
    Death { killed, output }
}

/// Runs workers, each told to stop when the queues look empty, until they are: a worker that is told to stop gives back
/// what it holds. Gives what they said.
///
/// # Panics
/// When a worker ends by itself, or the queues do not empty.
pub async fn drain(scene: &Scene, probe: &Probe) -> String {
    let mut said = String::new();
    loop {
        let mut worker = scene.thoth(["worker"]).env(VARIABLE, NOTED).spawn();
        until_below(probe, &mut worker, 1).await;
        worker.terminate();
        said += &stopped(worker).stderr;
        if probe.is_drained().await {
            return said;
        }
    }
}

/// What a worker said that was told to stop.
///
/// # Panics
/// When it ended otherwise.
#[track_caller]
pub fn stopped(worker: Running) -> Output {
    let output = worker.wait(PATIENCE);
    assert!(is_stop(&output), "the worker did not stop: {output:#?}");
    output
}

/// Who is told to stop before he listens ends by the signal, with nothing in hand.
fn is_stop(output: &Output) -> bool {
    output.code == Some(0) || output.signal == Some(SIGTERM)
}

/// Waits until fewer than `bound` messages wait for the worker.
///
/// # Panics
/// When the worker ends, or after [`PATIENCE`].
pub async fn until_below(probe: &Probe, worker: &mut Running, bound: usize) {
    let started = Instant::now();
    while probe.waiting().await >= bound {
        assert!(
            worker.is_alive(),
            "the worker ended by itself: {}",
            worker.stderr_so_far()
        );
        assert!(
            started.elapsed() < PATIENCE,
            "the queue does not empty: {}",
            worker.stderr_so_far()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How many messages workers were handed, by what they said.
pub fn deliveries(said: &str) -> usize {
    said.lines()
        .filter(|line| line.contains(FailPoint::IngestAfterReceive.name()))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_noted_whatever_the_kill() {
        let mut random = Random::seeded(1);
        for _ in 0..100 {
            let kill = Kill::any_of_worker(&mut random).fail_points();
            assert!(
                kill.contains("ingest.after_receive=") && kill.contains("note"),
                "{kill}"
            );
        }
    }
}
