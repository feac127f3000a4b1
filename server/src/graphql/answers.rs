//! What goes around every request: loaders, limits of size and time, and errors as rows of the closed table.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest,
    NextRequest,
};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, ServerResult, Variables};
use thoth_cypher::Graph;
use thoth_schema::error::{ErrorCode, Fault};

use super::loaders;
use crate::limits::{MUTATION_MILLIS, QUERY_BYTES, QUERY_MILLIS, RETRY_AFTER_MILLIS};
use crate::request_id;

const QUERY_REMEDY: &str = "compare the query with the schema, e.g. in the documentation of GraphiQL";

/// Makes one [`Answer`] per request.
pub(crate) struct Answers;

impl ExtensionFactory for Answers {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Answer {
            mutates: AtomicBool::new(false),
        })
    }
}

/// What goes around one request.
struct Answer {
    mutates: AtomicBool,
}

#[async_trait::async_trait]
impl Extension for Answer {
    async fn request(&self, context: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(context).await;
        for error in &mut response.errors {
            let fault = fault_of(error);
            dress(error, &fault);
        }
        response
    }

    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = match context.data_opt::<Arc<dyn Graph>>() {
            Some(graph) => request.data(loaders::fresh(graph.clone())),
            None => request,
        };
        next.run(context, request).await
    }

    async fn parse_query(
        &self,
        context: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if query.len() > QUERY_BYTES {
            let message = format!("the query has more than {QUERY_BYTES} bytes");
            let fault = Fault::new(ErrorCode::DocumentTooLarge, message);
            return Err(server_error(fault.remedy("pass large values as variables")));
        }
        let document = next.run(context, query, variables).await?;
        let mutates = document
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty == OperationType::Mutation);
        self.mutates.store(mutates, Ordering::Relaxed);
        Ok(document)
    }

    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let millis = if self.mutates.load(Ordering::Relaxed) {
            MUTATION_MILLIS
        } else {
            QUERY_MILLIS
        };
        match tokio::time::timeout(Duration::from_millis(millis), next.run(context, operation_name)).await {
            Ok(response) => response,
            Err(_) => {
                let fault = Fault::new(
                    ErrorCode::BudgetExhausted,
                    format!("no answer within {millis} milliseconds"),
                );
                Response::from_errors(vec![server_error(
                    fault.remedy("ask for less at once, or try again later"),
                )])
            }
        }
    }
}

fn server_error(fault: Fault) -> ServerError {
    let mut error = ServerError::new(fault.to_string(), None);
    error.source = Some(Arc::new(fault));
    error
}

/// The fault behind an error; what the GraphQL library itself found wrong is put into a row of the table.
fn fault_of(error: &ServerError) -> Fault {
    if let Some(fault) = error.source::<Fault>() {
        return fault.clone();
    }
    let too_much = [
        "Query is too complex",
        "Query is nested too deep",
        "The recursion depth",
        "The number of directives",
    ];
    if too_much
        .iter()
        .any(|beginning| error.message.starts_with(beginning))
    {
        let fault = Fault::new(ErrorCode::QueryTooComplex, in_our_way(&error.message));
        return fault.remedy("ask for fewer levels, smaller pages or fewer fields at once");
    }
    if error.source.is_some() {
        return Fault::new(ErrorCode::Internal, error.message.clone());
    }
    Fault::new(ErrorCode::InvalidArgument, in_our_way(&error.message)).remedy(QUERY_REMEDY)
}

/// One line in lower case without a period, as all our messages are.
fn in_our_way(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.trim_end_matches('.').chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

/// A fault as its reader may see it, and the id of the log line that holds the rest.
///
/// What is the service's own affair (HTTP status 5xx, but for being busy) is logged here, once, and replaced by the
/// meaning of its code.
pub fn shown(fault: &Fault) -> (Fault, Option<String>) {
    let own_affair = fault.code.http_status() >= 500
        && !matches!(fault.code, ErrorCode::Unavailable | ErrorCode::BudgetExhausted);
    if !own_affair {
        return (fault.clone(), None);
    }
    let id = request_id::fresh();
    tracing::error!(error_id = %id, code = fault.code.code(), error = %fault, "a request failed inside the service");
    let remedy = match fault.code.retryable() {
        true => "try again in a moment",
        false => "tell the operator the error id",
    };
    (
        Fault::new(fault.code, fault.code.meaning()).remedy(remedy),
        Some(id),
    )
}

fn dress(error: &mut ServerError, fault: &Fault) {
    let (visible, id) = shown(fault);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", visible.code.code());
    if let Some(remedy) = visible.remedy {
        extensions.set("remedy", remedy);
    }
    if let Some(pointer) = visible.pointer.filter(|pointer| !pointer.is_empty()) {
        extensions.set("pointer", pointer);
    }
    if let Some(id) = id {
        extensions.set("errorId", id);
    }
    if visible.code == ErrorCode::Unavailable {
        extensions.set("retryAfterMillis", RETRY_AFTER_MILLIS);
    }
    error.message = visible.message;
    error.extensions = Some(extensions);
    error.source = None;
}

/// The row of the table that an answered error belongs to.
pub fn code_of(error: &ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => ErrorCode::parse(code),
        _ => None,
    }
}
