//! People who have registered and logged in.

use serde_json::{Value, json};

use crate::conversations::claims;
use crate::mailed;
use crate::world::World;

pub(super) const PASSWORD: &str = "train2Bern";

/// Somebody who is logged in.
pub(super) struct Someone {
    pub(super) token: String,
    pub(super) number: i64,
    pub(super) register_id: String,
    pub(super) name: String,
    pub(super) email: String,
}

/// Registers somebody, and logs him in by the code that is mailed to him.
pub(super) async fn someone(world: &World, name: &str) -> Someone {
    let register_id = registered(world, name).await;
    let email = address(name);
    let tokens = logged_in(world, &email, &register_id, 1).await;
    let token = tokens["asscess_token"].as_str().unwrap().to_owned();
    Someone {
        number: claims(&token)["id"].as_i64().unwrap(),
        token,
        register_id,
        name: name.to_owned(),
        email,
    }
}

/// Registers somebody, and tells his register id.
pub(super) async fn registered(world: &World, name: &str) -> String {
    let answer = world.post("/api/register/", registration(name)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json()["Your_Register_id"].as_str().unwrap().to_owned();
    let (_, id) = told.split_once("---> ").unwrap();
    id.to_owned()
}

/// The tokens of whoever logs in now, by the nth code that is mailed to this address.
pub(super) async fn logged_in(world: &World, email: &str, register_id: &str, nth: usize) -> Value {
    let login = json!({ "email": email, "password": PASSWORD, "Registerd_id": register_id });
    let answer = world.post("/api/Userlogin/", login).await;
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (200, &json!(200)),
        "{answer:?}"
    );
    let code = mailed_code(world, email, nth).await;
    let answer = enter(world, code, register_id).await;
    assert_eq!(answer["status"], 200, "{answer}");
    answer
}

/// What comes of entering a code.
pub(super) async fn enter(world: &World, code: i64, register_id: &str) -> Value {
    let entered = json!({ "user_entered_otp": code, "Registerd_id": register_id });
    world.post("/api/otpchecking/", entered).await.json()
}

/// The nth code that was mailed to this address, as the number that front ends make of it.
pub(super) async fn mailed_code(world: &World, email: &str, nth: usize) -> i64 {
    let letter = mailed::letter(world, email, "login_code", nth).await;
    mailed::code(&letter).parse().unwrap()
}

pub(super) fn registration(name: &str) -> Value {
    json!({
        "username": name,
        "email": address(name),
        "password": PASSWORD,
        "mobile_no": mobile_no(name),
        "gender": "other",
    })
}

pub(super) fn address(name: &str) -> String {
    format!("{name}@example.org")
}

/// A number that is somebody's own.
pub(super) fn mobile_no(name: &str) -> i64 {
    let own = name
        .bytes()
        .fold(0, |sum, byte| (sum * 31 + i64::from(byte)) % 100_000_000);
    41_700_000_000 + own
}
