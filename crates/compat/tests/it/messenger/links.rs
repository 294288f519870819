//! What is changed by links in mails, or by log in and register id.

use serde_json::{Value, json};

use super::people::{PASSWORD, Someone, address, logged_in, mobile_no, registered, someone};
use super::{PREFIX, world};
use crate::mailed;
use crate::world::{Answer, World};

const NOT_AUTHORIZED: &str = "You are not authorized to perform this action.";
const CREDENTIALS: &str = "invalid credentials...!";
const NEW_PASSWORD: &str = "boat4Basel";

async fn put(world: &World, path: &str, token: &str, body: Value) -> Answer {
    ask(world, "PUT", path, token, body).await
}

async fn post_as(world: &World, path: &str, token: &str, body: Value) -> Answer {
    ask(world, "POST", path, token, body).await
}

async fn ask(world: &World, method: &str, path: &str, token: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {token}");
    world
        .call(method, path, &[("authorization", &bearer)], body)
        .await
}

fn mailed_to(email: &str) -> Value {
    json!({ "msg": format!("Link is sended to your {email} please check it") })
}

/// The path of a link that was mailed, below the dialect's prefix, and its token.
async fn link(world: &World, email: &str, kind: &str, nth: usize) -> (String, String) {
    let letter = mailed::letter(world, email, kind, nth).await;
    let link = mailed::line(&letter, &world.url("/api/"));
    let path = link.strip_prefix(&world.url("")).unwrap();
    let (path, token) = path.split_once("#token=").unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    (path.to_owned(), token.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_changed_by_a_mailed_link() {
    let world = world().await;
    let ann = someone(&world, "ann").await;
    // Her letter is the last one: when it has come, no other is on its way.
    for email in ["nobody@example.org", &*ann.email] {
        let answer = world
            .post("/api/forgottpassword/", json!({ "email": email }))
            .await;
        answer.is(200, mailed_to(email));
    }
    let (path, token) = link(&world, &ann.email, "reset_password", 1).await;
    assert_eq!(path, "/api/changepassword/");
    assert_eq!(mailed::count(&world, "nobody@example.org", "reset_password"), 0);

    for _ in 0..2 {
        let page = world.call("GET", &path, &[], Value::Null).await;
        assert_eq!(page.status, 200, "to look at it uses nothing up");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'sha256-"), "{policy}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert!(!page.text.contains(&token));
    }

    let change = |password: &str, again: &str| {
        let body = json!({ "token": token, "password": password, "password2": again });
        world.post(&path, body)
    };
    let differ = change(NEW_PASSWORD, "boat5Basel").await;
    differ.is(200, json!({ "msg": "Both Password Doesnt Match", "status": 400 }));
    let weak = change("short1", "short1").await;
    let text = "Password must contain at least 8 characters, including both letters and digits";
    weak.is(400, json!({ "password": [text] }));
    let changed = change(NEW_PASSWORD, NEW_PASSWORD).await;
    changed.is(
        200,
        json!({ "status": "success", "code": 200, "message": "Password updated successfully" }),
    );
    let again = change(NEW_PASSWORD, NEW_PASSWORD).await;
    again.is(403, json!({ "detail": NOT_AUTHORIZED }));
    mailed::letter(&world, &ann.email, "password_changed", 1).await;
    let old = world.get("/api/SendMail/", &ann.token).await;
    old.is(403, json!({ "detail": NOT_AUTHORIZED }));
    for (password, status) in [(PASSWORD, 403), (NEW_PASSWORD, 200)] {
        let login = json!({ "email": ann.email, "password": password, "Registerd_id": ann.register_id });
        assert_eq!(world.post("/api/Userlogin/", login).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_the_old_password_is_mailed_a_link() {
    let world = world().await;
    let ann = someone(&world, "ann").await;
    let reset = |password: &str| {
        let body = json!({ "password": password });
        post_as(&world, "/api/resetpassword/", &ann.token, body)
    };
    reset("train2Basel")
        .await
        .is(200, json!({ "msg": "INVALID PASSWORD" }));
    reset(PASSWORD).await.is(200, mailed_to(&ann.email));
    let (path, token) = link(&world, &ann.email, "reset_password", 1).await;
    let body = json!({ "token": token, "password": NEW_PASSWORD, "password2": NEW_PASSWORD });
    assert_eq!(world.post(&path, body).await.status, 200);

    let nothing = world.post("/api/resetpassword/", json!({})).await;
    nothing.is(403, json!({ "detail": NOT_AUTHORIZED }));
    let nothing = world.post("/api/forgottpassword/", json!({ "email": "x" })).await;
    nothing.is(400, json!({ "email": ["Enter a valid email address."] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_log_in_and_ones_own_id() {
    let world = world().await;
    let (ann, ben) = (someone(&world, "ann").await, someone(&world, "ben").await);
    let body = |id: &str| json!({ "Registerd_id": id, "password": NEW_PASSWORD, "password2": NEW_PASSWORD });
    let path = "/api/changepassword/";
    for (token, id) in [
        ("", &ann.register_id),
        (&*ann.token, &ben.register_id),
        (&*ann.token, &"nobodys!".to_owned()),
    ] {
        let answer = post_as(&world, path, token, body(id)).await;
        answer.is(403, json!({ "detail": NOT_AUTHORIZED }));
    }
    let missing = post_as(&world, path, &ann.token, json!({})).await;
    let required = ["This field is required."];
    missing.is(
        400,
        json!({ "Registerd_id": required, "password": required, "password2": required }),
    );
    let bad = json!({ "token": "nonsense", "password": NEW_PASSWORD, "password2": NEW_PASSWORD });
    let bad = post_as(&world, path, &ann.token, bad).await;
    bad.is(403, json!({ "detail": NOT_AUTHORIZED }));
    let changed = post_as(&world, path, &ann.token, body(&ann.register_id)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    mailed::letter(&world, &ann.email, "password_changed", 1).await;
    let still = world.get("/api/SendMail/", &ann.token).await;
    assert_eq!(still.status, 200, "this session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_changed_by_a_mailed_link() {
    let world = world().await;
    let ann = someone(&world, "ann").await;
    someone(&world, "ben").await;
    world
        .get("/api/SendMail/", &ann.token)
        .await
        .is(200, mailed_to(&ann.email));
    let (path, token) = link(&world, &ann.email, "change_email", 1).await;
    assert_eq!(path, "/api/UserEmailUpdate/");
    let page = world.call("GET", &path, &[], Value::Null).await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, Some("no-store"))
    );

    let change = |email: &str| {
        let body = json!({ "token": token, "email": email });
        put(&world, &path, "", body)
    };
    let no_address = change("x").await;
    no_address.is(400, json!({ "email": ["Email address is not valid"] }));
    let taken = change("Ben@example.org").await;
    taken.is(400, json!({ "email": ["user with this email already exists."] }));
    let new = "new@example.org";
    let changed = change(new).await;
    changed.is(200, json!({ "msg": "Gmail updated successfully", "status": 200 }));
    change(new).await.is(403, json!({ "detail": CREDENTIALS }));
    mailed::letter(&world, &ann.email, "email_changed", 1).await;

    let login = json!({ "email": ann.email, "password": PASSWORD, "Registerd_id": ann.register_id });
    assert_eq!(world.post("/api/Userlogin/", login).await.status, 403);
    logged_in(&world, new, &ann.register_id, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_changed_by_log_in_and_ones_own_id() {
    let world = world().await;
    let (ann, ben) = (someone(&world, "ann").await, someone(&world, "ben").await);
    let path = "/api/UserEmailUpdate/";
    let body = |id: &str| json!({ "Registerd_id": id, "email": "new@example.org" });
    let alone = put(&world, path, "", body(&ann.register_id)).await;
    alone.is(403, json!({ "detail": NOT_AUTHORIZED }));
    let foreign = put(&world, path, &ann.token, body(&ben.register_id)).await;
    foreign.is(403, json!({ "detail": CREDENTIALS }));
    let changed = put(&world, path, &ann.token, body(&ann.register_id)).await;
    changed.is(200, json!({ "msg": "Gmail updated successfully", "status": 200 }));
    mailed::letter(&world, &ann.email, "email_changed", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_told_to_who_shows_the_id() {
    let world = world().await;
    let Someone {
        register_id,
        name,
        email,
        ..
    } = someone(&world, "ann").await;
    let recover = |body: Value| world.post("/api/MailRecovery/", body);
    let by_id = recover(json!({ "Registerd_id": register_id })).await;
    by_id.is(
        200,
        json!({ "msg": format!("Your Gmail is {email}"), "status": 200 }),
    );
    let nothing = recover(json!({})).await;
    nothing.is(200, json!({ "msg": "Fill any one field", "status": 400 }));
    let number = mobile_no(&name);
    for body in [
        json!({ "Registerd_id": "nobodys!" }),
        json!({ "mobile_Number": number }),
        json!({ "mobile_Number": 41_000_000_000_i64 }),
    ] {
        recover(body).await.is(403, json!({ "detail": CREDENTIALS }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_letter_makes_the_last_ones_link_void() {
    let world = world().await;
    registered(&world, "ann").await;
    let email = address("ann");
    let mut tokens = Vec::new();
    for nth in [1, 2] {
        let asked = world
            .post("/api/forgottpassword/", json!({ "email": email }))
            .await;
        assert_eq!(asked.status, 200);
        tokens.push(link(&world, &email, "reset_password", nth).await.1);
    }
    for (token, status) in [(&tokens[0], 403), (&tokens[1], 200)] {
        let body = json!({ "token": token, "password": NEW_PASSWORD, "password2": NEW_PASSWORD });
        assert_eq!(world.post("/api/changepassword/", body).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_root_links_lead_to_the_prefix() {
    let world = World::at("").await;
    registered(&world, "ann").await;
    let email = address("ann");
    world
        .post("/api/forgottpassword/", json!({ "email": email }))
        .await;
    let letter = mailed::letter(&world, &email, "reset_password", 1).await;
    let link = mailed::line(&letter, &world.url(PREFIX));
    assert!(link.contains("/api/changepassword/#token="), "{link}");
    let page = world.call("GET", "/api/changepassword/", &[], Value::Null).await;
    assert_eq!(page.status, 200, "it is there as well");
}
