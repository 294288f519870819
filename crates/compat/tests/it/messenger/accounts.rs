//! Registering and logging in.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parlor::config::Registration;
use parlor_testkit::{FixedClock, TestApp};
use serde_json::{Value, json};

use super::people::{
    PASSWORD, address, enter, logged_in, mailed_code, mobile_no, registered, registration, someone,
};
use super::{PREFIX, world};
use crate::conversations::claims;
use crate::mailed;
use crate::multipart::{MULTIPART, Part, form};
use crate::rooms::picture;
use crate::world::{Answer, World};

const NOT_AUTHORIZED: &str = "You are not authorized to perform this action.";
const LIMIT: &str = "Your otp generating Limit Exceueed you can try it after 1 hour";
const WRONG_PASSWORD: &str = "Password must contain at least 8 characters, including both letters and digits";

/// A server whose time is moved by hand.
async fn slow_world() -> (World, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |_| ()).await;
    (World::of(app, PREFIX), clock)
}

async fn log_in(world: &World, email: &str, password: &str, register_id: &str) -> Answer {
    let login = json!({ "email": email, "password": password, "Registerd_id": register_id });
    world.post("/api/Userlogin/", login).await
}

async fn get(world: &World, path: &str, authorization: &str) -> Answer {
    let headers = [("authorization", authorization)];
    world.call("GET", path, &headers, Value::Null).await
}

fn sent(left: u32) -> Value {
    let message = format!(
        "OTP is sent to Your mail Please Check it and please not this your have check otp in {left} times"
    );
    json!({ "message": message, "status": 200 })
}

fn resent(left: u32) -> Value {
    let message = format!(
        "Resent OTP sented to your mail and please not you have limited 4 times to resend otp ---> {left} "
    );
    json!({ "message": message, "status": 201 })
}

fn timed_out() -> Value {
    json!({ "message": "INVALID OTP OR OTP TIME OUT", "status": 408 })
}

