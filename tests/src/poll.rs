//! Waiting for something that another process brings about: look often, give up at a deadline, say what was
//! awaited.

use std::future::Future;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(50);

/// Calls `look` every 50 ms until it gives a value.
///
/// # Panics
/// After `deadline`, naming `what` was awaited.
#[track_caller]
pub fn until<Value>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<Value>) -> Value {
    let started = Instant::now();
    loop {
        if let Some(value) = look() {
            return value;
        }
        if started.elapsed() >= deadline {
            panic!("waited {deadline:?} in vain for {what}");
        }
        std::thread::sleep(PAUSE);
    }
}

/// [`until`] for a condition.
///
/// # Panics
/// After `deadline`, naming `what` was awaited.
#[track_caller]
pub fn until_true(what: &str, deadline: Duration, mut holds: impl FnMut() -> bool) {
    until(what, deadline, || holds().then_some(()));
}

/// [`until`] for looks that are asynchronous, such as a query.
///
/// # Panics
/// After `deadline`, naming `what` was awaited.
pub async fn until_async<Value, Look>(what: &str, deadline: Duration, mut look: impl FnMut() -> Look) -> Value
where
    Look: Future<Output = Option<Value>>,
{
    let started = Instant::now();
    loop {
        if let Some(value) = look().await {
            return value;
        }
        if started.elapsed() >= deadline {
            panic!("waited {deadline:?} in vain for {what}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_the_first_look_that_gives_one_comes_back() {
        let mut looks = 0;
        let value = until("the third look", Duration::from_secs(5), || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(value, 3);
    }

    #[test]
    #[should_panic(expected = "in vain for nothing")]
    fn the_deadline_ends_the_wait_and_names_what_was_awaited() {
        until_true("nothing", Duration::from_millis(120), || false);
    }

    #[tokio::test]
    async fn asynchronous_looks_are_awaited() {
        let value = until_async("an answer", Duration::from_secs(5), || async { Some(42) }).await;
        assert_eq!(value, 42);
    }
}
