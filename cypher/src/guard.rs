//! What ad-hoc Cypher may say: nothing that writes, and on the embedded engine nothing that is known to be answered
//! wrongly there (measured differences between grafeo 0.5.44 and Neo4j 5.26; see `docs/architecture.md`).

use thoth_schema::error::{ErrorCode, Fault};

const WRITING: &[&str] = &[
    "CREATE",
    "MERGE",
    "SET",
    "DELETE",
    "DETACH",
    "REMOVE",
    "DROP",
    "ALTER",
    "FOREACH",
    "LOAD",
    "GRANT",
    "DENY",
    "REVOKE",
    "START",
    "STOP",
    "INSERT",
    "TERMINATE",
];

/// The words and punctuation of a statement without comments, and with every literal replaced by `''`.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' | '`' => {
                skip_literal(&mut characters, character);
                tokens.push("''".to_owned());
            }
            '/' if characters.peek() == Some(&'/') => {
                while characters.next().is_some_and(|next| next != '\n') {}
            }
            '/' if characters.peek() == Some(&'*') => skip_comment(&mut characters),
            word if word.is_alphanumeric() || word == '_' || word == '$' => {
                let mut token = String::from(word);
                while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    token.push(next);
                }
                tokens.push(token);
            }
            blank if blank.is_whitespace() => {}
            other => tokens.push(other.to_string()),
        }
    }
    tokens
}

fn skip_literal(characters: &mut impl Iterator<Item = char>, quote: char) {
    while let Some(next) = characters.next() {
        if next == '\\' && quote != '`' {
            characters.next();
        } else if next == quote {
            return;
        }
    }
}

fn skip_comment(characters: &mut impl Iterator<Item = char>) {
    let mut previous = ' ';
    for next in characters {
        if previous == '*' && next == '/' {
            return;
        }
        previous = next;
    }
}

fn refused(message: String, remedy: &str) -> Fault {
    Fault {
        code: ErrorCode::GraphQueryRefused,
        message,
        pointer: None,
        remedy: Some(remedy.to_owned()),
    }
}

/// Refuses text with a writing or administrative clause. A word after `.` or `:` is a property or a label.
///
/// # Errors
/// `GRAPH_QUERY_REFUSED` naming the clause.
pub fn refuse_writes(text: &str) -> Result<(), Fault> {
    let tokens = tokens(text);
    for (position, token) in tokens.iter().enumerate() {
        let previous = position
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .map(String::as_str);
        let upper = token.to_uppercase();
        if !matches!(previous, Some("." | ":" | "|" | "&")) && WRITING.contains(&upper.as_str()) {
            return Err(refused(
                format!("`{upper}` is not allowed in a read-only query"),
                "knowledge enters by documents only: use `thoth ingest`",
            ));
        }
        if upper == "CALL"
            && tokens
                .get(position + 1)
                .is_some_and(|next| next != "{" && next != "(")
        {
            return Err(refused(
                "`CALL` of a procedure is not allowed in a read-only query".to_owned(),
                "use MATCH patterns and subqueries in braces",
            ));
        }
    }
    Ok(())
}

const AGGREGATES: &[&str] = &[
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "COLLECT",
    "STDEV",
    "STDEVP",
    "PERCENTILECONT",
    "PERCENTILEDISC",
];

/// Refuses constructs that the embedded engine answers without an error but wrongly.
///
/// # Errors
/// `GRAPH_QUERY_REFUSED` naming the construct and the rewrite.
pub fn refuse_wrong_answers(text: &str) -> Result<(), Fault> {
    let upper: Vec<String> = tokens(text).iter().map(|token| token.to_uppercase()).collect();
    let clauses = clauses(&upper);
    for (position, clause) in clauses.iter().enumerate() {
        let aggregates = clause.iter().any(|token| AGGREGATES.contains(&token.as_str()));
        if aggregates && groups_by_case(clause) {
            return Err(refused(
                "the embedded engine merges groups keyed by a CASE expression".to_owned(),
                "return the plain columns and group where the rows are read",
            ));
        }
        if aggregates && slices_aggregate(clause) {
            return Err(refused(
                "the embedded engine loses a slice or index taken directly of an aggregate".to_owned(),
                "bind the aggregate in a WITH first and slice it in the next clause",
            ));
        }
        let grouped_alias = aggregates && position > 0 && groups_by_alias(&clauses[..position], clause);
        if grouped_alias {
            return Err(refused(
                "the embedded engine merges groups keyed by a renamed value of an earlier clause".to_owned(),
                "aggregate in the clause that reads the property, e.g. RETURN p.name, count(v)",
            ));
        }
    }
    Ok(())
}

