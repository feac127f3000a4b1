//! What an advice lacked, told to the broker.

use std::sync::Arc;

use thoth_adviser::Missing;
use thoth_ingest::wanted::WantedPublisher;
use thoth_schema::wanted::{KnowledgeWanted, WantedEnvironment};

use super::AdviseInput;

/// What is wanted, in the words of the message.
pub(super) fn messages(input: &AdviseInput, missing: &[Missing]) -> Vec<KnowledgeWanted> {
    let markers = &input.environment.markers;
    let environment = WantedEnvironment {
        name: input.environment.name.clone(),
        python: markers.python_full_version().to_string(),
        sys_platform: markers.sys_platform().to_owned(),
        machine: markers.platform_machine().to_owned(),
    };
    let message = |missing: &Missing| KnowledgeWanted {
        package: missing.package.clone(),
        specifier: missing.specifier.clone(),
        required_by: missing.required_by.clone(),
        indexes: input.indexes.clone(),
        environment: environment.clone(),
    };
    missing.iter().map(message).collect()
}

/// Publishes beside the answer, which waits for nothing: a broker that is away costs the message, not the advice.
pub(super) fn tell(publisher: Arc<WantedPublisher>, wanted: Vec<KnowledgeWanted>) {
    tokio::spawn(async move {
        match publisher.publish(&wanted).await {
            Ok(0) => {}
            Ok(told) => tracing::info!(told, "knowledge is wanted"),
            Err(fault) => tracing::warn!(error = %fault, "wanted knowledge could not be told"),
        }
    });
}
