//! A canonical checksum of the graph, per label and relationship type, equal on both engines.
//!
//! A node or relationship becomes one canonical JSON line (RFC 8785) of its keys and non-null properties. The checksum
//! of a table is the sum of the SHA-256 of its lines modulo 2^256 (a multiset hash: order does not matter, and no table
//! has to be sorted or held in memory); that of the graph is the SHA-256 over the named tables.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use thoth_cypher::{CATALOGUE, Graph, Params, Row, Value};
use thoth_schema::error::{ErrorCode, Fault};

/// The checksum of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GraphChecksum {
    /// SHA-256 over all tables, hexadecimal.
    pub checksum: String,
    /// Each label and relationship table by the name of its statement.
    pub tables: BTreeMap<String, TableChecksum>,
}

/// The checksum of one label or one type of relationship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableChecksum {
    /// Number of nodes or relationships.
    pub rows: u64,
    /// Sum of line hashes modulo 2^256, hexadecimal.
    pub checksum: String,
}

/// Reads the whole graph and sums it up.
///
/// # Errors
/// Faults of the graph.
pub async fn checksum(graph: &dyn Graph) -> Result<GraphChecksum, Fault> {
    let mut tables = BTreeMap::new();
    for statement in CATALOGUE
        .iter()
        .filter(|statement| statement.name.starts_with("checksum/"))
    {
        let rows = graph.read(statement, Params::new()).await?;
        let mut sum = [0_u8; 32];
        let mut count = 0;
        for row in rows.iter() {
            add(&mut sum, &Sha256::digest(line(row)?.as_bytes()));
            count += 1;
        }
        let name = statement.name.trim_start_matches("checksum/").to_owned();
        tables.insert(
            name,
            TableChecksum {
                rows: count,
                checksum: hexadecimal(&sum),
            },
        );
    }
    let mut whole = Sha256::new();
    for (name, table) in &tables {
        whole.update(format!("{name} {} {}\n", table.rows, table.checksum));
    }
    Ok(GraphChecksum {
        checksum: hexadecimal(&whole.finalize()),
        tables,
    })
}

fn line(row: Row<'_>) -> Result<String, Fault> {
    let Value::Map(properties) = row.get("properties") else {
        return Err(Fault::new(
            ErrorCode::Internal,
            "a checksum statement returned no properties",
        ));
    };
    // An engine may or may not keep a property that was set to null or to an empty list.
    let kept = properties.iter().filter(|(_, value)| !value.is_null());
    let object: serde_json::Map<String, serde_json::Value> =
        kept.map(|(key, value)| (key.clone(), value.to_json())).collect();
    let keys = ["key", "source", "target"].map(|name| row.text(name));
    serde_json_canonicalizer::to_string(&serde_json::json!([keys, object])).map_err(|error| {
        Fault::new(
            ErrorCode::Internal,
            format!("a row has no canonical form: {error}"),
        )
    })
}

/// `sum += number` over 256-bit big-endian numbers, the carry out dropped.
fn add(sum: &mut [u8; 32], number: &[u8]) {
    let mut carry = 0_u16;
    for (digit, other) in sum.iter_mut().rev().zip(number.iter().rev()) {
        let total = u16::from(*digit) + u16::from(*other) + carry;
        *digit = (total & 0xff) as u8;
        carry = total >> 8;
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
