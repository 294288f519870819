//! `parlor key`, beside a running server.

use serde_json::json;
use tempfile::TempDir;

use crate::program::{Serving, ask_as, parlor, run};

#[test]
fn commands_make_list_and_revoke_keys() {
    let home = TempDir::new().unwrap();
    let server = Serving::start(home.path(), &[]);
    let command = |args: &[&str]| run(&mut parlor(home.path(), [&["key"], args].concat()));
    let made = command(&[
        "create",
        "Shop",
        "--scope",
        "post,notify:user",
        "--bot",
        "shop-bot",
        "--expires",
        "90d",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let key = made.out.lines().find(|line| line.starts_with("parlor_")).unwrap();
    // The key is good, and the request is not.
    let body = json!({"text": "Hello."}).to_string();
    let post = || ask_as(key, server.address, "POST", "/v1/server/notifications", &body).0;
    assert_eq!(post(), 422);
    let listed = command(&["list"]).out;
    assert!(
        listed.contains("1  Shop  notify:user,post  last used: 2"),
        "{listed}"
    );
    assert!(!listed.contains(&key[7..]));
    let token = run(&mut parlor(home.path(), ["token", "issue", "shop-bot"]));
    assert_eq!((token.code, token.out.as_str()), (1, ""), "a bot logs in nowhere");

    assert_eq!(command(&["revoke", "1"]).code, 0);
    assert_eq!(post(), 401, "at once");
    assert_eq!(command(&["revoke", "1"]).code, 1);
    assert!(command(&["list"]).out.contains("There are no API keys."));
    for wrong in [
        &["create", "Shop", "--scope", "all"][..],
        &["create", "Shop", "--scope", "post", "--bot", "b"],
        &["create", "Shop", "--scope", "notify:user", "--expires", "0d"],
        &["create", "Shop"],
    ] {
        assert_eq!(command(wrong).code, 2, "{wrong:?}");
    }
    let no_bot = command(&["create", "Shop", "--scope", "post"]);
    assert_eq!(no_bot.code, 1, "{}", no_bot.out);
}
