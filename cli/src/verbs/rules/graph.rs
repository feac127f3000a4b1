//! Rules as the graph has them.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Value, json};
use thoth_cypher::{PRUNE_RULES, READ_RULES_BY_KEY, Row, params};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::{name, purl};

use super::args::{ListArgs, ShowArgs};
use crate::args::Format;
use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Lists the rules that concern packages, and those that concern every request.
pub(super) async fn list(args: &ListArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let names = args.packages.iter().map(|text| name::package(text));
    let keys = names.map(|name| name.map(|name| purl::package_key(&name)));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let graph = knowledge::open(&settings.graph()?).await?;
    let rows = graph.read(&PRUNE_RULES, params! { "packages" => keys }).await?;
    let rules: BTreeMap<&str, Row<'_>> = rows.iter().map(|row| (row.text("key"), row)).collect();
    if args.format.format == Format::Json {
        let rules: Vec<Value> = rules.values().map(|row| as_json(*row)).collect();
        output.json(&rules)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = output.table(["rule", "type"]);
    for (key, row) in &rules {
        table.add_row([*key, row.text("unitType")]);
    }
    output.print(&table)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints one rule as JSON.
pub(super) async fn show(args: &ShowArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let graph = knowledge::open(&settings.graph()?).await?;
    let rows = graph
        .read(&READ_RULES_BY_KEY, params! { "keys" => vec![args.key.clone()] })
        .await?;
    let Some(row) = rows.iter().next() else {
        return Err(Fault::new(
            ErrorCode::NotFound,
            format!("the graph has no rule `{}`", args.key),
        )
        .remedy("`thoth rules list PACKAGE` shows keys"));
    };
    output.json(&as_json(row))?;
    Ok(ExitCode::SUCCESS)
}

fn as_json(row: Row<'_>) -> Value {
    let stated = |column: &str| {
        let text = row.optional_text(column)?;
        serde_json::from_str::<Value>(text).ok()
    };
    json!({
        "key": row.text("key"), "kind": row.text("kind"), "name": row.text("name"), "type": row.text("unitType"),
        "shouldInclude": stated("shouldInclude"), "match": stated("pattern"), "run": stated("run"),
    })
}
