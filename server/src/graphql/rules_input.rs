//! Rules of one request, from GraphQL input.

use std::collections::BTreeMap;

use async_graphql::{InputObject, Json};
use thoth_adviser::rules::{Runtime, library_usage};
use thoth_schema::document::{Document, Payload};
use thoth_schema::error::{ErrorCode, Fault};

use crate::advise;

/// Most sets of rules that one request may bring.
const SETS_MAX: usize = 100;

/// Rules for one request, and what rules ask of it.
#[derive(Debug, InputObject)]
pub(crate) struct RulesInput {
    /// Prescription files (`v1`) as JSON, at most 100; each replaces that of the graph with the same namespace and path.
    #[graphql(default)]
    sets: Vec<Json<serde_json::Value>>,
    /// Whether the rules of the graph are left aside.
    #[graphql(default)]
    no_graph: bool,
    /// Labels of the request: an object of texts.
    labels: Option<Json<BTreeMap<String, String>>>,
    /// Symbols that the user's code takes from libraries: an object of lists of symbols by library.
    library_usage: Option<Json<serde_json::Value>>,
    /// What is known of the place where the stack shall run, beyond its markers; docs/rules.md lists the fields.
    runtime: Option<Json<Runtime>>,
    /// The address that rules give the default index of the graph.
    default_index: Option<String>,
}

impl RulesInput {
    /// The rules, read.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, or why a set cannot be read, with a JSON pointer into the input.
    pub(super) fn validate(self) -> Result<advise::RulesInput, Fault> {
        if self.sets.len() > SETS_MAX {
            let message = format!(
                "{} sets are more than the {SETS_MAX} that one advice takes",
                self.sets.len()
            );
            return Err(Fault::new(ErrorCode::LimitExceeded, message).at("/rules/sets"));
        }
        let mut sets = Vec::with_capacity(self.sets.len());
        for (position, Json(set)) in self.sets.iter().enumerate() {
            let place = format!("/rules/sets/{position}");
            let document = Document::from_value(set).map_err(|fault| {
                let pointer = fault.pointer.clone().unwrap_or_default();
                fault.at(format!("{place}{pointer}"))
            })?;
            let Payload::Rules(set) = document.payload else {
                return Err(
                    Fault::new(ErrorCode::InvalidArgument, "the set is no prescription file")
                        .at(place)
                        .remedy("send {\"units\": {…}}"),
                );
            };
            sets.push(set);
        }
        Ok(advise::RulesInput {
            sets,
            no_graph: self.no_graph,
            labels: self.labels.map(|Json(labels)| labels).unwrap_or_default(),
            library_usage: self
                .library_usage
                .map(|Json(usage)| library_usage(&usage))
                .unwrap_or_default(),
            runtime: self.runtime.map(|Json(runtime)| runtime).unwrap_or_default(),
            // Nobody signs in yet.
            authenticated: false,
            default_index: self.default_index,
        })
    }
}
