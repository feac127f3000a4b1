//! The oracle counts: every document that was accepted is in the graph once, or in the dead letters, and nothing is where
//! nobody sent it (the checker of the Jepsen tests of RabbitMQ, `total-queue`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::Value;
use thoth_ingest::topology::{DOCUMENTS, HEAVY, LIGHT};

use crate::corpus::{self, BadMessage};
use crate::scene::Scene;

/// What was handed over, and what for.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Documents that must end in the graph, by id.
    pub good: BTreeMap<String, Value>,
    /// Messages that must end in the dead letters: id and code.
    pub bad: BTreeMap<String, &'static str>,
    /// Documents whose producer died before it was answered: they may be in the graph.
    pub perhaps: BTreeSet<String>,
}

impl Ledger {
    /// Notes documents that were accepted.
    pub fn accept(&mut self, documents: &[Value]) {
        for document in documents {
            self.good.insert(corpus::id_of(document), document.clone());
        }
    }

    /// Sends a bad message and notes it.
    pub async fn send_bad(&mut self, probe: &Probe, message: &BadMessage) {
        probe.send(message).await;
        self.bad.insert(message.id.clone(), message.code);
    }

    /// The documents that the graph must be made of.
    pub fn documents(&self) -> Vec<Value> {
        self.good.values().cloned().collect()
    }

    /// How many were accepted.
    pub fn accepted(&self) -> usize {
        self.good.len() + self.bad.len()
    }
}

/// What the oracle found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Documents and bad messages that were accepted.
    pub accepted: usize,
    /// Documents in the graph.
    pub in_graph: usize,
    /// Dead letters of different messages.
    pub dead: usize,
    /// Accepted, and nowhere.
    pub lost: Vec<String>,
    /// In the graph or in the dead letters, where they do not belong.
    pub unexpected: Vec<String>,
    /// More than once in the graph.
    pub doubled: Vec<String>,
    /// Messages that are still in a work queue.
    pub waiting: usize,
}

impl Verdict {
    /// Whether everything is where it belongs.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.unexpected.is_empty() && self.doubled.is_empty() && self.waiting == 0
    }

    /// Itself, when everything is where it belongs.
    ///
    /// # Panics
    /// When it is not, saying what is where.
    #[track_caller]
    pub fn expect_clean(self) -> Verdict {
        assert!(self.is_clean(), "{self}: {self:#?}");
        self
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} accepted, {} in the graph, {} dead letters, {} waiting, {} unexpected, {} doubled, lost = {}",
            self.accepted,
            self.in_graph,
            self.dead,
            self.waiting,
            self.unexpected.len(),
            self.doubled.len(),
            self.lost.len()
        )
    }
}

