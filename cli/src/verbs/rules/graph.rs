//! Rules as the graph has them.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Value, json};
use thoth_cypher::{PRUNE_RULES, READ_RULES_BY_KEY, Row, params};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::rules::Rule;
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
    let rules = rows.iter().map(|row| Ok((row.text("key"), read(row)?)));
    let rules = rules.collect::<Result<BTreeMap<&str, Rule>, Fault>>()?;
    if args.format.format == Format::Json {
        let rules: Vec<Value> = rules.iter().map(|(key, rule)| as_json(key, rule)).collect();
        output.json(&rules)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = output.table(["rule", "type"]);
    for (key, rule) in &rules {
        table.add_row([*key, &rule.unit_type]);
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
    output.json(&as_json(row.text("key"), &read(row)?))?;
    Ok(ExitCode::SUCCESS)
}

fn read(row: Row<'_>) -> Result<Rule, Fault> {
    let rule = row.optional_text("definition").and_then(Rule::from_definition);
    rule.ok_or_else(|| {
        let message = "what the graph holds of this rule cannot be read";
        Fault::new(ErrorCode::Internal, message)
            .at(row.text("key"))
            .remedy("load the file of the rule again with `thoth ingest`")
    })
}

fn as_json(key: &str, rule: &Rule) -> Value {
    json!({
        "key": key, "kind": rule.kind, "name": rule.name, "type": rule.unit_type,
        "shouldInclude": rule.should_include, "match": rule.pattern, "run": rule.run,
    })
}
