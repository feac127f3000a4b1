//! What an ingest did, by kind and generation of documents, with what it rejected and passed over.

use crate::reader::Rejected;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::collections::BTreeMap;
use thoth_schema::document::{Document, DocumentKind};
use thoth_schema::error::ErrorCode;

/// Rejected lines and files that a summary lists; more are counted.
pub const MAX_REJECTED_LISTED: usize = 1_000;
/// Places that a summary names of each reason.
pub const EXAMPLES_OF_REASON: usize = 3;

/// What an ingest did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Documents read.
    pub read: u64,
    /// Documents brought into the graph, or to the broker.
    pub ingested: u64,
    /// Documents that the graph had already.
    pub already_known: u64,
    /// The same counts for each kind and generation.
    pub forms: Forms,
    /// Lines and files that were set aside, the first [`MAX_REJECTED_LISTED`] of them.
    pub rejected: Vec<Rejected>,
    /// How many were set aside.
    pub rejected_count: u64,
    /// How many were set aside for each reason.
    pub reasons: Vec<Reason>,
    /// Files of folders that hold no documents, by ending.
    pub passed_over: BTreeMap<String, u64>,
}

/// Why lines and files were set aside.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// A row of the table of error codes.
    pub code: ErrorCode,
    /// How many.
    pub count: u64,
    /// Where, the first [`EXAMPLES_OF_REASON`].
    pub examples: Vec<String>,
}

/// Counts of documents of one kind and generation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Documents read.
    pub read: u64,
    /// Documents brought into the graph, or to the broker.
    pub ingested: u64,
    /// Documents that the graph had already.
    pub already_known: u64,
}

/// Counts for each kind and generation, sorted; written as a list of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forms(pub BTreeMap<(DocumentKind, String), Counts>);

impl Serialize for Forms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Form<'form> {
            kind: DocumentKind,
            generation: &'form str,
            #[serde(flatten)]
            counts: Counts,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for ((kind, generation), counts) in &self.0 {
            list.serialize_element(&Form {
                kind: *kind,
                generation,
                counts: *counts,
            })?;
        }
        list.end()
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Read,
    Ingested,
    AlreadyKnown,
}

impl Summary {
    pub(crate) fn count(&mut self, document: &Document, fate: Fate) {
        let form = (document.kind, document.generation.clone());
        let counts = self.forms.0.entry(form).or_default();
        let (total, one) = match fate {
            Fate::Read => (&mut self.read, &mut counts.read),
            Fate::Ingested => (&mut self.ingested, &mut counts.ingested),
            Fate::AlreadyKnown => (&mut self.already_known, &mut counts.already_known),
        };
        *total += 1;
        *one += 1;
    }

    pub(crate) fn reject(&mut self, rejected: Rejected) {
        self.rejected_count += 1;
        let place = rejected.place.clone();
        match self
            .reasons
            .iter_mut()
            .find(|reason| reason.code == rejected.code)
        {
            Some(reason) => {
                reason.count += 1;
                if reason.examples.len() < EXAMPLES_OF_REASON {
                    reason.examples.push(place);
                }
            }
            None => self.reasons.push(Reason {
                code: rejected.code,
                count: 1,
                examples: vec![place],
            }),
        }
        if self.rejected.len() < MAX_REJECTED_LISTED {
            self.rejected.push(rejected);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejections_are_listed_to_the_limit_and_counted_beyond() {
        let mut summary = Summary::default();
        for number in 0..=MAX_REJECTED_LISTED {
            summary.reject(Rejected {
                place: format!("file:{number}"),
                code: ErrorCode::MalformedJson,
                message: String::new(),
            });
        }
        assert_eq!(summary.rejected.len(), MAX_REJECTED_LISTED);
        assert_eq!(summary.rejected_count, MAX_REJECTED_LISTED as u64 + 1);
        assert_eq!(summary.reasons.len(), 1);
        assert_eq!(
            summary.reasons.first().map(|reason| reason.examples.len()),
            Some(EXAMPLES_OF_REASON)
        );
    }
}
