//! Many cases over two threads, all failures collected before anything is asserted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What went wrong, a line each.
#[derive(Debug, Default)]
pub(crate) struct Failures(Vec<String>);

impl Failures {
    /// Adds a line about a part of a case.
    pub(crate) fn add(&mut self, part: &str, fault: &str) {
        self.0.push(format!("{part}: {fault}"));
    }

    /// The lines.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.0
    }

    /// Ends the test where there is any, showing all.
    #[track_caller]
    pub(crate) fn assert_none(&self, tried: usize, what: &str) {
        assert!(
            self.0.is_empty(),
            "{} of {tried} {what} failed:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

/// Runs every case, two at a time. `run` gives the name of the case and its complaints; a panic in it is one more.
/// One line per failing case comes back, in the order of the cases.
pub(crate) fn in_two_threads<Case: Sync>(
    cases: &[Case],
    run: impl Fn(&Case) -> (String, Vec<String>) + Sync,
) -> Failures {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Vec<(usize, String)>> = Mutex::default();
    let work = || {
        while let Some((number, case)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            cases.get(number).map(|case| (number, case))
        } {
            let (name, complaints) = catch_unwind(AssertUnwindSafe(|| run(case)))
                .unwrap_or_else(|_| (format!("case {number}"), vec!["panicked, see above".to_owned()]));
            if !complaints.is_empty() {
                let line = format!("- {name}\n    {}", complaints.join("\n    "));
                failed.lock().unwrap().push((number, line));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    Failures(failed.into_iter().map(|(_, line)| line).collect())
}

#[test]
fn failures_keep_their_order_and_a_panic_is_one_of_them() {
    let failures = in_two_threads(&[1, 2, 3, 4], |case| match case {
        2 => panic!("a case may panic"),
        4 => ("four".to_owned(), vec!["wrong".to_owned()]),
        _ => (case.to_string(), Vec::new()),
    });
    assert_eq!(
        failures.into_lines(),
        ["- case 1\n    panicked, see above", "- four\n    wrong"]
    );
}