/// Counts, at rest: no worker runs. What a closed connection held comes back a little later, so a count that is not clean
/// is made again for a while.
pub async fn count(scene: &Scene, probe: &Probe, ledger: &Ledger) -> Verdict {
    let started = Instant::now();
    loop {
        let documents = scene.documents().await;
        let letters = dead_letters(scene);
        let mut verdict = judge(ledger, &documents, &letters);
        verdict.waiting = probe.waiting().await;
        if verdict.is_clean() || started.elapsed() > SETTLING {
            return verdict;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// How long the broker may take to give back what nobody holds any more.
const SETTLING: Duration = Duration::from_secs(15);

/// Compares what was accepted with the ids in the graph and with key and code of every dead letter.
fn judge(ledger: &Ledger, documents: &[String], letters: &[(String, String)]) -> Verdict {
    let in_graph: BTreeSet<&String> = documents.iter().collect();
    let dead: BTreeMap<&String, &String> = letters.iter().map(|(id, code)| (id, code)).collect();
    let mut seen = BTreeSet::new();
    let doubled = documents.iter().filter(|id| !seen.insert(*id)).cloned().collect();
    let lost_good = ledger
        .good
        .keys()
        .filter(|id| !in_graph.contains(id) && !dead.contains_key(id));
    let lost_bad = ledger.bad.keys().filter(|id| !dead.contains_key(id));
    let strangers = in_graph
        .iter()
        .filter(|id| !ledger.good.contains_key(**id) && !ledger.perhaps.contains(**id));
    let mut unexpected: Vec<String> = strangers.map(|id| format!("{id} in the graph")).collect();
    for (id, code) in &dead {
        if ledger.bad.get(*id).is_none_or(|expected| expected != code) {
            unexpected.push(format!("{id} in the dead letters as {code}"));
        }
    }
    Verdict {
        accepted: ledger.accepted(),
        in_graph: in_graph.len(),
        dead: dead.len(),
        lost: lost_good.chain(lost_bad).cloned().collect(),
        unexpected,
        doubled,
        waiting: 0,
    }
}

/// A bare connection to the broker of a scene.
pub struct Probe {
    _connection: Connection,
    channel: Channel,
}

impl Probe {
    /// Connects.
    ///
    /// # Panics
    /// When the broker does not answer.
    pub async fn new(scene: &Scene) -> Probe {
        Probe::try_new(scene).await.expect("the broker answers")
    }

    /// Connects; `None` where the broker does not answer.
    pub async fn try_new(scene: &Scene) -> Option<Probe> {
        let properties = ConnectionProperties::default().with_connection_name("thoth oracle".into());
        let connection = Connection::connect(scene.vhost().url(), properties).await.ok()?;
        let channel = connection.create_channel().await.ok()?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await
            .ok()?;
        Some(Probe {
            _connection: connection,
            channel,
        })
    }

    /// Messages of a queue that wait for a worker; those in a worker's hands do not count. Somebody must have declared the
    /// queue: a publisher or a worker.
    ///
    /// # Panics
    /// When the broker does not answer, or has no such queue.
    pub async fn waiting_in(&self, queue: &str) -> usize {
        let passive = QueueDeclareOptions {
            passive: true,
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .channel
            .queue_declare(queue.into(), passive, FieldTable::default());
        declared.await.expect("the queue is there").message_count() as usize
    }

    /// Whether no message waits, nor did a moment before: what a worker held when it ended comes back a little later.
    pub async fn is_drained(&self) -> bool {
        if self.waiting().await > 0 {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.waiting().await == 0
    }

    /// Messages that wait for a worker.
    pub async fn waiting(&self) -> usize {
        self.waiting_in(LIGHT).await + self.waiting_in(HEAVY).await
    }

    /// Sends a message; confirmed by the broker when this returns.
    ///
    /// # Panics
    /// When the broker does not take it.
    pub async fn send(&self, message: &BadMessage) {
        let properties = BasicProperties::default()
            .with_message_id(message.id.as_str().into())
            .with_delivery_mode(2);
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let key = message.routing_key.into();
        let sent = self
            .channel
            .basic_publish(DOCUMENTS.into(), key, options, &message.body, properties);
        let confirm = sent.await.expect("the message can be sent").await;
        let confirm = confirm.expect("the broker answers");
        assert!(confirm.is_ack(), "the broker refused a message: {confirm:?}");
    }
}

/// Key and code of every dead letter, those in the queue of the broker included.
fn dead_letters(scene: &Scene) -> Vec<(String, String)> {
    let listed = scene.thoth(["dead-letters", "list", "--format", "json"]).run();
    let listed = listed.expect_code(0).json();
    let text = |letter: &Value, key: &str| letter[key].as_str().unwrap_or_default().to_owned();
    let letters = listed["deadLetters"].as_array().into_iter().flatten();
    letters
        .map(|letter| (text(letter, "key"), text(letter, "code")))
        .collect()
}

/// The code of a dead letter that came back to its queue too often.
pub const OVER_THE_LIMIT: &str = "DELIVERY_LIMIT";

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.good.insert("one".to_owned(), Value::Null);
        ledger.good.insert("two".to_owned(), Value::Null);
        ledger.bad.insert("three".to_owned(), "MALFORMED_JSON");
        ledger.perhaps.insert("four".to_owned());
        ledger
    }

    fn judged(documents: &[&str], letters: &[(&str, &str)]) -> Verdict {
        let documents: Vec<String> = documents.iter().map(|id| (*id).to_owned()).collect();
        let letters: Vec<(String, String)> = letters
            .iter()
            .map(|(id, code)| ((*id).to_owned(), (*code).to_owned()))
            .collect();
        judge(&ledger(), &documents, &letters)
    }

    #[test]
    fn everything_in_its_place_is_clean() {
        let bad = ("three", "MALFORMED_JSON");
        assert!(judged(&["one", "two"], &[bad]).is_clean());
        let verdict = judged(&["one", "two", "four"], &[bad, bad]);
        assert!(verdict.is_clean());
    }

    #[test]
    fn what_is_nowhere_is_lost() {
        assert_eq!(judged(&["one"], &[]).lost, ["two", "three"]);
    }

    #[test]
    fn what_is_elsewhere_is_unexpected() {
        let verdict = judged(
            &["one", "two", "five"],
            &[("three", "INTERNAL"), ("one", "NOT_FOUND")],
        );
        assert_eq!(verdict.unexpected.len(), 3, "{verdict:#?}");
        assert!(verdict.lost.is_empty());
    }

    #[test]
    fn what_is_there_twice_is_doubled() {
        assert_eq!(
            judged(&["one", "one", "two"], &[("three", "MALFORMED_JSON")]).doubled,
            ["one"]
        );
    }
}
