//! Equal reads that would wait for each other become one.
//!
//! Many advises at once ask the graph the same: whether the packages behind a popular requirement have changed. Whoever
//! finds such a read under way waits for it to end, and then one of those that waited asks for all of them. An answer
//! is shared only with those who asked before its statement began, so nobody is given anything older than what a
//! statement of their own would have found.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use thoth_cypher::{Engine, Graph, Params, Rows, Statement, Transaction};
use thoth_schema::error::Fault;
use tokio::sync::Mutex as Queue;

/// A graph whose equal reads are shared.
pub(super) struct Together {
    graph: Arc<dyn Graph>,
    turns: Turns,
}

type Turns = Mutex<HashMap<Asked, Arc<Turn>>>;
type Asked = (&'static str, String);

/// One read, as often as it is asked.
#[derive(Default)]
struct Turn {
    /// How often it began.
    began: AtomicU64,
    /// The last answer and the number of its beginning; locked while the statement runs.
    last: Queue<Option<(u64, Rows)>>,
}

/// A place in the queue of a turn; the turn is forgotten with the last of them.
struct Place<'turns> {
    turns: &'turns Turns,
    asked: Asked,
    turn: Arc<Turn>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut turns = lock(self.turns);
        // One is here, one in the table.
        if Arc::strong_count(&self.turn) == 2 {
            turns.remove(&self.asked);
        }
    }
}

fn lock(turns: &Turns) -> MutexGuard<'_, HashMap<Asked, Arc<Turn>>> {
    turns.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Together {
    pub(super) fn new(graph: Arc<dyn Graph>) -> Self {
        Self {
            graph,
            turns: Turns::default(),
        }
    }

    fn place(&self, statement: &'static Statement, params: &Params) -> Place<'_> {
        let texts: Vec<String> = params
            .iter()
            .map(|(name, value)| format!("{name}={}", value.to_json()))
            .collect();
        let asked = (statement.name, texts.join("\n"));
        let turn = Arc::clone(lock(&self.turns).entry(asked.clone()).or_default());
        Place {
            turns: &self.turns,
            asked,
            turn,
        }
    }
}

#[async_trait]
impl Graph for Together {
    fn engine(&self) -> Engine {
        self.graph.engine()
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let place = self.place(statement, &params);
        let before = place.turn.began.load(Ordering::SeqCst);
        let mut last = place.turn.last.lock().await;
        if let Some((number, rows)) = last.as_ref()
            && *number > before
        {
            return Ok(rows.clone());
        }
        let number = place.turn.began.fetch_add(1, Ordering::SeqCst) + 1;
        let rows = self.graph.read(statement, params).await?;
        *last = Some((number, rows.clone()));
        Ok(rows)
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        self.graph.query(text, params).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.graph.begin().await
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.graph.define(text).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use thoth_cypher::{READ_STATISTICS, Value};
    use tokio::sync::Semaphore;

    use super::*;

    /// Answers with how often it was asked, as soon as it is let.
    struct Counting {
        asked: AtomicU64,
        leave: Semaphore,
    }

    #[async_trait]
    impl Graph for Counting {
        fn engine(&self) -> Engine {
            Engine::Embedded
        }

        async fn read(&self, _: &'static Statement, _: Params) -> Result<Rows, Fault> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            self.leave.acquire().await.unwrap().forget();
            Ok(Rows {
                columns: vec!["number".to_owned()],
                rows: vec![vec![Value::Int(number as i64)]],
            })
        }

        async fn query(&self, _: &str, _: Params) -> Result<Rows, Fault> {
            unreachable!("nothing is queried")
        }

        async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
            unreachable!("nothing is written")
        }

        async fn define(&self, _: &str) -> Result<(), Fault> {
            unreachable!("nothing is defined")
        }
    }

    #[tokio::test]
    async fn an_answer_is_shared_with_those_who_asked_before_it_began_and_nobody_else() {
        let counting = Arc::new(Counting {
            asked: AtomicU64::new(0),
            leave: Semaphore::new(0),
        });
        let graph = Arc::new(Together::new(Arc::clone(&counting) as Arc<dyn Graph>));
        let ask = || {
            let graph = Arc::clone(&graph);
            tokio::spawn(async move {
                let rows = graph.read(&READ_STATISTICS, Params::new()).await.unwrap();
                rows.rows[0][0].as_int().unwrap()
            })
        };
        let first = ask();
        while counting.asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let later: Vec<_> = (0..5).map(|_| ask()).collect();
        while Arc::strong_count(lock(&graph.turns).values().next().unwrap()) < 7 {
            tokio::task::yield_now().await;
        }
        counting.leave.add_permits(2);
        assert_eq!(first.await.unwrap(), 1);
        for one in later {
            assert_eq!(one.await.unwrap(), 2);
        }
        assert!(lock(&graph.turns).is_empty());
    }
}
