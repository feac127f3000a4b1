//! Health, as orchestrators ask for it: is the process alive, can it answer, has it ever been able to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use thoth_cypher::{Graph, pending};
use thoth_schema::error::{ErrorCode, Fault};

use super::State;
use crate::limits::HEALTH_MILLIS;

/// Asks the graph.
pub(crate) struct Health {
    graph: Arc<dyn Graph>,
    started: AtomicBool,
}

impl Health {
    pub(crate) fn new(graph: Arc<dyn Graph>) -> Self {
        Self {
            graph,
            started: AtomicBool::new(false),
        }
    }

    /// Whether the graph answers in time and has every migration.
    async fn check(&self) -> Result<(), Fault> {
        let wait = Duration::from_millis(HEALTH_MILLIS);
        let lacking = tokio::time::timeout(wait, pending(self.graph.as_ref()))
            .await
            .map_err(|_| {
                Fault::new(
                    ErrorCode::GraphUnreachable,
                    format!("no answer within {HEALTH_MILLIS} milliseconds"),
                )
            })??;
        if !lacking.is_empty() {
            let fault = Fault::new(
                ErrorCode::MigrationPending,
                format!("the graph lacks {}", lacking.join(", ")),
            );
            return Err(fault.remedy("run `thoth graph migrate`"));
        }
        self.started.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// `GET /health/live`: the process answers. An outage of the graph is no reason to kill it.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// `GET /health/ready`: requests can be answered now.
pub(crate) async fn ready(state: web::Data<State>) -> HttpResponse {
    report("ready", state.health.check().await)
}

/// `GET /health/startup`: requests could be answered at least once.
pub(crate) async fn startup(state: web::Data<State>) -> HttpResponse {
    let outcome = match state.health.started.load(Ordering::Relaxed) {
        true => Ok(()),
        false => state.health.check().await,
    };
    report("started", outcome)
}

fn report(status: &str, outcome: Result<(), Fault>) -> HttpResponse {
    let Err(fault) = outcome else {
        let checks = json!([check("graph", None), check("migrations", None)]);
        return HttpResponse::Ok().json(json!({ "status": status, "checks": checks }));
    };
    tracing::warn!(code = fault.code.code(), error = %fault, "the service is not ready");
    let migrations = matches!(
        fault.code,
        ErrorCode::MigrationPending | ErrorCode::MigrationChanged
    );
    let checks = match migrations {
        true => json!([check("graph", None), check("migrations", Some(&fault))]),
        false => json!([check("graph", Some(&fault))]),
    };
    HttpResponse::ServiceUnavailable().json(json!({ "status": "unavailable", "checks": checks }))
}

/// A check and why it failed; of the graph only what the code means, its address is nobody's business.
fn check(name: &str, fault: Option<&Fault>) -> Value {
    let Some(fault) = fault else {
        return json!({ "name": name, "ok": true });
    };
    let reason = match fault.code {
        ErrorCode::MigrationPending => fault.message.as_str(),
        code => code.meaning(),
    };
    json!({ "name": name, "ok": false, "code": fault.code.code(), "reason": reason, "remedy": fault.remedy })
}
