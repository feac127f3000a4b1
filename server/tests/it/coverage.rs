//! No field without a question that asks for it: the documents of `queries/`, which other tests run, name every one.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationType, Selection, SelectionSet, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use thoth_server::graphql::sdl;

const QUERIES: &[&str] = &[
    include_str!("queries/advise.graphql"),
    include_str!("queries/dead_letters.graphql"),
    include_str!("queries/discard.graphql"),
    include_str!("queries/documents.graphql"),
    include_str!("queries/meta.graphql"),
    include_str!("queries/node.graphql"),
    include_str!("queries/package.graphql"),
    include_str!("queries/packages.graphql"),
    include_str!("queries/requeue.graphql"),
    include_str!("queries/version.graphql"),
];

/// Type to field to type of the field.
type Fields = BTreeMap<String, BTreeMap<String, String>>;

fn bare(kind: &Type) -> String {
    match &kind.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => bare(inner),
    }
}

fn fields_of_schema() -> Fields {
    let mut fields = Fields::new();
    for definition in parse_schema(sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let listed = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        let typed = listed
            .iter()
            .map(|field| (field.node.name.node.to_string(), bare(&field.node.ty.node)));
        fields.insert(definition.node.name.node.to_string(), typed.collect());
    }
    fields
}

fn visit(
    set: &SelectionSet,
    on: &str,
    document: &ExecutableDocument,
    fields: &Fields,
    asked: &mut BTreeSet<(String, String)>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.to_string();
                let Some(kind) = fields.get(on).and_then(|fields| fields.get(&name)) else {
                    continue;
                };
                asked.insert((on.to_owned(), name));
                visit(&field.node.selection_set.node, kind, document, fields, asked);
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment
                    .node
                    .type_condition
                    .as_ref()
                    .map(|condition| condition.node.on.node.to_string());
                visit(
                    &fragment.node.selection_set.node,
                    condition.as_deref().unwrap_or(on),
                    document,
                    fields,
                    asked,
                );
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                visit(
                    &fragment.selection_set.node,
                    &fragment.type_condition.node.on.node,
                    document,
                    fields,
                    asked,
                );
            }
        }
    }
}

#[test]
fn every_field_is_asked_for() {
    let fields = fields_of_schema();
    let mut asked = BTreeSet::new();
    for text in QUERIES {
        let document = parse_query(text).unwrap();
        for (_, operation) in document.operations.iter() {
            let root = match operation.node.ty {
                OperationType::Mutation => "Mutation",
                _ => "Query",
            };
            visit(
                &operation.node.selection_set.node,
                root,
                &document,
                &fields,
                &mut asked,
            );
        }
    }
    let all = fields
        .iter()
        .flat_map(|(on, fields)| fields.keys().map(move |field| (on.clone(), field.clone())));
    let never: Vec<String> = all
        .filter(|field| !asked.contains(field))
        .map(|(on, field)| format!("{on}.{field}"))
        .collect();
    assert!(never.is_empty(), "no query of the tests asks for {never:?}");
}
