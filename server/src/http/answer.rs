//! Errors as JSON, in the form that GraphQL clients read anyway.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;
use thoth_schema::error::{ErrorCode, Fault};

use crate::graphql::shown;

/// `{"errors": [{"message", "extensions": {"code", "remedy"}}]}` with the HTTP status of the code.
pub(crate) fn fault(fault: &Fault) -> HttpResponse {
    with_status(status_of(fault.code), fault)
}

/// The HTTP status of a code.
pub(crate) fn status_of(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// No such path.
pub(crate) async fn not_found() -> HttpResponse {
    let nothing = Fault::new(ErrorCode::NotFound, "there is nothing under this path");
    fault(&nothing.remedy("POST queries to /graphql"))
}

/// A path that does not take the method.
pub(crate) async fn wrong_method() -> HttpResponse {
    let wrong = Fault::new(ErrorCode::InvalidArgument, "the path does not take this method");
    with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        &wrong.remedy("POST queries to /graphql, GET everything else"),
    )
}

pub(crate) fn with_status(status: StatusCode, fault: &Fault) -> HttpResponse {
    let (visible, id) = shown(fault);
    let mut extensions = serde_json::Map::new();
    extensions.insert("code".to_owned(), json!(visible.code.code()));
    let texts = [
        ("remedy", visible.remedy),
        ("pointer", visible.pointer),
        ("errorId", id),
    ];
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        extensions.insert(key.to_owned(), json!(text));
    }
    HttpResponse::build(status)
        .json(json!({ "errors": [{ "message": visible.message, "extensions": extensions }] }))
}
