//! Opening a graph by URL.

use crate::{EmbeddedGraph, Graph, Neo4jAddress, Neo4jGraph};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thoth_schema::error::{ErrorCode, Fault};

/// Where the graph is: the validated form of `graph.url`.
#[derive(Clone)]
pub enum GraphAddress {
    /// `embedded::memory:`, gone with the process.
    Memory,
    /// `embedded:PATH`, durable in a folder.
    Folder(PathBuf),
    /// A Neo4j server.
    Neo4j(Neo4jAddress),
}

impl GraphAddress {
    /// Reads `embedded::memory:`, `embedded:PATH`, `bolt://host:7687` or `neo4j+s://…`.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` naming the forms that are understood.
    pub fn parse(url: &str, user: &str, password: &str, connections: usize) -> Result<Self, Fault> {
        if url == "embedded::memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = url.strip_prefix("embedded:").filter(|path| !path.is_empty()) {
            return Ok(Self::Folder(Path::new(path).to_path_buf()));
        }
        let scheme = url.split_once("://").map(|(scheme, _)| scheme);
        if matches!(
            scheme,
            Some("bolt" | "bolt+s" | "bolt+ssc" | "neo4j" | "neo4j+s" | "neo4j+ssc")
        ) {
            return Ok(Self::Neo4j(Neo4jAddress {
                url: url.to_owned(),
                user: user.to_owned(),
                password: password.to_owned(),
                connections,
            }));
        }
        Err(Fault {
            code: ErrorCode::InvalidConfiguration,
            message: format!("`{url}` is no graph URL"),
            pointer: Some("graph.url".to_owned()),
            remedy: Some("use embedded:PATH, embedded::memory: or bolt://HOST:7687".to_owned()),
        })
    }
}

/// Opens the graph.
///
/// # Errors
/// `GRAPH_UNREACHABLE` or `GRAPH_LOCKED`, naming the place and the remedy.
pub async fn connect(address: &GraphAddress) -> Result<Arc<dyn Graph>, Fault> {
    Ok(match address {
        GraphAddress::Memory => Arc::new(EmbeddedGraph::in_memory()?),
        GraphAddress::Folder(path) => Arc::new(EmbeddedGraph::open(path)?),
        GraphAddress::Neo4j(address) => Arc::new(Neo4jGraph::connect(address).await?),
    })
}
