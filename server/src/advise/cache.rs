//! What earlier advises read of packages, for later ones: bounded by bytes, the longest unused goes first.
//!
//! An entry is never believed by itself: an advise names its revision to the graph, and reads the package again where
//! the graph has another one. So it does not matter who changed the graph.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thoth_schema::name::PackageName;

use super::known::Known;
use super::scope::Scope;
use crate::metrics;

/// What one process keeps of packages.
#[derive(Debug)]
pub struct Cache {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Entry>,
    /// The keys by their last use.
    order: BTreeMap<u64, Key>,
    clock: u64,
    bytes: usize,
}

type Key = (Scope, PackageName);

#[derive(Debug)]
struct Entry {
    known: Arc<Known>,
    bytes: usize,
    used: u64,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSize {
    /// Packages, once for each scope that they were read in.
    pub packages: usize,
    /// Bytes of memory, about.
    pub bytes: usize,
}

impl Cache {
    /// An empty cache of at most so many bytes; with 0 nothing is kept.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            state: Mutex::default(),
        }
    }

    /// How much is kept now.
    pub fn size(&self) -> CacheSize {
        let state = self.state();
        CacheSize {
            packages: state.entries.len(),
            bytes: state.bytes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked meanwhile left at worst an entry that the graph will be asked about.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept of a package.
    pub(super) fn get(&self, scope: &Scope, package: &PackageName) -> Option<Arc<Known>> {
        if self.most == 0 {
            return None;
        }
        let mut state = self.state();
        let state = &mut *state;
        let key = (scope.clone(), package.clone());
        let entry = state.entries.get_mut(&key)?;
        state.clock += 1;
        state.order.remove(&entry.used);
        entry.used = state.clock;
        state.order.insert(state.clock, key);
        Some(Arc::clone(&entry.known))
    }

    /// Keeps what was read of a package, in place of what was kept.
    pub(super) fn put(&self, scope: &Scope, package: &PackageName, known: &Arc<Known>) {
        if self.most == 0 {
            return;
        }
        let bytes = known.bytes(package);
        let mut state = self.state();
        let key = (scope.clone(), package.clone());
        state.remove(&key);
        if bytes <= self.most && known.revision.is_some() {
            state.clock += 1;
            let used = state.clock;
            let known = Arc::clone(known);
            state.bytes += bytes;
            state.order.insert(used, key.clone());
            state.entries.insert(key, Entry { known, bytes, used });
        }
        while state.bytes > self.most {
            let Some(oldest) = state.order.first_key_value().map(|(_, key)| key.clone()) else {
                break;
            };
            state.remove(&oldest);
            metrics::cache_evicted();
        }
        metrics::cache_size(state.bytes, state.entries.len());
    }
}

impl State {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;

    use super::*;

    fn known(revision: &str) -> Arc<Known> {
        Arc::new(Known::new(
            Some(revision.to_owned()),
            BTreeSet::new(),
            Vec::new(),
            None,
        ))
    }

    fn package(name: &str) -> PackageName {
        name.parse().unwrap()
    }

    #[test]
    fn the_longest_unused_goes_first_and_the_bytes_are_those_of_the_entries() {
        let scope = Scope::named("linux");
        let one = known("1").bytes(&package("aaa"));
        let cache = Cache::new(2 * one);
        for name in ["aaa", "bbb"] {
            cache.put(&scope, &package(name), &known("1"));
        }
        assert!(cache.get(&scope, &package("aaa")).is_some());
        cache.put(&scope, &package("ccc"), &known("1"));
        assert!(cache.get(&scope, &package("bbb")).is_none());
        assert!(cache.get(&scope, &package("aaa")).is_some());
        assert_eq!(
            cache.size(),
            CacheSize {
                packages: 2,
                bytes: 2 * one
            }
        );
        cache.put(&scope, &package("aaa"), &known("2"));
        assert_eq!(
            cache.size(),
            CacheSize {
                packages: 2,
                bytes: 2 * one
            }
        );
    }

    #[test]
    fn scopes_are_apart_and_a_package_that_is_not_there_is_not_kept() {
        let cache = Cache::new(1 << 20);
        cache.put(&Scope::named("linux"), &package("aaa"), &known("1"));
        assert!(cache.get(&Scope::named("windows"), &package("aaa")).is_none());
        let absent = Known::new(None, BTreeSet::new(), Vec::new(), None);
        cache.put(&Scope::named("linux"), &package("aaa"), &Arc::new(absent));
        assert_eq!(
            cache.size(),
            CacheSize {
                packages: 0,
                bytes: 0
            }
        );
    }
}
