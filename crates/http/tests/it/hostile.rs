//! Input that is wrong on purpose: each gets its documented refusal, and changes nothing.

use hyper::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_are_refused_without_a_trace_of_the_source() {
    let world = World::new().await;
    let room = r#"{"name":"Tea"}"#;
    let deep = format!("{{\"name\":{}", "[".repeat(100_000));
    let nested = format!("{{\"name\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let malformed: [&[u8]; 14] = [
        b"",
        b"{",
        b"nonsense",
        b"{\"name\":\"Tea\"",
        b"{\"name\":\"Tea\"}}",
        b"{\"name\":\"Tea\"} {}",
        b"{\"name\":NaN}",
        b"{\"name\":1e400}",
        b"{\"name\":\"\\ud800\"}",
        b"{\"name\":\"\xff\xfe\"}",
        b"{'name':'Tea'}",
        b"\xef\xbb\xbf{\"name\":\"Tea\"}",
        deep.as_bytes(),
        nested.as_bytes(),
    ];
    let ann = world.person("ann").await;
    let bearer = format!("Bearer {}", ann.token);
    for body in malformed {
        let headers = [("authorization", &*bearer), JSON];
        let answer = world
            .send(world.request(Method::POST, "/v1/rooms", &headers, body.to_vec()))
            .await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]);
        // The wrong type of what comes first may be seen before what breaks the JSON.
        let refusal = answer.refusal();
        let known = ["400 malformed", "422 invalid name"];
        assert!(known.contains(&&*refusal), "{shown}: {refusal}");
        assert!(
            !answer.text.contains(".rs") && !answer.text.contains(" line "),
            "{}",
            answer.text
        );
    }
    let twice = r#"{"name":"Tea","name":"Coffee"}"#;
    for (body, field) in [
        (twice, "name"),
        ("[]", ""),
        (r#"["Tea"]"#, ""),
        ("null", ""),
        ("7", ""),
        ("\"x\"", ""),
    ] {
        let headers = [("authorization", &*bearer), JSON];
        let answer = world
            .send(world.request(Method::POST, "/v1/rooms", &headers, body))
            .await;
        assert_eq!(
            answer.refusal(),
            format!("422 invalid {field}").trim_end(),
            "{body}"
        );
    }
    for (headers, status) in [
        (vec![], 415),
        (vec![("content-type", "text/plain")], 415),
        (vec![("content-type", "application/x-www-form-urlencoded")], 415),
        (vec![JSON, ("content-encoding", "gzip")], 415),
        (vec![("content-type", "Application/JSON; charset=utf-8")], 201),
    ] {
        let mut all = vec![("authorization", &*bearer)];
        all.extend(headers);
        let answer = world
            .send(world.request(Method::POST, "/v1/rooms", &all, room))
            .await;
        assert_eq!(answer.status, status, "{all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_limit_said_or_found() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let bearer = format!("Bearer {}", ann.token);
    let huge = json!({"name": "x".repeat(600_000)});
    let answer = ann.post("/v1/rooms", huge).await;
    assert_eq!(answer.refusal(), "413 too_large");
    // Without a length the limit is met while reading.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v1/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..20 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parts_of_paths_and_queries_are_named() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    for (path, field) in [
        ("/v1/rooms/x".to_owned(), "room"),
        ("/v1/rooms/01890a5dac96774bbcceb302099a8057".to_owned(), "room"),
        ("/v1/rooms/%00".to_owned(), "room"),
        ("/v1/users/..%2f..%2fetc".to_owned(), "user"),
        (format!("{room}/messages/-1"), "seq"),
        (format!("{room}/messages/18446744073709551616"), "seq"),
        (format!("{room}/messages?limit=-1"), "limit"),
        (format!("{room}/messages?limit=9223372036854775808000"), "limit"),
        (format!("{room}/messages?limit=NaN"), "limit"),
        (format!("{room}/messages?before=1&before=2"), "before"),
        (format!("{room}/messages?room[]=x"), "room[]"),
        (format!("{room}/members?after='"), "after"),
        ("/v1/rooms?cursor='".to_owned(), "cursor"),
        ("/v1/rooms?cursor=AAAA".to_owned(), "cursor"),
        ("/v1/rooms?limit=%ff".to_owned(), "limit"),
        ("/v1/users".to_owned(), "q"),
        ("/v1/users?username=%25".to_owned(), "username"),
    ] {
        let answer = ann.get(&path).await;
        assert_eq!(answer.refusal(), format!("422 invalid {field}"), "{path}");
    }
    let far = ann.get(&format!("{room}/messages/18446744073709551615")).await;
    assert_eq!(far.refusal(), "404 no_such_message");
    let extreme = "/v1/rooms?cursor=f____________________________________________"[..49].to_owned();
    assert_ne!(ann.get(&extreme).await.status / 100, 5, "{extreme}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_an_access_token_lets_in() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let signature = ann.token.rsplit('.').next().unwrap();
    let payload = ann.token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"at+jwt"} and {"alg":"HS256","kid":"../../dev/null"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let hmac = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0";
    let tokens = [
        String::new(),
        "nonsense".to_owned(),
        ann.refresh.clone(),
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{hmac}.{payload}.{signature}"),
        ann.token[..ann.token.len() - 2].to_owned(),
        ".".repeat(6000),
        "x".repeat(60_000),
    ];
    for token in &tokens {
        let shown: String = token.chars().take(40).collect();
        for (name, value) in [
            ("authorization", format!("Bearer {token}")),
            ("cookie", format!("parlor_access={token}")),
        ] {
            let answer = world
                .send(world.request(Method::GET, "/v1/me", &[(name, &value)], ""))
                .await;
            assert_eq!(answer.status, 401, "{name} {shown}");
            assert!(
                answer.header("www-authenticate").unwrap().starts_with("Bearer"),
                "{name} {shown}"
            );
        }
    }
    let basic = world.request(
        Method::GET,
        "/v1/me",
        &[("authorization", "Basic YW5uOmFubg==")],
        "",
    );
    assert_eq!(world.send(basic).await.refusal(), "401 unauthenticated");
    let query = world
        .get(&format!("/v1/me?token={0}&access_token={0}", ann.token))
        .await;
    assert_eq!(query.refusal(), "401 unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lengths_are_one_refusal() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let request = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\
                   Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert!(answers.starts_with("HTTP/1.1 400"), "{answers}");
    assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
}
