//! The GraphiQL page, served from the binary so that it works without any other host.

use actix_web::{HttpResponse, http::header, web};

use super::{State, answer};

/// What the page may load: itself. Its styles are partly made by its scripts.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'none'";

/// File name, content type and bytes.
const ASSETS: &[(&str, &str, &[u8])] = &[
    (
        "start.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/graphiql/start.js"),
    ),
    (
        "graphiql.min.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/graphiql/graphiql.min.js"),
    ),
    (
        "graphiql.min.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/graphiql/graphiql.min.css"),
    ),
    (
        "react.production.min.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/graphiql/react.production.min.js"),
    ),
    (
        "react-dom.production.min.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/graphiql/react-dom.production.min.js"),
    ),
    (
        "LICENSES.md",
        "text/markdown; charset=utf-8",
        include_bytes!("../../assets/graphiql/LICENSES.md"),
    ),
];

/// `GET /`: to the page that people want.
pub(crate) async fn home(state: web::Data<State>) -> HttpResponse {
    if !state.config.graphiql {
        return answer::not_found().await;
    }
    HttpResponse::TemporaryRedirect()
        .insert_header((header::LOCATION, "/graphql"))
        .finish()
}

/// `GET /graphql`: the page.
pub(crate) async fn page(state: web::Data<State>) -> HttpResponse {
    if !state.config.graphiql {
        return answer::not_found().await;
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(include_str!("../../assets/graphiql/index.html"))
}

/// `GET /graphiql/{file}`: what the page loads.
pub(crate) async fn asset(state: web::Data<State>, file: web::Path<String>) -> HttpResponse {
    let known = ASSETS.iter().find(|(name, _, _)| *name == file.as_str());
    let Some((_, content_type, bytes)) = known.filter(|_| state.config.graphiql) else {
        return answer::not_found().await;
    };
    HttpResponse::Ok()
        .content_type(*content_type)
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(*bytes)
}
