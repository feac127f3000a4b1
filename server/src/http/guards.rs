//! What every request passes: one log line, headers that keep browsers careful, and the check of the host name.

use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use thoth_schema::error::{ErrorCode, Fault};
use tracing::Instrument;

use super::{State, answer};
use crate::request_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// Logs one line per request, and ties the request's other lines to it by an id that the answer carries too.
pub(crate) async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let brought = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let id = brought
        .filter(|id| request_id::acceptable(id))
        .map_or_else(request_id::fresh, str::to_owned);
    let method = request.method().to_string();
    let path = request.path().to_owned();
    let span = tracing::info_span!("request", request_id = %id);
    let began = Instant::now();

    let outcome = next.call(request).instrument(span.clone()).await;

    let millis = began.elapsed().as_secs_f64() * 1000.0;
    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    span.in_scope(|| tracing::info!(method, path, status = status.as_u16(), millis, "request answered"));
    let mut response = outcome?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// Adds the headers that the handler did not set itself.
pub(crate) async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    for (name, value) in HEADERS {
        if !response.headers().contains_key(&name) {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// Refuses other host names than the loopback's while nobody else is to be served: a page from elsewhere may have made
/// its own name point here (DNS rebinding).
pub(crate) async fn known_host<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let open = request
        .app_data::<web::Data<State>>()
        .is_some_and(|state| state.config.allow_beyond_loopback);
    if open || names_loopback(request.headers()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let fault = Fault::new(
        ErrorCode::InvalidArgument,
        "this service answers to the names of the loopback only",
    )
    .remedy("ask http://127.0.0.1, or let it serve other machines with server.allow_beyond_loopback");
    Ok(request.into_response(answer::fault(&fault)).map_into_right_body())
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
