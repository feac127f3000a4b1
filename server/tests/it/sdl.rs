//! The schema as text: checked in, and without gaps.

use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use thoth_server::graphql::sdl;

#[test]
fn the_schema_is_the_one_checked_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/thoth.graphql");
    let current = sdl();
    if std::env::var_os("THOTH_BLESS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == current,
        "schema/thoth.graphql has drifted; run the tests with THOTH_BLESS=1 and review it"
    );
}

#[test]
fn every_field_argument_and_value_is_described() {
    let mut silent = Vec::new();
    for definition in parse_schema(sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let definition = definition.node;
        let name = definition.name.node;
        match definition.kind {
            TypeKind::Object(object) => silent.extend(silent_fields(&name, &object.fields)),
            TypeKind::Interface(interface) => silent.extend(silent_fields(&name, &interface.fields)),
            TypeKind::InputObject(input) => {
                let fields = input
                    .fields
                    .iter()
                    .filter(|field| field.node.description.is_none());
                silent.extend(fields.map(|field| format!("{name}.{}", field.node.name.node)));
            }
            TypeKind::Enum(values) => {
                let values = values
                    .values
                    .iter()
                    .filter(|value| value.node.description.is_none());
                silent.extend(values.map(|value| format!("{name}.{}", value.node.value.node)));
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert!(silent.is_empty(), "without description: {silent:?}");
}

fn silent_fields(
    name: &str,
    fields: &[async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>],
) -> Vec<String> {
    let mut silent = Vec::new();
    for field in fields.iter().map(|field| &field.node) {
        if field.description.is_none() {
            silent.push(format!("{name}.{}", field.name.node));
        }
        let arguments = field
            .arguments
            .iter()
            .filter(|argument| argument.node.description.is_none());
        silent.extend(
            arguments.map(|argument| format!("{name}.{}({})", field.name.node, argument.node.name.node)),
        );
    }
    silent
}
