//! Second steps: authenticator apps, recovery codes, mailed codes.

use std::time::Duration;

use parlor_auth::TotpSecret;
use parlor_ports::Clock;
use parlor_services::{LogInsSettings, Settings, TwoStep};
use serde_json::{Value, json};

use crate::world::{PASSWORD, Person, World, text};

/// What people use to show codes.
struct App(TotpSecret);

impl App {
    /// The app of somebody who typed this secret: base 32 (RFC 4648).
    fn typed(secret: &str) -> Self {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits = secret.chars().flat_map(|letter| {
            let value = alphabet.find(letter).unwrap();
            (0..5).rev().map(move |bit| u8::from(value >> bit & 1 == 1))
        });
        let bits: Vec<u8> = bits.collect();
        let bytes = bits
            .chunks(8)
            .map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit));
        let bytes: Vec<u8> = bytes.collect();
        Self(TotpSecret::from_bytes(bytes.try_into().unwrap()))
    }

    fn shows(&self, world: &World) -> String {
        self.0.code(world.clock.now()).expose().to_owned()
    }

    /// A code that it shows at no time near.
    fn never_shows(&self, world: &World) -> String {
        let now = world.clock.now();
        let near = [0, 30, 60].map(|ahead| {
            let at = now + Duration::from_secs(ahead);
            self.0.code(at).expose().to_owned()
        });
        let mut codes = (0..10).map(|code| format!("{code:06}"));
        codes.find(|code| !near.contains(code)).unwrap()
    }
}

async fn enrol(ann: &Person<'_>) -> App {
    let enrolment = ann
        .post("/v1/me/second-step/app", json!({"password": PASSWORD}))
        .await;
    assert_eq!(enrolment.status, 200, "{}", enrolment.text);
    App::typed(&text(&enrolment.json()["secret"]))
}

/// Enrols an app, and gives it with the recovery codes.
async fn enrolled(world: &World, ann: &Person<'_>) -> (App, Vec<String>) {
    let app = enrol(ann).await;
    let confirmed = ann
        .put("/v1/me/second-step/app", json!({"code": app.shows(world)}))
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    assert_eq!(confirmed.header("cache-control"), Some("no-store"));
    // Of each time step one code is good, and this one was used.
    world.clock.advance(Duration::from_secs(30));
    (app, codes(&confirmed.json()))
}