/// Another code than this one.
fn other_than(code: i64) -> i64 {
    (code + 1) % 1_000_000
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_logs_in_by_a_mailed_code() {
    let world = world().await;
    let answer = world.post("/api/register/", registration("ann")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut told = answer.json();
    let id = told["Your_Register_id"].take();
    assert_eq!(
        told,
        json!({
            "status": "success",
            "code": 200,
            "message": "successfully Registerd",
            "Your_Register_id": null,
        })
    );
    let id = id.as_str().unwrap().strip_prefix(
        " Please copy the ID and save it for future reference, as it may be required for accessing or using certain \
         features ---> ",
    );
    let id = id.unwrap();
    assert!(
        id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_graphic()),
        "{id}"
    );

    let answer = log_in(&world, "ANN@example.org", PASSWORD, id).await;
    answer.is(200, sent(3));
    let code = mailed_code(&world, &address("ann"), 1).await;
    let mut tokens = enter(&world, code, id).await;
    let (refresh, access) = (tokens["refresh_token"].take(), tokens["asscess_token"].take());
    assert_eq!(
        tokens,
        json!({
            "refresh_token": null,
            "asscess_token": null,
            "status": 200,
            "message": "OTP VALIDATED SUCCESSFULLY",
        })
    );
    assert_eq!(
        enter(&world, code, id).await,
        json!({ "message": "OTP Already Verified", "status": 400 })
    );
    let (refresh, access) = (refresh.as_str().unwrap(), access.as_str().unwrap());
    for (token, kind, days) in [(access, "access_token", 6), (refresh, "refresh_token", 7)] {
        let said = claims(token);
        assert_eq!(said["token_type"], kind);
        assert!(said["id"].is_i64(), "{said}");
        let life = said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap();
        assert_eq!(life, days * 24 * 60 * 60);
    }

    let renewed = get(&world, "/api/Newtoken/", &format!("Bearer {refresh}")).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let renewed = renewed.json();
    let token = renewed["token"].as_str().unwrap();
    assert_eq!(claims(token)["token_type"], "access_token");
    for token in [access, token] {
        assert_eq!(world.get("/api/SendMail/", token).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_comes_as_a_form_with_a_picture() {
    let world = world().await;
    let number = mobile_no("ann").to_string();
    let with = |photo: &[u8]| {
        form(&[
            Part::Text("username", "ann"),
            Part::Text("email", "ann@example.org"),
            Part::Text("password", PASSWORD),
            Part::Text("mobile_no", &number),
            Part::Text("gender", "F"),
            Part::File("profile_photo", "a.png", "image/png", photo),
        ])
    };
    let wrong = with(b"no picture");
    let answer = world.send("POST", "/api/register/", &[MULTIPART], wrong).await;
    let text = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    answer.is(401, json!({ "profile_photo": [text] }));

    let right = with(&picture());
    let answer = world.send("POST", "/api/register/", &[MULTIPART], right).await;
    assert_eq!(answer.status, 200, "nothing was made before: {answer:?}");
    let accounts = &world.app.app().services().accounts;
    let ann = accounts.find_by_username(&"ann".parse().unwrap()).await.unwrap();
    assert!(ann.profile.avatar.is_some());
    assert_eq!(ann.profile.mobile.unwrap().as_str(), format!("+{number}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_files_will_do() {
    let world = world().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("username=ann&email=ann%40example.org&password={PASSWORD}&mobile_no=&gender=");
    let answer = world
        .send("POST", "/api/register/", &form, body.into_bytes())
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_registration_is_told_with_401() {
    let world = world().await;
    registered(&world, "ann").await;
    let nothing = world.post("/api/register/", json!({})).await;
    let required = ["This field is required."];
    nothing.is(
        401,
        json!({ "username": required, "email": required, "password": required }),
    );
    let taken = world.post("/api/register/", registration("Ann")).await;
    taken.is(
        401,
        json!({
            "username": ["user with this username already exists."],
            "email": ["user with this email already exists."],
        }),
    );
    for (field, value, text) in [
        (
            "username",
            json!("x".repeat(31)),
            "Ensure this field has no more than 30 characters.",
        ),
        ("username", json!("b"), "Username must be 2 to 32 characters"),
        ("email", json!("ben"), "Email address is not valid"),
        (
            "email",
            json!(format!("{}@example.org", "x".repeat(50))),
            "Ensure this field has no more than 50 characters.",
        ),
        ("password", json!("tra1n"), WRONG_PASSWORD),
        ("password", json!("trainToBern"), WRONG_PASSWORD),
        ("password", json!("12345678"), WRONG_PASSWORD),
        ("password", json!("train 2 Bern"), WRONG_PASSWORD),
        ("mobile_no", json!(12_345_678), "Mobile number is not valid"),
        (
            "mobile_no",
            json!("1234567890123456"),
            "Mobile number is not valid",
        ),
        ("mobile_no", json!("x"), "A valid integer is required."),
        (
            "mobile_no",
            json!(mobile_no("ann")),
            "user with this mobile no already exists.",
        ),
        (
            "profile_photo",
            json!("x"),
            "The submitted data was not a file. Check the encoding type on the form.",
        ),
    ] {
        let mut wrong = registration("ben");
        wrong[field] = value;
        let answer = world.post("/api/register/", wrong).await;
        answer.is(401, json!({ field: [text] }));
    }
    assert_eq!(
        world.post("/api/register/", registration("ben")).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_registration_is_closed_nobody_registers() {
    let app = TestApp::start_with(|config| config.auth.registration = Registration::Closed).await;
    let world = World::of(app, PREFIX);
    for body in [registration("ann"), json!({})] {
        let answer = world.post("/api/register/", body).await;
        answer.is(403, json!({ "detail": "Registration is closed." }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_wants_id_address_and_password() {
    let world = world().await;
    let (anns, bens) = (registered(&world, "ann").await, registered(&world, "ben").await);
    let required = ["This field is required."];
    let nothing = world.post("/api/Userlogin/", json!({})).await;
    nothing.is(
        400,
        json!({ "Registerd_id": required, "email": required, "password": required }),
    );
    let only_id = world
        .post("/api/Userlogin/", json!({ "Registerd_id": anns }))
        .await;
    only_id.is(400, json!({ "email": required, "password": required }));
    let unknown = world
        .post("/api/Userlogin/", json!({ "Registerd_id": "nobodys!" }))
        .await;
    unknown.is(403, json!({ "detail": NOT_AUTHORIZED }));
    for (email, password, id) in [
        ("ann@example.org", "train2Basel", &anns),
        ("nobody@example.org", PASSWORD, &anns),
        ("ann", PASSWORD, &anns),
        ("ann@example.org", PASSWORD, &bens),
    ] {
        let answer = log_in(&world, email, password, id).await;
        answer.is(403, json!({ "detail": "invalid credentails..!" }));
    }
    let right = log_in(&world, "ann@example.org", PASSWORD, &anns).await;
    right.is(200, sent(3));
    mailed_code(&world, &address("ann"), 1).await;
    let mailed = mailed::count(&world, &address("ann"), "login_code");
    assert_eq!(mailed, 1, "this one, and none before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_codes_are_mailed_in_an_hour() {
    let (world, clock) = slow_world().await;
    let id = registered(&world, "ann").await;
    let email = address("ann");
    for left in [3, 2, 1, 0] {
        log_in(&world, &email, PASSWORD, &id).await.is(200, sent(left));
    }
    let limit = json!({ "message": LIMIT, "status": 400 });
    log_in(&world, &email, PASSWORD, &id).await.is(200, limit.clone());
    let resend = world
        .post("/api/otpchecking/", json!({ "Registerd_id": id }))
        .await;
    resend.is(200, limit);
    let last = mailed_code(&world, &email, 4).await;
    // When a letter has come that was written later, a fifth would have come as well.
    let bens = registered(&world, "ben").await;
    log_in(&world, &address("ben"), PASSWORD, &bens)
        .await
        .is(200, sent(3));
    mailed_code(&world, &address("ben"), 1).await;
    assert_eq!(mailed::count(&world, &email, "login_code"), 4);
    clock.advance(Duration::from_hours(1));
    assert_eq!(enter(&world, last, &id).await, timed_out());
    log_in(&world, &email, PASSWORD, &id).await.is(200, sent(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_mailed_again_while_a_log_in_goes_on() {
    let (world, clock) = slow_world().await;
    let id = registered(&world, "ann").await;
    let resend = || world.post("/api/otpchecking/", json!({ "Registerd_id": id }));
    resend().await.is(408, timed_out());
    let email = address("ann");
    log_in(&world, &email, PASSWORD, &id).await.is(200, sent(3));
    let first = mailed_code(&world, &email, 1).await;
    clock.advance(Duration::from_mins(6));
    assert_eq!(enter(&world, first, &id).await, timed_out(), "it is too old");
    for left in [2, 1] {
        resend().await.is(200, resent(left));
    }
    let last = mailed_code(&world, &email, 3).await;
    assert_eq!(enter(&world, last, &id).await["status"], 200);
    resend().await.is(408, timed_out());
    log_in(&world, &email, PASSWORD, &id).await.is(200, sent(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_cannot_be_guessed() {
    let world = world().await;
    let id = registered(&world, "ann").await;
    let unknown = json!({ "user_entered_otp": 123_456, "Registerd_id": "nobodys!" });
    world
        .post("/api/otpchecking/", unknown)
        .await
        .is(408, timed_out());
    let no_number = json!({ "user_entered_otp": "x", "Registerd_id": id });
    let no_number = world.post("/api/otpchecking/", no_number).await;
    no_number.is(
        400,
        json!({ "user_entered_otp": ["A valid integer is required."] }),
    );
    let email = address("ann");
    log_in(&world, &email, PASSWORD, &id).await;
    let right = mailed_code(&world, &email, 1).await;
    for _ in 0..5 {
        assert_eq!(enter(&world, other_than(right), &id).await, timed_out());
    }
    assert_eq!(
        enter(&world, right, &id).await,
        timed_out(),
        "it was tried too often"
    );
    log_in(&world, &email, PASSWORD, &id).await;
    let right = mailed_code(&world, &email, 2).await;
    assert_eq!(enter(&world, -right, &id).await, timed_out());
    assert_eq!(enter(&world, right, &id).await["status"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_entered_many_times_at_once_lets_in_once() {
    let world = world().await;
    let id = registered(&world, "ann").await;
    let email = address("ann");
    log_in(&world, &email, PASSWORD, &id).await.is(200, sent(3));
    let code = mailed_code(&world, &email, 1).await;
    let answers = join_all((0..4).map(|_| enter(&world, code, &id))).await;
    let in_now = answers.iter().filter(|answer| answer["status"] == 200);
    assert_eq!(in_now.count(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_to_wait() {
    let app = TestApp::start_with(|config| {
        config.limits.enabled = true;
        config.limits.credentials_per_minute = NonZeroU32::MIN;
    });
    let world = World::of(app.await, PREFIX);
    assert_eq!(world.post("/api/Userlogin/", json!({})).await.status, 400);
    for path in ["/api/Userlogin/", "/api/otpchecking/", "/api/register/"] {
        let hurried = world.post(path, json!({})).await;
        assert_eq!(hurried.status, 429, "{path}: {hurried:?}");
        let detail = hurried.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("Request was throttled."), "{detail}");
        assert!(hurried.header("retry-after").is_some(), "{hurried:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_good_token_is_forbidden() {
    let (world, clock) = slow_world().await;
    let id = registered(&world, "ann").await;
    let tokens = logged_in(&world, &address("ann"), &id, 1).await;
    let [access, refresh] = ["asscess_token", "refresh_token"].map(|kind| tokens[kind].as_str().unwrap());
    for value in [
        "",
        "Bearer",
        "Bearer nonsense",
        access,
        &format!("Bearer {refresh}"),
    ] {
        let answer = get(&world, "/api/SendMail/", value).await;
        answer.is(403, json!({ "detail": NOT_AUTHORIZED }));
    }
    let post = world.call("POST", "/api/SendMail/", &[], Value::Null).await;
    post.is(403, json!({ "detail": NOT_AUTHORIZED }));
    for value in [format!("JWT {access}"), format!("Bearer {access} more")] {
        assert_eq!(get(&world, "/api/SendMail/", &value).await.status, 200);
    }
    let nothing = world.call("GET", "/api/Newtoken/", &[], Value::Null).await;
    nothing.is(200, json!({ "msg": "Token not provided", "status": 204 }));
    for value in ["Bearer", "Bearer nonsense", &format!("Bearer {access}")] {
        let answer = get(&world, "/api/Newtoken/", value).await;
        answer.is(403, json!({ "detail": "invalid credentils...!" }));
    }

    clock.advance(Duration::from_hours(6 * 24));
    let expired = get(&world, "/api/SendMail/", &format!("Bearer {access}")).await;
    expired.is(403, json!({ "detail": "Token signature has expired" }));
    assert_eq!(
        get(&world, "/api/Newtoken/", &format!("Bearer {refresh}"))
            .await
            .status,
        200
    );
    clock.advance(Duration::from_hours(24));
    let expired = get(&world, "/api/Newtoken/", &format!("Bearer {refresh}")).await;
    expired.is(403, json!({ "detail": "invalid credentils...!" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registered_elsewhere_is_mailed_an_id() {
    let world = World::at("").await;
    let elsewhere = json!({
        "first_name": "Ann",
        "last_name": "Smith",
        "email": "ann@example.org",
        "password": PASSWORD,
        "confirm_password": PASSWORD,
    });
    assert_eq!(world.post("/api/register/", elsewhere).await.status, 201);
    let told = ask_for_id(&world, "nobody@example.org").await;
    assert_eq!(ask_for_id(&world, "nonsense").await, told);
    // Her letter is the last one: when it has come, no other is on its way.
    assert_eq!(ask_for_id(&world, "Ann@example.org").await, told);
    let id = mailed_id(&world, "ann@example.org", 1).await;
    let tokens = logged_in(&world, "ann@example.org", &id, 1).await;
    let number = claims(tokens["asscess_token"].as_str().unwrap())["id"].clone();
    let accounts = &world.app.app().services().accounts;
    let ann = accounts.find_by_number(number.as_i64().unwrap()).await.unwrap();
    assert!(ann.email_verified_at.is_some(), "the code was read there");
    assert_eq!(mailed::count(&world, "nobody@example.org", "register_id"), 0);

    let without = world.call("PUT", "/api/newRegisterid/", &[], json!({})).await;
    without.is(403, json!({ "detail": "invalid credentials...!" }));
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let there = world.post("/api/login/", login).await;
    assert_eq!(there.status, 200, "he logs in there as before: {there:?}");
}

/// What is said to whoever asks for another id.
async fn ask_for_id(world: &World, email: &str) -> Value {
    let wish = json!({ "email": email });
    let answer = world.call("PUT", "/api/newRegisterid/", &[], wish).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The nth id that was mailed to this address.
async fn mailed_id(world: &World, email: &str, nth: usize) -> String {
    let letter = mailed::letter(world, email, "register_id", nth).await;
    mailed::indented(&letter).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_id_is_good_until_the_new_one_is_used() {
    let world = world().await;
    let ann = someone(&world, "ann").await;
    assert_eq!(
        ask_for_id(&world, &ann.email).await,
        json!({
            "msg": "Successfully Generated Your new Register Id Please Check Your Mail ",
            "status": 200,
        })
    );
    let new = mailed_id(&world, &ann.email, 1).await;
    assert_ne!(new, ann.register_id);
    logged_in(&world, &ann.email, &ann.register_id, 2).await;
    let tokens = logged_in(&world, &ann.email, &new, 3).await;
    let said = claims(tokens["asscess_token"].as_str().unwrap());
    assert_eq!(said["id"], ann.number);
    let old = log_in(&world, &ann.email, PASSWORD, &ann.register_id).await;
    old.is(403, json!({ "detail": NOT_AUTHORIZED }));
    assert_eq!(log_in(&world, &ann.email, PASSWORD, &new).await.status, 200);
}
