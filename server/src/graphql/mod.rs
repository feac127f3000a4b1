//! The GraphQL schema: what can be asked, and how it is answered from the graph.

mod advice_input;
mod advice_output;
mod answers;
mod artifact;
mod dead_letter;
mod document;
mod loaders;
mod mutation;
mod opaque;
mod package;
mod page;
mod query;
mod rejection;
mod requirement;
mod rules_input;
mod statistics;
mod version;

use std::sync::Arc;

use async_graphql::{EmptySubscription, SDLExportOptions};
use thoth_cypher::Graph;

pub use answers::{code_of, shown};
pub use mutation::Mutation;
pub use query::Query;

use crate::advise::Advisor;
use crate::config::ServerConfig;
use crate::limits;

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema over a graph, with every limit in place.
pub fn schema(graph: Arc<dyn Graph>, config: &ServerConfig) -> Schema {
    let desk = dead_letter::Desk::new(config.store.clone(), config.broker.clone());
    let advisor = Advisor::new(Arc::clone(&graph), config.advise_cache_bytes)
        .telling(config.broker.clone())
        .keeping(config.store.clone().filter(|_| config.keep_advices))
        .searching(config.concurrent_advises);
    let builder = async_graphql::Schema::build(Query, Mutation, EmptySubscription)
        .data(graph)
        .data(Arc::new(advisor))
        .data(desk)
        .extension(answers::Answers)
        .limit_depth(limits::QUERY_DEPTH)
        .limit_recursive_depth(limits::QUERY_RECURSION)
        .limit_complexity(limits::QUERY_COMPLEXITY)
        .limit_directives(limits::FIELD_DIRECTIVES);
    if config.introspection {
        return builder.finish();
    }
    // Suggestions would tell the schema word by word.
    builder.disable_introspection().disable_suggestions().finish()
}

/// The schema definition language text of the schema, sorted; what is checked in as `schema/thoth.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .use_space_ident();
    async_graphql::Schema::build(Query, Mutation, EmptySubscription)
        .finish()
        .sdl_with_options(options)
}
