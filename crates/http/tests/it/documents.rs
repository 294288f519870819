//! What docs/API.md promises of all answers.

use crate::world::{Device, World};

const API: &str = include_str!("../../../../docs/API.md");

/// The texts in quotes that a source names codes with: small letters and underscores.
fn names(source: &str) -> impl Iterator<Item = &str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let quoted = code.split('"').skip(1).step_by(2);
    quoted
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

#[test]
fn every_code_stands_in_the_table() {
    let services = include_str!("../../../services/src/error.rs");
    let (_, services) = services.split_once("fn kind_and_code").unwrap();
    let http = include_str!("../../src/error/own.rs");
    let known: Vec<&str> = API.lines().filter(|line| line.starts_with("| ")).collect();
    let mut codes: Vec<&str> = names(services).chain(names(http)).collect();
    codes.retain(|code| !known.iter().any(|line| line.contains(&format!("| `{code}` |"))));
    assert_eq!(codes, [""; 0], "these are missing in docs/API.md");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_is_refused_as_other_requests_are() {
    let world = World::new().await;
    let refusal = |answer: Result<Device, String>| answer.err().expect("it is refused");
    let answer = refusal(Device::try_open(&world, "Authorization: Bearer x\r\n").await);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
    };
    let problem: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&problem["status"], &problem["code"]),
        (&401.into(), &"invalid_token".into())
    );
    assert_eq!(problem["request_id"], header("x-request-id: "));
    assert_eq!(header("x-content-type-options: "), "nosniff");
    assert_eq!(header("cache-control: "), "no-store");
}
