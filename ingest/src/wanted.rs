//! Wanted knowledge to the broker, for whoever solves packages.
//!
//! A package that is in demand is lacked by many advices in a row; the same is told once in [`AGAIN`] by one process.
//! Whoever consumes the queue may still meet it twice, from two processes, and takes it as one.

use crate::broker::{BrokerConfig, Session};
use crate::publisher::{Outgoing, confirmed_publish};
use crate::topology::WANTED;
use lapin::BasicProperties;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use thoth_schema::document::sha256_hex;
use thoth_schema::error::Fault;
use thoth_schema::wanted::{KNOWLEDGE_WANTED, KnowledgeWanted};
use tokio::sync::Mutex as Queue;

/// How long the same is not told again.
pub const AGAIN: Duration = Duration::from_secs(60 * 60);
/// What was told, remembered at most; beyond that everything is forgotten, and some is told again.
const REMEMBERED: usize = 100_000;
/// Persistent.
const DELIVERY_MODE: u8 = 2;

/// Tells the broker what is wanted, over one connection, made when it is first needed and anew when it broke.
pub struct WantedPublisher {
    config: BrokerConfig,
    session: Queue<Option<Session>>,
    told: Mutex<HashMap<String, Instant>>,
}

impl WantedPublisher {
    /// A publisher that has not connected yet.
    pub fn new(config: BrokerConfig) -> WantedPublisher {
        WantedPublisher {
            config,
            session: Queue::default(),
            told: Mutex::default(),
        }
    }

    /// Publishes what was not told within [`AGAIN`], each message durable and confirmed; gives how many that were.
    ///
    /// # Errors
    /// `BROKER_UNREACHABLE`, `UNAVAILABLE`, `INVALID_CONFIGURATION`; what was not confirmed may be told again at once.
    pub async fn publish(&self, wanted: &[KnowledgeWanted]) -> Result<usize, Fault> {
        let mut messages = Vec::new();
        for one in wanted {
            let body = one.to_bytes()?;
            let id = sha256_hex(&subject(one)?);
            messages.push((id, body));
        }
        let ids = self.new_ones(messages.iter().map(|(id, _)| id.clone()));
        let mut left = ids.clone();
        messages.retain(|(id, _)| left.remove(id));
        if messages.is_empty() {
            return Ok(0);
        }
        let sent = self.send(&messages).await;
        if sent.is_err() {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.retain(|id, _| !ids.contains(id));
        }
        sent.map(|()| messages.len())
    }

    /// Those that were not told lately; they count as told from now on.
    fn new_ones(&self, ids: impl Iterator<Item = String>) -> HashSet<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if told.len() >= REMEMBERED {
            told.retain(|_, since| now.duration_since(*since) < AGAIN);
        }
        if told.len() >= REMEMBERED {
            told.clear();
        }
        let is_new = |id: &String| {
            let lately = told
                .get(id)
                .is_some_and(|since| now.duration_since(*since) < AGAIN);
            if !lately {
                told.insert(id.clone(), now);
            }
            !lately
        };
        ids.filter(is_new).collect()
    }

    async fn send(&self, messages: &[(String, Vec<u8>)]) -> Result<(), Fault> {
        let mut slot = self.session.lock().await;
        let session = match slot.take().filter(Session::is_open) {
            Some(session) => session,
            None => Session::open(&self.config, "thoth adviser").await?,
        };
        for (id, body) in messages {
            let properties = BasicProperties::default()
                .with_message_id(id.as_str().into())
                .with_content_type("application/json".into())
                .with_type("knowledge-wanted".into())
                .with_delivery_mode(DELIVERY_MODE);
            let outgoing = Outgoing {
                exchange: WANTED,
                routing_key: KNOWLEDGE_WANTED,
                body,
                properties,
            };
            // After a fault the connection is dropped with its slot empty, and made anew.
            confirmed_publish(&session.channel, outgoing).await?;
        }
        *slot = Some(session);
        Ok(())
    }
}

/// What makes two messages the same: who wants it does not.
fn subject(wanted: &KnowledgeWanted) -> Result<Vec<u8>, Fault> {
    let subject = KnowledgeWanted {
        required_by: String::new(),
        ..wanted.clone()
    };
    subject.to_bytes()
}
