//! `thoth graph`: the schema, the invariants, the checksum, the rebuild, and questions in Cypher.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value as Json, json};
use thoth_cypher::{CATALOGUE, Params, Rows, Value, connect, migrate};
use thoth_ingest::{check, checksum};
use thoth_schema::error::{ErrorCode, Fault};

use crate::args::{Format, GraphArgs, GraphVerb, QueriesArgs, QueryArgs};
use crate::output::Output;
use crate::settings::{Settings, near_matches};
use crate::{exit, files, knowledge};

/// Largest statement in bytes.
const MAX_STATEMENT_BYTES: u64 = 1024 * 1024;

/// Runs one of the verbs.
///
/// # Errors
/// Faults of arguments, graph and store.
pub(super) async fn run(verb: &GraphVerb, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    match verb {
        GraphVerb::Migrate(args) => migrate_graph(args, settings, output).await,
        GraphVerb::Check(args) => check_graph(args, settings, output).await,
        GraphVerb::Checksum(args) => print_checksum(args, settings, output).await,
        GraphVerb::Rebuild(args) => super::ingest::rebuild(args, settings, output).await,
        GraphVerb::Query(args) => query(args, settings, output).await,
        GraphVerb::Queries(args) => queries(args, output),
    }
}

async fn migrate_graph(args: &GraphArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let graph = settings.graph()?;
    let opened = connect(&graph.address).await?;
    let applied = migrate(opened.as_ref()).await?;
    match args.format.format {
        Format::Json => output.json(&json!({"graph": graph.shown, "applied": applied}))?,
        Format::Table if applied.is_empty() => output.data("the schema is up to date\n")?,
        Format::Table => output.data(&format!("applied {}\n", applied.join(", ")))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn check_graph(args: &GraphArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let graph = knowledge::open(&settings.graph()?).await?;
    let violations = check::check(graph.as_ref()).await?;
    match args.format.format {
        Format::Json => output.json(&json!({"violations": violations}))?,
        Format::Table if violations.is_empty() => output.data("every invariant holds\n")?,
        Format::Table => {
            let mut table = output.table(["invariant", "key", "problem"]);
            for one in &violations {
                table.add_row([&one.invariant, &one.key, &one.problem]);
            }
            output.print(&table)?;
        }
    }
    Ok(if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        exit::finding()
    })
}

async fn print_checksum(args: &GraphArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let graph = knowledge::open(&settings.graph()?).await?;
    let sum = checksum::checksum(graph.as_ref()).await?;
    match args.format.format {
        Format::Json => output.json(&sum)?,
        Format::Table => {
            let mut table = output.table(["table", "rows", "checksum"]);
            for (name, one) in &sum.tables {
                table.add_row([name.clone(), one.rows.to_string(), one.checksum.clone()]);
            }
            output.print(&table)?;
            output.data(&format!("graph {}\n", sum.checksum))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn query(args: &QueryArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let text = statement(args)?;
    let params = parameters(&args.parameters)?;
    let graph = knowledge::open(&settings.graph()?).await?;
    let rows = graph.query(&text, params).await?;
    match args.format.format {
        Format::Json => output.json(&rows.rows.iter().map(|row| object(&rows, row)).collect::<Vec<_>>())?,
        Format::Table => {
            let mut table = output.table([]);
            table.set_header(&rows.columns);
            for row in &rows.rows {
                table.add_row(row.iter().map(cell));
            }
            output.print(&table)?;
            output.talk(&format!(
                "{} {}",
                rows.len(),
                if rows.len() == 1 { "row" } else { "rows" }
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn statement(args: &QueryArgs) -> Result<String, Fault> {
    match (&args.expression, &args.file) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(path)) if path == Path::new("-") => {
            let mut text = String::new();
            let stdin = std::io::stdin().lock().take(MAX_STATEMENT_BYTES);
            let read = { stdin }.read_to_string(&mut text);
            read.map_err(|problem| {
                Fault::new(ErrorCode::IoError, format!("stdin cannot be read: {problem}"))
            })?;
            Ok(text)
        }
        (None, Some(path)) => files::read_text(path, MAX_STATEMENT_BYTES),
        (None, None) => Err(Fault::new(ErrorCode::InvalidArgument, "there is no statement")
            .remedy("give one with -e, or name a file")),
    }
}

fn parameters(given: &[String]) -> Result<Params, Fault> {
    let mut params = Params::new();
    for one in given {
        let Some((name, text)) = one.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(
                Fault::new(ErrorCode::InvalidArgument, format!("`{one}` is no parameter"))
                    .at("--param")
                    .remedy("write --param name=value"),
            );
        };
        let value = serde_json::from_str::<Json>(text)
            .map_or_else(|_| Value::from(text), |json| Value::from_json(&json));
        params.insert(name.to_owned(), value);
    }
    Ok(params)
}

fn object(rows: &Rows, row: &[Value]) -> Json {
    let entries = rows
        .columns
        .iter()
        .zip(row)
        .map(|(column, value)| (column.clone(), value.to_json()));
    Json::Object(entries.collect::<Map<_, _>>())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.clone(),
        other => other.to_json().to_string(),
    }
}

fn queries(args: &QueriesArgs, output: &Output) -> Result<ExitCode, Fault> {
    if let Some(name) = &args.name {
        let Some(statement) = CATALOGUE.iter().find(|statement| statement.name == name.as_str()) else {
            let near = near_matches(name, CATALOGUE.iter().map(|statement| statement.name));
            let near = if near.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", near.join(" or "))
            };
            return Err(
                Fault::new(ErrorCode::NotFound, format!("there is no statement `{name}`"))
                    .remedy(format!("`thoth graph queries` lists them{near}")),
            );
        };
        output.data(statement.source)?;
        return Ok(ExitCode::SUCCESS);
    }
    match args.format.format {
        Format::Json => {
            let described = CATALOGUE.iter().map(|statement| {
                json!({"name": statement.name, "purpose": statement.header("purpose"), "columns": statement.columns()})
            });
            output.json(&described.collect::<Vec<_>>())?;
        }
        Format::Table => {
            let mut table = output.table(["statement", "purpose"]);
            for statement in CATALOGUE {
                table.add_row([statement.name, statement.header("purpose").unwrap_or_default()]);
            }
            output.print(&table)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn parameters_are_json_where_they_are_json() {
        let given = ["name=flask", "limit=10", "names=[\"a\", \"b\"]", "empty="].map(str::to_owned);
        let params = parameters(&given).unwrap();
        assert_eq!(params["name"], Value::from("flask"));
        assert_eq!(params["limit"], Value::Int(10));
        assert_eq!(params["names"].texts(), ["a", "b"]);
        assert_eq!(params["empty"], Value::from(""));
        for bad in ["name", "=1"] {
            assert_eq!(
                parameters(&[bad.to_owned()]).unwrap_err().code,
                ErrorCode::InvalidArgument
            );
        }
    }
}
