//! `thoth dead-letters`: what could not be ingested, listed, shown, sent again, discarded.

pub(crate) mod args;

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use serde_json::{Value as Json, json};
use thoth_ingest::dead_letters::{DeadLetter, DeadLetterOffice, DeadLetters, Selection};
use thoth_ingest::store::DocumentStore;
use thoth_schema::error::{ErrorCode, Fault};

use self::args::{Chosen, DeadLettersVerb, DiscardArgs, ListArgs, RequeueArgs, ShowArgs};
use crate::args::Format;
use crate::output::Output;
use crate::settings::Settings;

/// Digits of a key that the table shows.
const SHOWN_DIGITS: usize = 16;
/// Fewest digits that a key may be cut to.
const LEAST_DIGITS: usize = 6;

/// Runs one of the verbs.
///
/// # Errors
/// Faults of arguments, store and broker.
pub(crate) async fn run(
    verb: &DeadLettersVerb,
    settings: &Settings,
    output: &Output,
) -> Result<ExitCode, Fault> {
    match verb {
        DeadLettersVerb::List(args) => list(args, settings, output).await?,
        DeadLettersVerb::Show(args) => show(args, settings, output).await?,
        DeadLettersVerb::Requeue(args) => requeue(args, settings, output).await?,
        DeadLettersVerb::Discard(args) => discard(args, settings, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The dead letters of the store, those that still lie in the queue recorded first. A broker that is away is no reason not
/// to look at what is recorded.
async fn recorded(settings: &Settings, output: &Output) -> Result<DeadLetters, Fault> {
    let store = DocumentStore::open(&settings.store())?;
    if let Some(broker) = settings.broker() {
        match DeadLetterOffice::new(store.clone(), broker).drain().await {
            Ok(0) => {}
            Ok(drained) => output.talk(&format!("recorded {drained} of the dead-letter queue")),
            Err(fault) => output.talk(&format!(
                "what lies in the dead-letter queue is not shown: {fault}"
            )),
        }
    }
    Ok(DeadLetters::of(store))
}

async fn list(args: &ListArgs, settings: &Settings, output: &Output) -> Result<(), Fault> {
    let letters = recorded(settings, output).await?;
    let selection = Selection {
        first: usize::try_from(args.first).unwrap_or(usize::MAX),
        after: args.after.clone(),
        code: args.code.clone(),
        kind: args.kind.clone(),
    };
    let shown = letters.list(&selection).await?;
    match args.format.format {
        Format::Json => {
            let letters = shown.letters.iter().map(without_body);
            let letters = letters.collect::<Result<Vec<_>, _>>()?;
            output.json(&json!({"deadLetters": letters, "hasMore": shown.has_more}))?;
        }
        Format::Table if shown.letters.is_empty() => output.data("no dead letters\n")?,
        Format::Table => {
            let mut table = output.table(["key", "kind", "code", "attempts", "bytes", "last", "reason"]);
            for letter in &shown.letters {
                table.add_row([
                    printable(letter.key.get(..SHOWN_DIGITS).unwrap_or(&letter.key)),
                    printable(letter.kind.as_deref().unwrap_or("-")),
                    printable(&letter.code),
                    letter.attempts.to_string(),
                    letter.bytes.to_string(),
                    printable(&letter.last_time),
                    printable(&letter.reason),
                ]);
            }
            output.print(&table)?;
        }
    }
    if let Some(last) = shown.letters.last().filter(|_| shown.has_more) {
        output.talk(&format!("there are more: --after {}", last.key));
    }
    Ok(())
}

/// The text of a stranger's message for a terminal, which control characters must not reach.
fn printable(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' => letter,
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.chars().map(shown).collect()
}

fn without_body(letter: &DeadLetter) -> Result<Json, Fault> {
    let mut value = as_json(letter)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("body");
    }
    Ok(value)
}

fn as_json(letter: &DeadLetter) -> Result<Json, Fault> {
    let mut value = serde_json::to_value(letter)
        .map_err(|problem| Fault::new(ErrorCode::Internal, format!("no JSON can be made: {problem}")))?;
    // How the record tells one death from another is its own affair.
    if let Some(fields) = value.as_object_mut() {
        fields.remove("deaths");
    }
    Ok(value)
}

async fn show(args: &ShowArgs, settings: &Settings, output: &Output) -> Result<(), Fault> {
    let letters = recorded(settings, output).await?;
    let letter = letters.get(&whole_key(&letters, &args.key).await?).await?;
    if args.body {
        if !letter.is_whole() {
            output.talk(&format!(
                "only the beginning of its {} bytes was kept",
                letter.bytes
            ));
        }
        return output.bytes(&letter.body.bytes());
    }
    let value = as_json(&letter)?;
    match args.format.format {
        Format::Json => output.json(&value),
        Format::Table => {
            let mut table = output.table(["field", "value"]);
            for (field, value) in value.as_object().into_iter().flatten() {
                let text = match value {
                    Json::String(text) => text.clone(),
                    // Either of its forms.
                    Json::Object(body) if field == "body" => {
                        body.values().filter_map(Json::as_str).collect::<String>()
                    }
                    other => other.to_string(),
                };
                table.add_row([field.clone(), printable(&text)]);
            }
            output.print(&table)
        }
    }
}

async fn requeue(args: &RequeueArgs, settings: &Settings, output: &Output) -> Result<(), Fault> {
    let broker = settings.broker_wanted()?;
    let office = DeadLetterOffice::new(DocumentStore::open(&settings.store())?, broker);
    office.drain().await?;
    let keys = chosen_keys(office.letters(), &args.chosen).await?;
    if !keys.is_empty() {
        let mut sent = |letter: &DeadLetter| output.talk(&format!("requeued {}", letter.key));
        office.requeue(&keys, &mut sent).await?;
    }
    report("requeued", &keys, args.format.format, output)
}

async fn discard(args: &DiscardArgs, settings: &Settings, output: &Output) -> Result<(), Fault> {
    if !args.yes && !std::io::stdin().is_terminal() {
        let message = "discarding dead letters is for good, and there is nobody to ask";
        return Err(Fault::new(ErrorCode::InvalidArgument, message)
            .at("--yes")
            .remedy("give --yes"));
    }
    let letters = recorded(settings, output).await?;
    let keys = chosen_keys(&letters, &args.chosen).await?;
    if !keys.is_empty() && !args.yes && !agreed(keys.len(), output)? {
        return report("discarded", &[], args.format.format, output);
    }
    for key in &keys {
        letters.discard(key).await?;
        output.talk(&format!("discarded {key}"));
    }
    report("discarded", &keys, args.format.format, output)
}

fn agreed(count: usize, output: &Output) -> Result<bool, Fault> {
    output.ask(&format!("discard {count} dead letters for good? [y/N] "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|problem| Fault::new(ErrorCode::IoError, format!("stdin cannot be read: {problem}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn report(done: &str, keys: &[String], format: Format, output: &Output) -> Result<(), Fault> {
    match format {
        Format::Json => output.json(&json!({ done: keys })),
        Format::Table if keys.is_empty() => output.data(&format!("no dead letter was {done}\n")),
        Format::Table => {
            let letters = if keys.len() == 1 { "letter" } else { "letters" };
            output.data(&format!("{done} {} dead {letters}\n", keys.len()))
        }
    }
}

/// The whole keys of what was chosen, each of them there.
async fn chosen_keys(letters: &DeadLetters, chosen: &Chosen) -> Result<Vec<String>, Fault> {
    let mut keys = Vec::new();
    if chosen.all {
        let selection = Selection {
            code: chosen.code.clone(),
            kind: chosen.kind.clone(),
            ..Selection::default()
        };
        let shown = letters.list(&selection).await?;
        keys.extend(shown.letters.into_iter().map(|letter| letter.key));
    }
    for key in &chosen.keys {
        keys.push(whole_key(letters, key).await?);
    }
    Ok(keys)
}

/// The one key that begins like this.
async fn whole_key(letters: &DeadLetters, beginning: &str) -> Result<String, Fault> {
    if beginning.len() < LEAST_DIGITS {
        let message = format!("a key is given by at least {LEAST_DIGITS} of its digits");
        return Err(Fault::new(ErrorCode::InvalidArgument, message)
            .at(beginning)
            .remedy("take a key of `thoth dead-letters list`"));
    }
    let mut keys = letters.keys().await?;
    keys.retain(|key| key.starts_with(beginning));
    match keys.len() {
        0 => Ok(letters.get(beginning).await?.key),
        1 => Ok(keys.remove(0)),
        more => Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("{more} dead letters have keys that begin like this"),
        )
        .at(beginning)
        .remedy("give more digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_speak_to_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\r\u{9b}b\nc"),
            "a\u{fffd}[2J\u{fffd}\u{fffd}b\nc"
        );
    }
}
