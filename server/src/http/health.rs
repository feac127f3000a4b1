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

/// Says what is wrong with the connection to the broker, where something is.
pub(crate) type Broker = Box<dyn Fn() -> Option<Fault> + Send + Sync>;

/// Asks what the process cannot do without: the graph, and of a worker the broker.
pub(crate) struct Health {
    graph: Arc<dyn Graph>,
    broker: Option<Broker>,
    started: AtomicBool,
}

impl Health {
    pub(crate) fn new(graph: Arc<dyn Graph>, broker: Option<Broker>) -> Self {
        Self {
            graph,
            broker,
            started: AtomicBool::new(false),
        }
    }

    /// The first check that fails, and why.
    async fn check(&self) -> Result<(), (&'static str, Fault)> {
        let wait = Duration::from_millis(HEALTH_MILLIS);
        let asked = tokio::time::timeout(wait, pending(self.graph.as_ref())).await;
        let asked = asked.unwrap_or_else(|_| {
            let message = format!("no answer within {HEALTH_MILLIS} milliseconds");
            Err(Fault::new(ErrorCode::GraphUnreachable, message))
        });
        let lacking = asked.map_err(|fault| match fault.code {
            ErrorCode::MigrationPending | ErrorCode::MigrationChanged => ("migrations", fault),
            _ => ("graph", fault),
        })?;
        if !lacking.is_empty() {
            let message = format!("the graph lacks {}", lacking.join(", "));
            let fault = Fault::new(ErrorCode::MigrationPending, message);
            return Err(("migrations", fault.remedy("run `thoth graph migrate`")));
        }
        if let Some(fault) = self.broker.as_ref().and_then(|broker| broker()) {
            return Err(("broker", fault));
        }
        self.started.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// What is checked, in this order.
    fn names(&self) -> &'static [&'static str] {
        match self.broker {
            Some(_) => &["graph", "migrations", "broker"],
            None => &["graph", "migrations"],
        }
    }
}

/// `GET /health/live`: the process answers. An outage of the graph is no reason to kill it.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// `GET /health/ready`: requests can be answered now.
pub(crate) async fn ready(state: web::Data<State>) -> HttpResponse {
    report("ready", &state.health, state.health.check().await)
}

/// `GET /health/startup`: requests could be answered at least once.
pub(crate) async fn startup(state: web::Data<State>) -> HttpResponse {
    let outcome = match state.health.started.load(Ordering::Relaxed) {
        true => Ok(()),
        false => state.health.check().await,
    };
    report("started", &state.health, outcome)
}

fn report(status: &str, health: &Health, outcome: Result<(), (&'static str, Fault)>) -> HttpResponse {
    let names = health.names().iter();
    let Err((failed, fault)) = outcome else {
        let checks: Vec<Value> = names.map(|name| check(name, None)).collect();
        return HttpResponse::Ok().json(json!({ "status": status, "checks": checks }));
    };
    tracing::warn!(check = failed, code = fault.code.code(), error = %fault, "the service is not ready");
    let passed = names.take_while(|name| **name != failed);
    let mut checks: Vec<Value> = passed.map(|name| check(name, None)).collect();
    checks.push(check(failed, Some(&fault)));
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
