//! `POST /graphql`: one request object in, one answer out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::{Request, Response, Value};
use serde_json::Value as Json;
use thoth_schema::error::{ErrorCode, Fault};

use super::{State, answer, peer};
use crate::graphql::code_of;
use crate::limits::{BODY_BYTES, RETRY_AFTER_MILLIS};

/// What the log says of a request whose client left; nobody receives it. The number is that of nginx.
fn client_closed_request() -> HttpResponse {
    HttpResponse::new(StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST))
}

/// Executes a GraphQL request.
///
/// An answer that holds any data has status 200; one that holds none has the status of its first error.
pub(crate) async fn execute(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
) -> HttpResponse {
    let parsed = match read(&request, body).await {
        Ok(bytes) => parse(&bytes),
        Err(fault) => Err(fault),
    };
    match parsed {
        Ok(query) => tokio::select! {
            response = state.schema.execute(query) => answered(response),
            () = peer::gone(&request) => {
                tracing::info!("the client left before its answer was there");
                client_closed_request()
            }
        },
        Err(fault) => answer::fault(&fault),
    }
}

async fn read(request: &HttpRequest, body: web::Payload) -> Result<web::Bytes, Fault> {
    use actix_web::HttpMessage;
    // Browsers may send other content types to any host without asking it first.
    if request.content_type() != "application/json" {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            "the request body must be application/json",
        )
        .remedy("send the header `Content-Type: application/json`"));
    }
    match body.to_bytes_limited(BODY_BYTES).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(problem)) => Err(Fault::new(
            ErrorCode::TruncatedInput,
            format!("the request body broke off: {problem}"),
        )
        .remedy("send the request again")),
        Err(_) => Err(Fault::new(
            ErrorCode::DocumentTooLarge,
            format!("the request body has more than {BODY_BYTES} bytes"),
        )
        .remedy("ask for less at once")),
    }
}

fn parse(bytes: &[u8]) -> Result<Request, Fault> {
    const FORM: &str = "send {\"query\": \"…\", \"variables\": {…}, \"operationName\": \"…\"}";
    let value: Json = serde_json::from_slice(bytes).map_err(|problem| {
        let code = if problem.is_eof() {
            ErrorCode::TruncatedInput
        } else {
            ErrorCode::MalformedJson
        };
        Fault::new(code, format!("the request body is not JSON: {problem}")).remedy(FORM)
    })?;
    if value.is_array() {
        let fault = Fault::new(
            ErrorCode::InvalidArgument,
            "several requests in one body are not taken",
        );
        return Err(fault.remedy("send one request object; it may ask for many fields"));
    }
    if !value.get("query").is_some_and(Json::is_string) {
        let fault = Fault::new(
            ErrorCode::SchemaViolation,
            "the request has no text under `query`",
        );
        return Err(fault.at("/query").remedy(FORM));
    }
    serde_json::from_value(value).map_err(|problem| {
        Fault::new(
            ErrorCode::SchemaViolation,
            format!("the request is not one of GraphQL: {problem}"),
        )
        .remedy(FORM)
    })
}

fn answered(response: Response) -> HttpResponse {
    let code = match response.data {
        Value::Null => response.errors.first().and_then(code_of),
        _ => None,
    };
    let mut builder = HttpResponse::build(code.map_or(actix_web::http::StatusCode::OK, answer::status_of));
    if code == Some(ErrorCode::Unavailable) {
        builder.insert_header(("Retry-After", RETRY_AFTER_MILLIS.div_ceil(1000).to_string()));
    }
    builder.json(response)
}
