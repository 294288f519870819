//! What holds for all operations alike, so that none has to say it.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{
    Content, Header, KnownFormat, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response,
    ResponseBuilder, SchemaFormat, Type,
};
use utoipa::{Modify, ToSchema};

/// Adds the parts of paths, the refusals that any request may meet, and the headers and bodies that go with a status.
pub(super) struct Habits;

impl Modify for Habits {
    fn modify(&self, description: &mut OpenApi) {
        for (path, item) in &mut description.paths.paths {
            for operation in operations(item) {
                let segments = segments(path);
                let parameters = operation.parameters.get_or_insert_default();
                parameters.splice(0..0, segments.into_iter().map(RefOr::T));
                add_refusals(operation);
                complete_answers(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
        &mut item.head,
        &mut item.options,
    ]
    .into_iter()
    .flatten()
}

/// The parameters that stand in braces in a path.
fn segments(path: &str) -> Vec<Parameter> {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    names.map(segment).collect()
}

fn segment(name: &str) -> Parameter {
    let (text, schema) = match name {
        "seq" => ("The message's `seq`", (Type::Integer, KnownFormat::Int64)),
        "invite" => ("The invitation's number", (Type::Integer, KnownFormat::Int64)),
        "media" => ("The media's id", (Type::String, KnownFormat::Uuid)),
        "upload" => ("The upload's id", (Type::String, KnownFormat::Uuid)),
        "user" => ("The account's id", (Type::String, KnownFormat::Uuid)),
        "session" => ("The session's id", (Type::String, KnownFormat::Uuid)),
        _ => ("The room's id", (Type::String, KnownFormat::Uuid)),
    };
    let (kind, format) = schema;
    let minimum = matches!(kind, Type::Integer).then_some(0);
    let schema = ObjectBuilder::new()
        .schema_type(kind)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .minimum(minimum);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(text))
        .schema(Some(schema))
        .build()
}

/// Refusals that come from what a request is, not from what it wants.
fn add_refusals(operation: &mut Operation) {
    let mut refusals = vec![
        ("429", "`rate_limited`: wait as `Retry-After` says"),
        ("default", "Any other refusal; docs/API.md lists them all"),
    ];
    // Where nothing is said, the whole description's security holds.
    if operation.security.is_none() {
        refusals.push((
            "401",
            "`unauthenticated`, `invalid_token`, `token_expired`, `session_over`",
        ));
        refusals.push(("403", "`account_disabled`, for a token of a host application"));
        refusals.push((
            "503",
            "`host_away`, for a token of a host application: wait as `Retry-After` says",
        ));
    }
    if operation.request_body.is_some() {
        refusals.push(("400", "`malformed`: the body is no JSON"));
        refusals.push(("413", "`too_large`"));
        refusals.push(("415", "`unsupported_media_type`"));
    }
    if operation.request_body.is_some() || operation.parameters.iter().flatten().next().is_some() {
        refusals.push(("422", "`invalid`: `field` says what"));
    }
    for (status, text) in refusals {
        let refusal = || RefOr::T(ResponseBuilder::new().description(text).build());
        let answers = &mut operation.responses.responses;
        answers.entry(status.to_owned()).or_insert_with(refusal);
    }
}

/// What goes with each status: a problem, where a thing was made or found, how long to wait.
fn complete_answers(operation: &mut Operation) {
    let answers = &mut operation.responses.responses;
    let tagged = answers.contains_key("304");
    for (status, answer) in answers {
        let RefOr::T(answer) = answer else {
            continue;
        };
        match status.as_str() {
            "200" if tagged => add_header(answer, "ETag", "Its version, for `If-None-Match`"),
            "201" => add_header(answer, "Location", "Its path"),
            "429" => add_header(answer, "Retry-After", "Seconds to wait"),
            _ => {}
        }
        if status.starts_with(['4', '5', 'd']) {
            let problem = Content::new(Some(Ref::from_schema_name(parlor_wire::Problem::name())));
            answer
                .content
                .insert("application/problem+json".to_owned(), RefOr::T(problem));
        }
    }
}

fn add_header(answer: &mut Response, name: &str, text: &str) {
    let mut header = Header::default();
    header.description = Some(text.to_owned());
    answer.headers.insert(name.to_owned(), RefOr::T(header));
}