/// The token runs behind `WITH` and `RETURN`.
fn clauses(tokens: &[String]) -> Vec<&[String]> {
    const NEXT: &[&str] = &[
        "MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "ORDER", "LIMIT", "SKIP", "WHERE", "UNION", "CALL",
    ];
    let mut found = Vec::new();
    let mut start = None;
    for (position, token) in tokens.iter().enumerate() {
        if NEXT.contains(&token.as_str()) {
            if let Some(begin) = start.take() {
                found.push(&tokens[begin..position]);
            }
            if token == "WITH" || token == "RETURN" {
                start = Some(position + 1);
            }
        }
    }
    if let Some(begin) = start {
        found.push(&tokens[begin..]);
    }
    found
}

/// The comma-separated items of a projection.
fn items(clause: &[String]) -> Vec<&[String]> {
    let mut depth = 0_i32;
    clause
        .split(|token| {
            match token.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            depth == 0 && token == ","
        })
        .collect()
}

fn is_aggregate(item: &[String]) -> bool {
    item.iter().any(|token| AGGREGATES.contains(&token.as_str()))
}

fn groups_by_case(clause: &[String]) -> bool {
    items(clause)
        .iter()
        .any(|item| item.first().is_some_and(|token| token == "CASE") && !is_aggregate(item))
}

fn slices_aggregate(clause: &[String]) -> bool {
    items(clause)
        .iter()
        .any(|item| is_aggregate(item) && item.windows(2).any(|pair| pair[0] == ")" && pair[1] == "["))
}

/// Whether a grouping key is a plain name that an earlier `WITH` made from an expression.
fn groups_by_alias(earlier: &[&[String]], clause: &[String]) -> bool {
    let renamed = |name: &String| {
        earlier.iter().flat_map(|clause| items(clause)).any(|item| {
            item.len() > 2 && item.last() == Some(name) && !is_aggregate(item) && item[item.len() - 2] == "AS"
        })
    };
    items(clause)
        .iter()
        .any(|item| !is_aggregate(item) && item.first().is_some_and(|name| item.len() <= 3 && renamed(name)))
}

/// The column names of the last `RETURN` in their order; empty when they cannot be told from the text.
pub fn column_order(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let Some(start) = tokens
        .iter()
        .rposition(|token| token.eq_ignore_ascii_case("RETURN"))
    else {
        return Vec::new();
    };
    let ends = |token: &str| {
        let words = ["ORDER", "LIMIT", "SKIP"];
        words.iter().any(|word| token.eq_ignore_ascii_case(word))
    };
    // Behind a dot such a word is the name of a property.
    let end = (start + 1..tokens.len())
        .find(|at| ends(&tokens[*at]) && tokens[*at - 1] != ".")
        .unwrap_or(tokens.len());
    let named: Vec<Option<String>> = items(&tokens[start + 1..end])
        .iter()
        .map(|item| match item {
            [name] => Some(name.clone()),
            [owner, dot, property] if dot == "." => Some(format!("{owner}.{property}")),
            [.., word, name] if word.eq_ignore_ascii_case("AS") => Some(name.clone()),
            _ => None,
        })
        .collect();
    named.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_clauses_are_refused_and_names_are_not() {
        for bad in [
            "MATCH (n) SET n.a = 1",
            "create (n)",
            "MATCH (n) DETACH DELETE n",
            "CALL db.labels()",
        ] {
            assert!(refuse_writes(bad).is_err(), "{bad}");
        }
        for good in [
            "MATCH (n:Set) RETURN n.delete",
            "MATCH (n) WHERE n.x = 'CREATE' RETURN n // SET",
            "CALL { MATCH (n) RETURN n } RETURN 1",
        ] {
            assert!(refuse_writes(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn constructs_that_the_embedded_engine_answers_wrongly_are_refused() {
        for bad in [
            "MATCH (n) RETURN CASE WHEN n.a THEN 'x' ELSE 'y' END AS k, count(n)",
            "MATCH (n) RETURN collect(n.a)[0..2]",
            "MATCH (p)-[:HAS_VERSION]->(v) WITH p.key AS package, v RETURN package, count(v)",
        ] {
            assert!(refuse_wrong_answers(bad).is_err(), "{bad}");
        }
        for good in [
            "MATCH (p)-[:HAS_VERSION]->(v) RETURN p.name AS name, count(v) AS n ORDER BY n DESC",
            "MATCH (p) WITH collect(p.name) AS names RETURN names[0..2]",
        ] {
            assert!(refuse_wrong_answers(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn columns_keep_the_order_of_the_return_clause() {
        assert_eq!(
            column_order("MATCH (n) RETURN n.name AS b, count(n) AS a, n.c ORDER BY a"),
            ["b", "a", "n.c"]
        );
        assert_eq!(
            column_order("MATCH (n) RETURN n.limit AS most, n.order, n.skip LIMIT 1"),
            ["most", "n.order", "n.skip"]
        );
    }
}