fn codes(answer: &Value) -> Vec<String> {
    answer["recovery_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect()
}

async fn chosen(ann: &Person<'_>) -> Value {
    ann.get("/v1/me/second-step").await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_counts_once_it_has_shown_a_code() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let none = json!({"mailed_code": false, "app": false, "recovery_codes": 0});
    assert_eq!(chosen(&ann).await, none);
    let wrong = json!({"password": "not this one"});
    let refused = ann.post("/v1/me/second-step/app", wrong).await;
    assert_eq!(refused.refusal(), "403 wrong_password");
    let enrolment = ann
        .post("/v1/me/second-step/app", json!({"password": PASSWORD}))
        .await;
    assert_eq!(enrolment.header("cache-control"), Some("no-store"));
    let enrolment = enrolment.json();
    let (uri, secret) = (text(&enrolment["uri"]), text(&enrolment["secret"]));
    assert!(
        uri.starts_with("otpauth://totp/") && uri.contains(&secret),
        "{uri}"
    );
    assert!(text(&enrolment["qr_code"]).starts_with("data:image/png;base64,iVBORw0KGgo"));
    assert_eq!(chosen(&ann).await, none);
    assert_eq!(world.begin("ann").await.status, 201, "it does not count yet");
    let app = App::typed(&secret);
    let refused = ann
        .put("/v1/me/second-step/app", json!({"code": app.never_shows(&world)}))
        .await;
    assert_eq!(refused.refusal(), "403 wrong_code code");
    let confirm = json!({"code": app.shows(&world)});
    let confirmed = ann.put("/v1/me/second-step/app", confirm.clone()).await;
    assert_eq!(codes(&confirmed.json()).len(), 10);
    let again = ann.put("/v1/me/second-step/app", confirm).await;
    assert_eq!(again.refusal(), "409 no_app");
    let another = ann
        .post("/v1/me/second-step/app", json!({"password": PASSWORD}))
        .await;
    assert_eq!(another.refusal(), "409 app_enrolled");
    let all = json!({"mailed_code": false, "app": true, "recovery_codes": 10});
    assert_eq!(chosen(&ann).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_wants_what_the_app_shows_and_each_code_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (app, _) = enrolled(&world, &ann).await;
    let asked = world.begin("ann").await;
    assert_eq!(asked.status, 202);
    let asked = asked.json();
    assert_eq!(asked["methods"], json!(["app", "recovery_code"]));
    assert!(asked.get("sent_to").is_none() && asked.get("resend_after_seconds").is_none());
    let code = app.shows(&world);
    world.logged_in(&world.complete(&asked["challenge"], &code).await);
    let second = world.begin("ann").await.json();
    let replayed = world.complete(&second["challenge"], &code).await;
    assert_eq!(replayed.refusal(), "403 wrong_code code");
    let mailed = world
        .post("/v1/challenges/resend", json!({"challenge": second["challenge"]}))
        .await;
    assert_eq!(mailed.refusal(), "401 challenge_over", "nothing was mailed");
    world.clock.advance(Duration::from_secs(30));
    world.logged_in(&world.complete(&second["challenge"], &app.shows(&world)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_stand_for_the_app_once_each() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (app, recovery) = enrolled(&world, &ann).await;
    let asked = world.begin("ann").await.json();
    let sloppy = recovery[0].to_lowercase();
    world.logged_in(&world.complete(&asked["challenge"], &sloppy).await);
    assert_eq!(chosen(&ann).await["recovery_codes"], 9);
    let asked = world.begin("ann").await.json();
    let again = world.complete(&asked["challenge"], &recovery[0]).await;
    assert_eq!(again.refusal(), "403 wrong_code code");
    let both = json!({"password": PASSWORD, "code": app.shows(&world)});
    let new = ann.post("/v1/me/second-step/recovery-codes", both).await;
    assert_eq!(codes(&new.json()).len(), 10);
    let old = world.complete(&asked["challenge"], &recovery[1]).await;
    assert_eq!(old.refusal(), "403 wrong_code code");
    world.logged_in(&world.complete(&asked["challenge"], &codes(&new.json())[1]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_up_the_app_needs_password_and_code() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (app, recovery) = enrolled(&world, &ann).await;
    let remove = async |password: &str, code: &str| {
        let both = json!({"password": password, "code": code});
        ann.post("/v1/me/second-step/app/remove", both).await
    };
    let code = app.shows(&world);
    assert_eq!(
        remove("not this one", &code).await.refusal(),
        "403 wrong_password"
    );
    let never = app.never_shows(&world);
    assert_eq!(remove(PASSWORD, &never).await.refusal(), "403 wrong_code code");
    assert_eq!(remove(PASSWORD, &recovery[0]).await.status, 204);
    assert_eq!(chosen(&ann).await["app"], false);
    assert_eq!(world.begin("ann").await.status, 201);
    let both = json!({"password": PASSWORD, "code": code});
    let none = ann.post("/v1/me/second-step/recovery-codes", both).await;
    assert_eq!(none.refusal(), "409 no_app");
}

#[tokio::test(flavor = "multi_thread")]
async fn mailed_codes_need_a_verified_address() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let on = json!({"on": true, "password": PASSWORD});
    let path = "/v1/me/second-step/mailed-code";
    assert_eq!(
        ann.put(path, on.clone()).await.refusal(),
        "409 email_not_verified"
    );
    let bob = world.person_with_mail("bob").await;
    let wrong = json!({"on": true, "password": "not this one"});
    assert_eq!(bob.put(path, wrong).await.refusal(), "403 wrong_password");
    assert_eq!(bob.put(path, on).await.status, 204);
    assert_eq!(chosen(&bob).await["mailed_code"], true);
    let off = json!({"on": false, "password": PASSWORD});
    assert_eq!(bob.put(path, off).await.status, 204);
    assert_eq!(world.begin("bob").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_wants_no_second_steps_none_can_be_chosen() {
    let log_ins = LogInsSettings {
        two_step: TwoStep::Off,
        ..LogInsSettings::default()
    };
    let world = World::with_services(Settings {
        log_ins,
        ..Settings::default()
    })
    .await;
    let ann = world.person_with_mail("ann").await;
    let enrol = ann
        .post("/v1/me/second-step/app", json!({"password": PASSWORD}))
        .await;
    assert_eq!(enrol.refusal(), "403 no_two_step");
    let on = json!({"on": true, "password": PASSWORD});
    let mailed = ann.put("/v1/me/second-step/mailed-code", on).await;
    assert_eq!(mailed.refusal(), "403 no_two_step");
}
